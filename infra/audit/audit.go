// Package audit is the layer that looks at all the others by night, for what people changed by hand.
package audit

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/driftaudit"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// System is the name of the audit's rules, see infra/observability/rules.
const System = "drift"

// Inputs is what the layer needs.
type Inputs struct {
	Audit       config.Audit
	Environment pulumi.StringOutput // config.Secrets.AuditEnvironment
	APIPort     int                 // of the API server
	Proxmox     string              // address of Proxmox' API
	Monitoring  *monitoring.Monitoring
	Disposable  bool // lets a run delete the namespace; for sandboxes only
}

type layer struct{ pulumi.ResourceState }

// Deploy declares the layer, or nothing when the configuration names no image.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) error {
	if in.Audit.Image == "" {
		return nil
	}
	l := &layer{}
	if err := ctx.RegisterComponentResource("streamforge:audit:Audit", "audit", l, opts...); err != nil {
		return err
	}
	child := pulumi.Parent(l)
	ns, err := kube.Namespace(ctx, driftaudit.App, kube.Restricted, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return err
	}
	set := in.Audit.WithDefaults()
	a := driftaudit.Args{
		Namespace: ns, Stack: ctx.Stack(), Image: set.Image, Schedule: set.Schedule,
		Environment: variables(in.Environment), Ports: ports(in.APIPort, set.StatePort, in.Proxmox),
	}
	for _, k := range set.Reads {
		a.Reads = append(a.Reads, driftaudit.Kinds{Group: k.Group, Resources: k.Resources})
	}
	if _, err := driftaudit.New(ctx, driftaudit.App, a, child); err != nil {
		return err
	}
	in.Monitoring.Brought(System) // kube-state-metrics tells how the runs end
	return ctx.RegisterResourceOutputs(l, pulumi.Map{})
}

// variables are the ones of the secret, which the configuration has checked.
func variables(secret pulumi.StringOutput) pulumi.StringMapOutput {
	return secret.ApplyT(func(text string) (map[string]string, error) {
		all := map[string]string{}
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			return nil, fmt.Errorf("auditEnvironment: not an object of texts")
		}
		return all, nil
	}).(pulumi.StringMapOutput)
}

// ports are what the audit asks on. 443 is that of the API server's Service.
func ports(api, state int, proxmox string) []int {
	all := []int{443, api, state}
	if u, err := url.Parse(proxmox); err == nil {
		if port, err := strconv.Atoi(u.Port()); err == nil {
			all = append(all, port)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

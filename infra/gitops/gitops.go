// Package gitops is the layer that runs what people push: CI jobs, and what a Git repository says
// the services are.
package gitops

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/reloader"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Charts     kube.Charts
	GitOps     config.GitOps
	Secrets    config.Secrets // those of the section
	Services   []string       // namespaces for services that another layer makes
	Classes    storage.Classes
	Foundation network.FoundationOutputs
	Web        *network.Web
	Monitoring *monitoring.Monitoring
	Login      *security.Login // of Argo CD; nil means that only its admin logs in
	Mail       security.Mail   // takes the jobs' mail
	Disposable bool            // lets a run delete namespaces and the jobs' volume; for sandboxes only
}

// Outputs is what later layers and people may use.
type Outputs struct {
	URL      string              // https address of Argo CD
	Password pulumi.StringOutput // of its admin, secret
	Ready    []pulumi.Resource
}

type layer struct{ pulumi.ResourceState }

// Deploy declares the layer.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	l := &layer{}
	if err := ctx.RegisterComponentResource("streamforge:gitops:GitOps", "gitops", l, opts...); err != nil {
		return Outputs{}, err
	}
	child := pulumi.Parent(l)
	restarts, err := in.reloader(ctx, child)
	if err != nil {
		return Outputs{}, fmt.Errorf("reloader: %w", err)
	}
	runners, err := in.runners(ctx, child)
	if err != nil {
		return Outputs{}, fmt.Errorf("gitlab runner: %w", err)
	}
	out, err := in.argocd(ctx, child)
	if err != nil {
		return Outputs{}, fmt.Errorf("argo cd: %w", err)
	}
	out.Ready = slices.Concat(out.Ready, restarts, runners)
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{"url": pulumi.String(out.URL)})
}

// namespace makes one of the layer's namespaces, closed but to those that the rules, or policies of
// its pods' own, let in.
func (in Inputs) namespace(ctx *pulumi.Context, name string, level kube.PodSecurity, rules []kube.Rule,
	child pulumi.ResourceOption) (pulumi.StringOutput, error) {
	ns, err := kube.Namespace(ctx, name, level, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return ns, err
	}
	_, err = kube.DefaultDeny(ctx, name, ns, rules, child)
	return ns, err
}

// authority is the PEM of whoever signed GitLab's certificate.
func (in Inputs) authority() pulumi.StringInput {
	if in.GitOps.GitLab.CA != "" {
		return pulumi.String(in.GitOps.GitLab.CA)
	}
	return in.Foundation.RootCertificate
}

func (in Inputs) reloader(ctx *pulumi.Context, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	ns, err := in.namespace(ctx, "reloader", kube.Restricted, nil, child)
	if err != nil {
		return nil, err
	}
	r, err := reloader.New(ctx, "reloader", reloader.Args{
		Charts: in.Charts, Namespace: ns, Scraper: monitoring.Namespace,
	}, child)
	if err != nil {
		return nil, err
	}
	_, err = in.Monitoring.Scrape(ctx, "reloader", monitoring.Target{
		Namespace: ns, Pods: true, Labels: reloader.Labels(), Endpoints: []monitoring.Endpoint{{Port: reloader.PortName}},
	}, child)
	return r.Ready, err
}

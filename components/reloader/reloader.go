// Package reloader restarts workloads when a Secret or a ConfigMap that they name changes.
package reloader

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure Reloader.
type Args struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // must exist, may be restricted
	Scraper   string             // namespace that metrics are read from; nobody else reaches the pods
}

// Reloader is the running controller.
type Reloader struct {
	pulumi.ResourceState
	Ready []pulumi.Resource
}

// Where Prometheus finds the metrics.
const (
	Port       = 9090
	PortName   = "http" // of the container
	replicas   = 2      // one leads
	label      = "streamforge.home/app"
	labelValue = "reloader"
)

// Labels select the pods.
func Labels() map[string]string { return map[string]string{label: labelValue} }

// New installs the chart. A workload asks for restarts with the annotation
// reloader.stakater.com/auto: "true"; no other is touched.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Reloader, error) {
	r := &Reloader{}
	if err := ctx.RegisterComponentResource("streamforge:gitops:Reloader", name, r, opts...); err != nil {
		return nil, fmt.Errorf("reloader %s: %w", name, err)
	}
	child := pulumi.Parent(r)
	release, err := a.Charts.Release(ctx, name, pins.Reloader, kube.ReleaseArgs{Namespace: a.Namespace, Values: values()}, child)
	if err != nil {
		return nil, err
	}
	pods := pulumi.ToStringMap(Labels())
	budget, err := kube.OneAway(ctx, name+"-budget", name, a.Namespace, pods, child)
	if err != nil {
		return nil, err
	}
	policy, err := kube.NetworkPolicy(ctx, name+"-policy", kube.NetworkPolicyArgs{
		Name: name, Namespace: a.Namespace, Pods: pods,
		Ingress: []kube.Rule{{Peers: kube.In(a.Scraper), TCP: []int{Port}}},
	}, child)
	if err != nil {
		return nil, err
	}
	r.Ready = []pulumi.Resource{release, budget, policy}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{})
}

func values() pulumi.Map {
	return pulumi.Map{"reloader": pulumi.Map{
		"watchGlobally": pulumi.Bool(true),
		"autoReloadAll": pulumi.Bool(false),
		// The other strategies add an environment variable to the pod template, which Argo CD takes out
		// again where it heals: both would restart the workload for ever. An annotation it leaves alone.
		"reloadStrategy":         pulumi.String("annotations"),
		"syncAfterRestart":       pulumi.Bool(true), // what changed while no copy led is not missed
		"enableHA":               pulumi.Bool(true),
		"readOnlyRootFileSystem": pulumi.Bool(true),
		"matchLabels":            pulumi.ToStringMap(Labels()),
		"deployment": pulumi.Map{
			"replicas":  pulumi.Int(replicas),
			"resources": kube.Resources("20m", "64Mi", "256Mi"),
			"containerSecurityContext": pulumi.Map{
				"allowPrivilegeEscalation": pulumi.Bool(false),
				"capabilities":             pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
			},
			"topologySpreadConstraints": pulumi.Array{pulumi.Map{
				"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String("kubernetes.io/hostname"),
				"whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
				"labelSelector":     pulumi.Map{"matchLabels": pulumi.ToStringMap(Labels())},
			}},
		},
	}}
}

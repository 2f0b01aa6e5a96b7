// Package cluster is the layer between machines and Kubernetes: the inventory that Kubespray takes,
// and, once the cluster is handed over, the provider for everything inside it.
package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/kubespray"
	"github.com/streamforge/infrastructure/infra/compute"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Site    config.Site
	Cluster config.Cluster
	Network config.Network // for the resolver that pods ask for the platform's zones
	Compute compute.Outputs
	// Kubeconfig is the secret that `streamforge kubespray handover` stored, nil before that.
	Kubeconfig pulumi.StringInput
}

// Outputs is what later layers may use.
type Outputs struct {
	Inventory pulumi.StringMapOutput // path -> content, for `streamforge kubespray inventory`
	Provider  *kubernetes.Provider   // nil before the handover: then no later layer can run
	Ready     []pulumi.Resource      // the provider, or nothing

	ControlPlane pulumi.StringArray // addresses of its machines, which run etcd
}

// Cluster is the layer's component.
type Cluster struct{ pulumi.ResourceState }

// Deploy renders the inventory and connects to the cluster.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	layer := &Cluster{}
	if err := ctx.RegisterComponentResource("streamforge:cluster:Cluster", "cluster", layer, opts...); err != nil {
		return Outputs{}, err
	}
	inventory, err := kubespray.New(ctx, "kubespray", args(in), pulumi.Parent(layer))
	if err != nil {
		return Outputs{}, fmt.Errorf("kubespray: %w", err)
	}
	out := Outputs{Inventory: inventory.Inventory}
	for _, m := range in.Compute.Machines {
		if m.Role == config.ControlPlane {
			out.ControlPlane = append(out.ControlPlane, m.Address)
		}
	}
	if in.Kubeconfig != nil {
		// After the machines, so that a destroy empties the cluster before it takes them away. The
		// inputs hold nothing of a machine: a change of one never touches the provider.
		out.Provider, err = kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{
			Kubeconfig: pulumi.ToSecret(in.Kubeconfig).(pulumi.StringOutput),
			// Replacing the provider replaces everything in the cluster. Its identity is its name, so
			// that renewed certificates and a moved VIP are updates.
			ClusterIdentifier:     pulumi.String(in.Cluster.APIHost),
			EnableServerSideApply: pulumi.Bool(true),
			// A changed setting or password updates the object in place, as everywhere in Kubernetes.
			EnableConfigMapMutable: pulumi.Bool(true),
			EnableSecretMutable:    pulumi.Bool(true),
		}, pulumi.Parent(layer), kube.After(in.Compute.Ready...))
		if err != nil {
			return Outputs{}, fmt.Errorf("kubernetes provider: %w", err)
		}
		out.Ready = []pulumi.Resource{out.Provider}
	}
	return out, ctx.RegisterResourceOutputs(layer, pulumi.Map{"handedOver": pulumi.Bool(in.Kubeconfig != nil)})
}

func args(in Inputs) kubespray.Args {
	c := in.Cluster
	a := kubespray.Args{Cluster: kubespray.Cluster{
		User: in.Compute.User,
		VIP:  c.VIP, VIPInterface: c.VIPInterface, APIPort: c.APIPort, APIHost: c.APIHost,
		DNSDomain: c.DNSDomain, PodCIDR: c.PodCIDR, ServiceCIDR: c.ServiceCIDR,
		Resolver: in.Network.DNSIP,
	}}
	for _, resolver := range in.Site.DNS {
		// The platform's own server is not there while Kubespray runs, and later answers for its
		// zones only.
		if resolver != in.Network.DNSIP {
			a.Cluster.Upstream = append(a.Cluster.Upstream, resolver)
		}
	}
	for _, z := range in.Network.DNS.Zones {
		a.Cluster.Zones = append(a.Cluster.Zones, z.Name)
	}
	for _, m := range in.Compute.Machines {
		a.Machines = append(a.Machines, kubespray.Machine{
			Name: m.Name, ControlPlane: m.Role == config.ControlPlane,
			Address: m.Address, Labels: labels(m), Taints: m.Taints,
		})
	}
	return a
}

// labels adds the Proxmox node a machine is really on.
func labels(m compute.Machine) pulumi.StringMapOutput {
	return m.Host.ApplyT(func(host string) map[string]string {
		return compute.NodeLabels(m.Labels, host)
	}).(pulumi.StringMapOutput)
}

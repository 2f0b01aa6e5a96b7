package cluster

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/infra/compute"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

const providerType = "pulumi:providers:kubernetes"

// deploy runs the layer on one machine of each role and shows its outputs in the graph.
func deploy(t *testing.T, kubeconfig pulumi.StringInput) (*kubetest.Graph, Outputs) {
	t.Helper()
	addr := netip.MustParseAddr
	var out Outputs
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		var machine pulumi.CustomResourceState
		if err := ctx.RegisterResource("test:index:Machine", "k2m-1", nil, &machine); err != nil {
			return err
		}
		in := Inputs{
			Site: config.Site{DNS: []netip.Addr{addr("192.168.1.155"), addr("192.168.1.1")}},
			Cluster: config.Cluster{
				VIP: addr("192.168.1.150"), VIPInterface: "eth0", APIPort: 6443, APIHost: "api.k2.dmz.home",
				DNSDomain: "cluster.local", PodCIDR: netip.MustParsePrefix("10.233.64.0/18"),
				ServiceCIDR: netip.MustParsePrefix("10.233.0.0/18"),
			},
			Network: config.Network{
				DNSIP: addr("192.168.1.155"),
				DNS:   config.DNS{Zones: []config.Zone{{Name: "dmz.home"}, {Name: "1.168.192.in-addr.arpa"}}},
			},
			Compute: compute.Outputs{User: "ops", Ready: []pulumi.Resource{&machine}, Machines: []compute.Machine{
				{Name: "k2m-1", Role: config.ControlPlane,
					Address: pulumi.String("192.168.1.41").ToStringOutput(), Host: pulumi.String("pve1").ToStringOutput()},
				{Name: "k2w-1", Role: config.Worker, Labels: map[string]string{"disk": "raw"},
					Address: pulumi.String("192.168.1.51").ToStringOutput(), Host: pulumi.String("pve2").ToStringOutput()},
			}},
			Kubeconfig: kubeconfig,
		}
		var err error
		if out, err = Deploy(ctx, in); err != nil {
			return err
		}
		var seen pulumi.CustomResourceState
		return ctx.RegisterResource("test:index:Seen", "seen", pulumi.Map{"inventory": out.Inventory}, &seen)
	})
	return g, out
}

func TestBeforeTheHandoverThereIsOnlyTheInventory(t *testing.T) {
	g, out := deploy(t, nil)
	assert.Nil(t, out.Provider)
	assert.Empty(t, out.Ready)
	for _, r := range g.All {
		assert.NotEqual(t, providerType, r.Type)
	}
	files := g.Get(t, "test:index:Seen", "seen").At("inventory").(map[string]any)
	hosts, vars := files["hosts.yaml"].(string), files["group_vars/all/all.yml"].(string)
	assert.Contains(t, hosts, "disk: raw\n        topology.kubernetes.io/zone: pve2\n")
	assert.Contains(t, vars, "upstream_dns_servers:\n  - 192.168.1.1\n", "the platform's own DNS server is not there yet")
	assert.NotContains(t, vars, "192.168.1.155")
	zones := files["group_vars/k8s_cluster/k8s-cluster.yml"].(string)
	assert.Contains(t, zones, "      - dmz.home\n      - 1.168.192.in-addr.arpa\n    nameservers:\n      - 192.168.1.155\n")
}

func TestProviderComesAfterTheMachinesAndKeepsTheKubeconfigSecret(t *testing.T) {
	g, out := deploy(t, pulumi.String("apiVersion: v1"))
	provider := g.Get(t, providerType, "kubernetes")
	assert.True(t, provider.Secret("kubeconfig"))
	assert.True(t, provider.DependsOn("test:index:Machine k2m-1"), "%v", provider.Dependencies)
	assert.Equal(t, true, provider.At("enableServerSideApply"))
	assert.Equal(t, "api.k2.dmz.home", provider.At("clusterIdentifier"))
	assert.Contains(t, provider.Parent, "streamforge:cluster:Cluster::cluster")
	assert.Equal(t, []pulumi.Resource{out.Provider}, out.Ready)
}

package kubespray

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

// deploy runs New and hands the rendered inventory to a resource, where the graph shows it.
func deploy(ctx *pulumi.Context, machines []Machine) error {
	k, err := New(ctx, "kubespray", Args{Cluster: dmz(), Machines: machines})
	if err != nil {
		return err
	}
	var seen pulumi.CustomResourceState
	return ctx.RegisterResource("test:index:Seen", "seen", pulumi.Map{"inventory": k.Inventory}, &seen)
}

func TestInventoryComesFromTheMachines(t *testing.T) {
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		var machines []Machine
		for _, n := range nodes() {
			machines = append(machines, Machine{
				Name: n.Name, ControlPlane: n.ControlPlane, Taints: n.Taints,
				Address: pulumi.String(n.Address.String()).ToStringOutput(), Labels: pulumi.ToStringMap(n.Labels),
			})
		}
		return deploy(ctx, machines)
	})
	want, err := Render(dmz(), nodes())
	require.NoError(t, err)
	got := map[string]string{}
	for path, content := range g.Get(t, "test:index:Seen", "seen").At("inventory").(map[string]any) {
		got[path] = content.(string)
	}
	assert.Equal(t, want, got)
	g.Get(t, "streamforge:cluster:Kubespray", "kubespray")
}

func TestAddressThatIsNone(t *testing.T) {
	_, err := kubetest.TryRun(func(ctx *pulumi.Context) error {
		return deploy(ctx, []Machine{{Name: "k2m-1", ControlPlane: true, Address: pulumi.String("dhcp")}})
	})
	require.ErrorContains(t, err, `machine k2m-1: address: ParseAddr("dhcp"): unable to parse IP`)
}

// unknown answers a registration as a preview does, when the machine is still to be made.
type unknown struct{ kubetest.Graph }

func (u *unknown) NewResource(a pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	id, out, err := u.Graph.NewResource(a)
	if a.TypeToken == "test:index:Machine" {
		out["address"] = resource.MakeComputed(resource.NewProperty(""))
	}
	return id, out, err
}

func TestPreviewLeavesTheInventoryUnknown(t *testing.T) {
	u := &unknown{}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		var m struct {
			pulumi.CustomResourceState
			Address pulumi.StringOutput `pulumi:"address"`
		}
		if err := ctx.RegisterResource("test:index:Machine", "k2m-1", nil, &m); err != nil {
			return err
		}
		return deploy(ctx, []Machine{{Name: "k2m-1", ControlPlane: true, Address: m.Address}})
	}, pulumi.WithMocks("streamforge", "test", u), func(i *pulumi.RunInfo) { i.DryRun = true })
	require.NoError(t, err)
	seen := u.Get(t, "test:index:Seen", "seen")
	assert.NotContains(t, seen.Inputs, resource.PropertyKey("inventory"), "a preview cannot know it yet")
}

package metallb_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/components/metallb"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, change func(*metallb.Args)) *kubetest.Graph {
	t.Helper()
	a := metallb.Args{
		Charts: kube.Charts{Mirror: kubetest.Mirror(t)}, Namespace: pulumi.String("lb"),
		Pools: []metallb.Pool{
			{Name: "ingress", Addresses: []string{"192.0.2.10/32"}},
			{Name: "lan", Addresses: []string{"192.0.2.20-192.0.2.30", "192.0.2.40/32"}, AutoAssign: true},
		},
	}
	change(&a)
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := metallb.New(ctx, "metallb", a)
		return err
	})
}

func TestInputs(t *testing.T) {
	g := graph(t, func(*metallb.Args) {})
	release := g.Release(t, "metallb")
	assert.Equal(t, pins.MetalLB.Version, release.At("version"))
	assert.Equal(t, "lb", release.At("namespace"))
	assert.Equal(t, false, release.At("values.speaker.frr.enabled"))
	assert.Equal(t, "Ignore", release.At("values.crds.validationFailurePolicy"))

	pool := g.Get(t, "kubernetes:metallb.io/v1beta1:IPAddressPool", "metallb-ingress")
	assert.Equal(t, "ingress", pool.At("metadata.name"))
	assert.Equal(t, "lb", pool.At("metadata.namespace"))
	assert.Equal(t, map[string]any{"addresses": []any{"192.0.2.10/32"}, "autoAssign": false}, pool.At("spec"))
	assert.True(t, pool.DependsOn("Release metallb"))

	lan := g.Get(t, "kubernetes:metallb.io/v1beta1:IPAddressPool", "metallb-lan")
	assert.Equal(t, map[string]any{"addresses": []any{"192.0.2.20-192.0.2.30", "192.0.2.40/32"}, "autoAssign": true}, lan.At("spec"))

	l2 := g.Get(t, "kubernetes:metallb.io/v1beta1:L2Advertisement", "metallb-l2")
	assert.Equal(t, map[string]any{"ipAddressPools": []any{"ingress", "lan"}}, l2.At("spec"))
	assert.True(t, l2.DependsOn("metallb-lan"))
}

func TestInterfaces(t *testing.T) {
	g := graph(t, func(a *metallb.Args) { a.Interfaces = []string{"eth0", "eth1"} })
	l2 := g.Get(t, "kubernetes:metallb.io/v1beta1:L2Advertisement", "metallb-l2")
	assert.Equal(t, []any{"eth0", "eth1"}, l2.At("spec.interfaces"))
}

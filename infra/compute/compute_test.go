package compute

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

func sandboxSite() config.Site {
	return config.Site{
		Domain: "sandbox.test", LAN: netip.MustParsePrefix("127.53.0.0/24"), Gateway: netip.MustParseAddr("127.53.0.1"),
		DNS: []netip.Addr{netip.MustParseAddr("127.53.0.155"), netip.MustParseAddr("127.53.0.1")},
	}
}

func TestDeployMakesEveryNodeOfEveryPool(t *testing.T) {
	var out Outputs
	g := kubetest.Run(t, func(ctx *pulumi.Context) (err error) {
		out, err = Deploy(ctx, Inputs{Compute: small(), Site: sandboxSite(), Token: pulumi.String("a@pve!b=c")})
		return err
	})
	for _, name := range []string{"k2m-1", "k2w-1", "k2w-2", "k2w-8"} {
		v := g.Get(t, "proxmoxve:VM/virtualMachine:VirtualMachine", "proxmox-"+name)
		assert.Contains(t, v.Parent, "streamforge:compute:Compute$streamforge:compute:Proxmox::proxmox")
		assert.False(t, v.Protect, "the configuration says disposable")
	}
	assert.Len(t, out.Ready, 4)
	assert.Equal(t, "ops", out.User)
	assert.Equal(t, config.ControlPlane, out.Machines[0].Role)
	assert.Equal(t, map[string]string{"disk": "raw"}, out.Machines[1].Labels)
}

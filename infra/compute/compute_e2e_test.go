package compute

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/stacks/config"
)

// TestLifeOfTheMachines: what must never touch a living machine does not, with the real provider.
func TestLifeOfTheMachines(t *testing.T) {
	t.Parallel()
	l := newLab(t)

	_, outputs := l.up()
	born := map[string]string{"k2m-1": "pve1", "k2w-1": "pve1", "k2w-2": "pve2", "k2w-8": "pve2"}
	require.Equal(t, born, l.places())
	assert.Equal(t, "127.53.0.131 on pve1", outputs["k2w-1"].Value)
	assert.Equal(t, "127.53.0.138 on pve2", outputs["k2w-8"].Value)

	l.compute.SSHKeys = []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISecond second@example"}
	l.compute.User = "admin"
	l.compute.Hosts = append(l.compute.Hosts, "pve4")
	changes, _ := l.up()
	require.Empty(t, changes, "another account and a new Proxmox node")
	require.Empty(t, l.refresh())

	worker := &l.compute.Pools[1]
	worker.Nodes = append(worker.Nodes, config.Node{Name: "k2w-3", VMID: 133, Address: netip.MustParseAddr("127.53.0.133")})
	l.compute.Image.URL, l.compute.Image.SHA256 = "https://images.sandbox.test/next.img", strings.Repeat("ab", 32)
	changes, _ = l.up()
	require.Equal(t, map[string]int{"create": 2, "replace": 2}, changes, "a machine with the image on its host; the other images")
	born["k2w-3"] = "pve3"
	require.Equal(t, born, l.places())

	worker.Cores = 12
	changes, _ = l.up()
	require.Equal(t, map[string]int{"update": 3}, changes)

	worker.DataDiskGiB = 150
	changes, _ = l.up()
	require.Equal(t, map[string]int{"update": 3}, changes)
	for _, vm := range l.sim.VMs() {
		require.True(t, vm.Running, vm.Name)
		if strings.HasPrefix(vm.Name, "k2w-") && vm.Name != "k2w-8" {
			require.Equal(t, int64(150<<30), vm.Disks[1].Bytes, vm.Name)
		}
	}

	worker.Nodes[0].Host = "pve3"
	changes, outputs = l.up()
	born["k2w-1"] = "pve3"
	require.Equal(t, map[string]int{"update": 1}, changes, "a chosen host migrates")
	require.Equal(t, born, l.places())
	assert.Equal(t, "127.53.0.131 on pve3", outputs["k2w-1"].Value)

	l.migrate("k2w-2", 132, "pve2", "pve1")
	born["k2w-2"] = "pve1"
	require.Empty(t, l.refresh(), "the state follows who migrates by hand, and that is no difference")
	worker.MemoryMiB = 16384
	changes, outputs = l.up()
	require.Equal(t, map[string]int{"update": 3}, changes)
	require.Equal(t, born, l.places(), "and nothing moves it back")
	assert.Equal(t, "127.53.0.132 on pve1", outputs["k2w-2"].Value)

	_, err := l.stack.Destroy(context.WithoutCancel(t.Context()), optdestroy.SuppressProgress())
	require.NoError(t, err)
	require.Empty(t, l.sim.VMs())
}

// TestProtectedMachinesSurviveADestroy is the site's setting.
func TestProtectedMachinesSurviveADestroy(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.compute.Disposable = false
	l.compute.Pools, l.compute.PCIMappings = l.compute.Pools[:1], nil
	l.up()
	_, err := l.stack.Destroy(t.Context(), optdestroy.SuppressProgress())
	require.ErrorContains(t, err, "protected")
	require.Len(t, l.sim.VMs(), 1)

	l.compute.Disposable = true
	changes, _ := l.up()
	require.Empty(t, changes, "lifting the protection touches no machine")
	_, err = l.stack.Destroy(t.Context(), optdestroy.SuppressProgress())
	require.NoError(t, err)
	require.Empty(t, l.sim.VMs())
}

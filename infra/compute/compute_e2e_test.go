package compute

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox/proxmox"
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

// TestLostStateTouchesNothing: whoever runs up without the state finds the pool taken, and does nothing to what
// is there. Proxmox deletes an image some time after it said so, and the provider does not wait for it.
func TestLostStateTouchesNothing(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.up()
	born := l.places()
	state, err := l.stack.Export(t.Context())
	require.NoError(t, err)
	lost := state
	var deployment map[string]any
	require.NoError(t, json.Unmarshal(state.Deployment, &deployment))
	delete(deployment, "resources")
	lost.Deployment, err = json.Marshal(deployment)
	require.NoError(t, err)
	require.NoError(t, l.stack.Import(t.Context(), lost))
	require.NoError(t, l.sim.SetFaults(proxmox.Fault{
		Match: "DELETE /nodes/*/storage/**", Kind: proxmox.SlowTask, Delay: proxmox.Duration(time.Second / 5)}))

	_, err = l.stack.Up(t.Context(), optup.SuppressProgress(), optup.ContinueOnError())
	require.ErrorContains(t, err, "pool 'k8s' already exists")
	require.Equal(t, born, l.places())

	require.NoError(t, l.stack.Import(t.Context(), state))
	require.Empty(t, l.refresh())
	require.Zero(t, l.sim.Faults()[0].Struck, "nothing was deleted")
}

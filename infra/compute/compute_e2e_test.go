package compute

import (
	"context"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox/proxmox"
	"github.com/streamforge/infrastructure/stacks/config"
)

const token = "root@pam!pulumi=00000000-1111-2222-3333-444444444444"

// lab is the layer, deployed by the real engine and the real provider into the simulator.
type lab struct {
	t       *testing.T
	sim     *proxmox.Sim
	stack   auto.Stack
	compute config.Compute
}

func newLab(t *testing.T) *lab {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the toolchain")
	}
	bin, err := filepath.Abs(filepath.Join("..", "..", "bin"))
	require.NoError(t, err)
	for _, tool := range []string{"pulumi", "pulumi-resource-proxmoxve"} {
		if _, err := os.Stat(filepath.Join(bin, tool)); err != nil {
			t.Skipf("%s is not built: run make tools", tool)
		}
	}
	sim, err := proxmox.New(proxmox.Options{Token: token, Nodes: []proxmox.Node{
		{Name: "pve1", CPUs: 64, MemoryMiB: 262144}, {Name: "pve2", CPUs: 64, MemoryMiB: 262144},
		{Name: "pve3", CPUs: 64, MemoryMiB: 262144}, {Name: "pve4", CPUs: 64, MemoryMiB: 262144},
	}})
	require.NoError(t, err)
	srv := httptest.NewTLSServer(sim.Handler())
	t.Cleanup(func() { srv.Close(); sim.Close() })

	l := &lab{t: t, sim: sim, compute: small()}
	l.compute.Endpoint = srv.URL
	dir := t.TempDir()
	cli, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(bin)})
	require.NoError(t, err)
	l.stack, err = auto.UpsertStackInlineSource(t.Context(), "test", "streamforge", l.program, auto.Pulumi(cli),
		auto.EnvVars(map[string]string{
			"PATH":               bin + string(os.PathListSeparator) + os.Getenv("PATH"),
			"PULUMI_BACKEND_URL": "file://" + dir, "PULUMI_HOME": dir, "PULUMI_CONFIG_PASSPHRASE": "test",
			"PULUMI_SKIP_UPDATE_CHECK": "1", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1", "NO_PROXY": "127.0.0.1",
		}))
	require.NoError(t, err)
	return l
}

func (l *lab) program(ctx *pulumi.Context) error {
	out, err := Deploy(ctx, Inputs{
		Compute: l.compute, Site: sandboxSite(), Token: pulumi.ToSecret(pulumi.String(token)).(pulumi.StringOutput),
	})
	if err != nil {
		return err
	}
	for _, m := range out.Machines {
		ctx.Export(m.Name, pulumi.Sprintf("%s on %s", m.Address, m.Host))
	}
	return nil
}

// up deploys and gives how many resources each operation touched, without those left alone.
func (l *lab) up() (map[string]int, auto.OutputMap) {
	l.t.Helper()
	r, err := l.stack.Up(l.t.Context(), optup.SuppressProgress())
	require.NoError(l.t, err)
	changes := *r.Summary.ResourceChanges
	delete(changes, "same")
	return changes, r.Outputs
}

func (l *lab) refresh() map[string]int {
	l.t.Helper()
	r, err := l.stack.Refresh(l.t.Context(), optrefresh.SuppressProgress())
	require.NoError(l.t, err)
	changes := *r.Summary.ResourceChanges
	delete(changes, "same")
	return changes
}

// places gives the host and the id of every machine.
func (l *lab) places() map[string]string {
	places := map[string]string{}
	for _, vm := range l.sim.VMs() {
		places[vm.Name] = vm.Node
	}
	return places
}

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

	require.Empty(t, l.refresh())
	changes, _ = l.up()
	require.Empty(t, changes)

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

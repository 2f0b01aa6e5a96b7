package proxmox

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// binaries is where "make tools" puts the CLI and the provider plugins.
func binaries(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "bin"))
	require.NoError(t, err)
	need.Toolchain(t, dir, "pulumi", "pulumi-resource-proxmoxve")
	return dir
}

// newStack is a Pulumi stack in a file backend of the test's own.
func newStack(t *testing.T, program pulumi.RunFunc) auto.Stack {
	t.Helper()
	dir, bin := t.TempDir(), binaries(t)
	cli, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(bin)})
	require.NoError(t, err)
	env := auto.EnvVars(map[string]string{
		"PATH":                     bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"PULUMI_BACKEND_URL":       "file://" + dir,
		"PULUMI_HOME":              dir,
		"PULUMI_CONFIG_PASSPHRASE": "test",
		"PULUMI_SKIP_UPDATE_CHECK": "1",
		"NO_PROXY":                 "127.0.0.1",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
	})
	st, err := auto.UpsertStackInlineSource(t.Context(), "test", "simulator", program, auto.Pulumi(cli), env)
	require.NoError(t, err)
	return st
}

// up deploys and returns how many resources each operation touched.
func up(t *testing.T, st auto.Stack, opts ...optup.Option) map[string]int {
	t.Helper()
	r, err := st.Up(t.Context(), append(opts, optup.SuppressProgress())...)
	require.NoError(t, err)
	return *r.Summary.ResourceChanges
}

// failUp deploys and returns the text of the failure it must end in.
func failUp(t *testing.T, st auto.Stack, opts ...optup.Option) string {
	t.Helper()
	_, err := st.Up(t.Context(), append(opts, optup.SuppressProgress())...)
	require.Error(t, err)
	return err.Error()
}

func refresh(t *testing.T, st auto.Stack) map[string]int {
	t.Helper()
	r, err := st.Refresh(t.Context(), optrefresh.SuppressProgress())
	require.NoError(t, err)
	return *r.Summary.ResourceChanges
}

func destroy(t *testing.T, st auto.Stack) {
	t.Helper()
	_, err := st.Destroy(context.WithoutCancel(t.Context()), optdestroy.SuppressProgress())
	require.NoError(t, err)
}

func unchanged(t *testing.T, got map[string]int) {
	t.Helper()
	require.Len(t, got, 1, "changes: %v", got)
	require.Contains(t, got, string(apitype.OpSame))
}

// TestProviderLifecycle takes a worker and a GPU worker through their life.
func TestProviderLifecycle(t *testing.T) {
	t.Parallel()
	opt := testOptions(t)
	opt.GuestAgent = true
	f := newFixture(t, opt)
	s := newSite(f)
	s.gpu, s.agent = true, true
	st := newStack(t, s.program)

	require.Equal(t, map[string]int{"create": 7}, up(t, st))
	require.Equal(t, VM{
		ID: 101, Name: "k2w-1", Node: "pve1", Running: true, CPUs: 2, MemoryMiB: 2048,
		Tags: []string{"k8s", "streamforge", "worker"}, Pool: "k8s",
		Disks: []Disk{{"scsi0", "local-lvm:vm-101-disk-0", 20 << 30}, {"scsi1", "local-lvm:vm-101-disk-1", 50 << 30}},
		IPs:   []IPConfig{{Address: netip.MustParsePrefix("192.168.1.101/24"), Gateway: netip.MustParseAddr("192.168.1.1")}},
	}, f.vmByID(101))
	require.Equal(t, []string{"gpu0"}, f.vmByID(109).Mappings)
	unchanged(t, refresh(t, st))
	unchanged(t, up(t, st))

	s.cores, s.memory, s.diskGiB = 4, 4096, 30
	require.Equal(t, map[string]int{"same": 5, "update": 2}, up(t, st))
	vm := f.vmByID(101)
	require.Equal(t, []any{4, 4096, int64(30 << 30)}, []any{vm.CPUs, vm.MemoryMiB, vm.Disks[0].Bytes})

	s.reboot, s.sshKey = false, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISecond second@example"
	s.image = "noble-2.qcow2" // a new image is fetched and leaves existing VMs alone
	f.requests()
	require.Equal(t, map[string]int{"same": 4, "update": 2, "replace": 1}, up(t, st))
	for _, r := range f.requests() {
		require.NotContains(t, r, "/status/st", "a changed key must not restart a VM")
	}
	unchanged(t, up(t, st))
	unchanged(t, refresh(t, st))

	destroy(t, st)
	require.Empty(t, f.VMs())
	require.Empty(t, f.st.Volumes)
	require.Empty(t, f.st.Pools)
	require.Empty(t, f.st.Mappings)
}

package compute

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox/proxmox"
	"github.com/streamforge/infrastructure/stacks/config"
	"github.com/streamforge/infrastructure/tests/need"
)

const token = "root@pam!pulumi=00000000-1111-2222-3333-444444444444"

// lab is the layer, deployed by the real engine and the real provider into the simulator.
type lab struct {
	t       *testing.T
	sim     *proxmox.Sim
	client  *http.Client
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
	need.Toolchain(t, bin, "pulumi", "pulumi-resource-proxmoxve")
	sim, err := proxmox.New(proxmox.Options{Token: token, Nodes: []proxmox.Node{
		{Name: "pve1", CPUs: 64, MemoryMiB: 262144}, {Name: "pve2", CPUs: 64, MemoryMiB: 262144},
		{Name: "pve3", CPUs: 64, MemoryMiB: 262144}, {Name: "pve4", CPUs: 64, MemoryMiB: 262144},
	}})
	require.NoError(t, err)
	srv := httptest.NewTLSServer(sim.Handler())
	t.Cleanup(func() { srv.Close(); sim.Close() })

	l := &lab{t: t, sim: sim, client: srv.Client(), compute: small()}
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

// places gives the host of every machine.
func (l *lab) places() map[string]string {
	places := map[string]string{}
	for _, vm := range l.sim.VMs() {
		places[vm.Name] = vm.Node
	}
	return places
}

// migrate is what a person does in Proxmox's web interface.
func (l *lab) migrate(name string, id int, from, to string) {
	l.t.Helper()
	url := fmt.Sprintf("%s/api2/json/nodes/%s/qemu/%d/migrate", l.compute.Endpoint, from, id)
	form := strings.NewReader("online=1&with-local-disks=1&target=" + to)
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, url, form)
	require.NoError(l.t, err)
	req.Header.Set("Authorization", "PVEAPIToken="+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := l.client.Do(req)
	require.NoError(l.t, err)
	require.NoError(l.t, resp.Body.Close())
	require.Equal(l.t, http.StatusOK, resp.StatusCode)
	require.Eventually(l.t, func() bool { return l.places()[name] == to }, 10*time.Second, 10*time.Millisecond)
}

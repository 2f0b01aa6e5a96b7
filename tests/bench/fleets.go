package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/streamforge/infrastructure/internal/sandbox/proxmox"
	"github.com/streamforge/infrastructure/stacks/config"
)

// atOnce is how many resources both sides work on at the same time; it is what internal/engine asks for.
const atOnce = 32

const fleetToken = "bench@pve!fleet=00000000-1111-2222-3333-444444444444"

// sizes are the numbers of machines, in steps that are equal on a logarithmic scale.
var sizes = []int{10, 100, 1000}

// operation is something that both sides can do. They are done in this order, each on what the one
// before has left.
type operation struct {
	name string
	ours string   // operation of the command in tests/bench/fleet, empty: there is none like it
	tofu []string // arguments
}

var operations = []operation{
	{"preview", "preview", []string{"plan"}},
	{"up", "up", []string{"apply", "-auto-approve"}},
	{"unchanged", "unchanged", []string{"plan", "-refresh=false", "-detailed-exitcode"}},
	{"refresh", "refresh", []string{"apply", "-refresh-only", "-auto-approve"}},
	{"plan", "", []string{"plan", "-detailed-exitcode"}}, // OpenTofu's default: with a refresh
}

// fleet is so many machines, not yet made.
type fleet struct {
	Site    config.Site
	Compute config.Compute
	Token   string
}

func newFleet(endpoint string, machines int) fleet {
	f := fleet{Token: fleetToken}
	f.Site = config.Site{Domain: "bench.test", LAN: netip.MustParsePrefix("10.20.0.0/16"),
		Gateway: netip.MustParseAddr("10.20.0.1"), DNS: []netip.Addr{netip.MustParseAddr("10.20.0.2")}}
	pool := config.NodePool{Name: "worker", Role: config.Worker, Cores: 4, MemoryMiB: 8192, DiskGiB: 32, DataDiskGiB: 100}
	address := netip.MustParseAddr("10.20.1.0")
	for i := range machines {
		pool.Nodes = append(pool.Nodes, config.Node{Name: fmt.Sprintf("k2w-%d", i+1), VMID: 10001 + i, Address: address})
		address = address.Next()
	}
	f.Compute = config.Compute{Endpoint: endpoint, Insecure: true, Hosts: []string{"pve1", "pve2", "pve3"},
		ResourcePool: "k8s", Bridge: "vmbr0", Datastore: "local-lvm", ImageDatastore: "local",
		Image: config.Image{URL: "https://images.bench.test/ubuntu-24.04.img", FileName: "ubuntu-24.04.qcow2",
			SHA256: strings.Repeat("0123456789abcdef", 4)},
		User: "ubuntu", SSHKeys: []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEX6/Jm81K6XRQcjjXrPxPNH8jgEGS4srzBBukFNOZQC bench"},
		Pools: []config.NodePool{pool}, Disposable: true}
	return f
}

// simulator serves an empty Proxmox cluster, with its state in memory only, until it is stopped.
func simulator() (endpoint string, sim *proxmox.Sim, stop func(), err error) {
	opt := proxmox.Options{Token: fleetToken, Datastores: []proxmox.Datastore{
		{Name: "local", Type: "dir", Content: []string{"iso", "import", "snippets"}},
		{Name: "local-lvm", Type: "lvmthin", Content: []string{"images"}, SizeGiB: 1 << 20},
	}}
	for _, name := range []string{"pve1", "pve2", "pve3"} {
		opt.Nodes = append(opt.Nodes, proxmox.Node{Name: name, CPUs: 64, MemoryMiB: 512 << 10})
	}
	if sim, err = proxmox.New(opt); err != nil {
		return "", nil, nil, err
	}
	srv := httptest.NewTLSServer(sim.Handler())
	return srv.URL, sim, func() { srv.Close(); sim.Close() }, nil
}

// side is one of the two tools, ready to make machines in a folder of its own.
type side struct {
	name    string
	prepare func(dir string, f fleet) error
	command func(ctx context.Context, dir string, op operation) *exec.Cmd // nil: cannot do it
}

// ours builds the command of tests/bench/fleet.
func ours(ctx context.Context, b *bench) (side, error) {
	tool := filepath.Join(b.dir, "fleet")
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", tool, "./tests/bench/fleet")
	compile.Dir, compile.Stderr = b.root, os.Stderr
	if err := compile.Run(); err != nil {
		return side{}, fmt.Errorf("go build ./tests/bench/fleet: %w", err)
	}
	return side{name: "streamforge", prepare: prepareOurs, command: func(ctx context.Context, dir string, op operation) *exec.Cmd {
		if op.ours == "" {
			return nil
		}
		cmd := exec.CommandContext(ctx, tool, dir, filepath.Join(b.root, "bin"), op.ours)
		cmd.Env = append(os.Environ(), "PULUMI_BACKEND_URL=file://"+filepath.Join(dir, "state"), "PULUMI_HOME="+filepath.Join(dir, "home"),
			"PULUMI_CONFIG_PASSPHRASE=bench", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=1", "PULUMI_SKIP_UPDATE_CHECK=1",
			"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
		return cmd
	}}, nil
}

func prepareOurs(dir string, f fleet) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "fleet.json"), raw, 0o600); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "state"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte("name: streamforge\nruntime: go\n"), 0o600)
}

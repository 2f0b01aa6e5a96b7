package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/streamforge/infrastructure/infra/compute"
)

// tofuModules are built with the versions that their makers chose: each is the main module of its build.
var tofuModules = []struct{ module, pkg, out string }{
	{"github.com/opentofu/opentofu", "./cmd/tofu", "tofu"},
	{"github.com/bpg/terraform-provider-proxmox", ".", "terraform-provider-proxmox"},
}

//go:embed testdata/fleet.tf
var fleetTF []byte

// openTofu builds OpenTofu and the provider that tools/opentofu pins.
func openTofu(ctx context.Context, b *bench) (side, error) {
	dir := filepath.Join(b.dir, "opentofu")
	for _, m := range tofuModules {
		source, err := download(ctx, filepath.Join(b.root, "tools", "opentofu"), m.module)
		if err != nil {
			return side{}, err
		}
		fmt.Printf("  building %s\n", m.out)
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, m.out), m.pkg)
		build.Dir, build.Stderr = source, os.Stderr
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if err := build.Run(); err != nil {
			return side{}, fmt.Errorf("build %s: %w", m.module, err)
		}
	}
	settings := filepath.Join(dir, "tofu.rc")
	if err := os.WriteFile(settings, fmt.Appendf(nil, "provider_installation {\n  dev_overrides {\n    \"bpg/proxmox\" = %q\n  }\n}\n", dir), 0o600); err != nil {
		return side{}, err
	}
	return side{name: "OpenTofu", prepare: prepareTofu, command: func(ctx context.Context, dir string, op operation) *exec.Cmd {
		args := append(op.tofu[:1:1], append([]string{"-input=false", "-no-color", fmt.Sprintf("-parallelism=%d", atOnce)}, op.tofu[1:]...)...)
		cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(settings), "tofu"), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
		return cmd
	}}, nil
}

// download gives the folder of a module at the version that dir pins. `go list` knows it only of what was downloaded
// before.
func download(ctx context.Context, dir, module string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = dir
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if json.Unmarshal(out, &m) == nil && m.Error != "" {
		return "", fmt.Errorf("download of %s: %s", module, m.Error)
	}
	if err != nil {
		return "", fmt.Errorf("download of %s: %w", module, err)
	}
	return m.Dir, nil
}

// prepareTofu gives OpenTofu the machines where the layer of the program would place them.
func prepareTofu(dir string, f fleet) error {
	nodes, err := compute.Plan(f.Compute)
	if err != nil {
		return err
	}
	machines := map[string]any{}
	for _, n := range nodes {
		machines[n.Machine.Name] = map[string]any{"vm_id": n.Machine.VMID, "host": n.Machine.Host,
			"address": fmt.Sprintf("%s/%d", n.Machine.Address, f.Site.LAN.Bits())}
	}
	values, err := json.Marshal(map[string]any{"endpoint": f.Compute.Endpoint, "token": f.Token,
		"hosts": f.Compute.Hosts, "machines": machines, "ssh_keys": f.Compute.SSHKeys})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "fleet.auto.tfvars.json"), values, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "fleet.tf"), fleetTF, 0o600)
}

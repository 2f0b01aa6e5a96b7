package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/kubeconfig"
	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/stackfile"
	"github.com/streamforge/infrastructure/stacks/config"
)

// project is the name in Pulumi.yaml, which is the namespace of the configuration's keys.
const project = "streamforge"

func newSandboxStartCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "start",
		Short: "Start the sandbox and prepare the stack that is deployed into it",
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.startSandbox(cmd.Context()) },
	}
}

func (a *app) startSandbox(ctx context.Context) error {
	sb, root, err := here()
	if err != nil {
		return err
	}
	if err := tools(root); err != nil {
		return err
	}
	site, err := readSite(root)
	if err != nil {
		return &engine.Problem{Kind: engine.Refused, What: "sandbox", Why: err.Error(), Err: err}
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("own binary: %w", err)
	}
	err = sb.Start(ctx, sandbox.Options{
		BinDir: filepath.Join(root, "bin"), Self: self, Out: a.out,
		APIAddress: site.cluster.VIP, APIHost: site.cluster.APIHost, ServiceCIDR: site.cluster.ServiceCIDR,
		Hosts: site.compute.Hosts,
	})
	if err != nil {
		return notStarted(ctx, err)
	}
	at, err := prepareSandbox(sb, root, site, true)
	if err != nil {
		return err
	}
	return a.handOver(ctx, sb, root, at)
}

// site is what the committed Pulumi.sandbox.yaml says about the surroundings.
type site struct {
	file    *stackfile.File
	compute config.Compute
	cluster config.Cluster
}

// readSite returns the file even where a section of it cannot be read.
func readSite(root string) (s site, err error) {
	if s.file, err = stackfile.Read(filepath.Join(root, "Pulumi."+sandboxStack+".yaml")); err != nil {
		return s, err
	}
	if err := s.file.Section(project+":compute", &s.compute); err != nil {
		return s, err
	}
	return s, s.file.Section(project+":cluster", &s.cluster)
}

// prepareSandbox gives a running sandbox the Pulumi project that the committed file asks for and,
// if that much of it can be read, the nodes.
func prepareSandbox(sb *sandbox.Sandbox, root string, s site, readable bool) (sandbox.Endpoints, error) {
	at, err := sb.Endpoints()
	if err != nil {
		return at, err
	}
	if readable {
		if err := sb.WriteNodes(nodeFacts(s.compute.Pools)); err != nil {
			return at, &engine.Problem{Kind: engine.Refused, What: "nodes of the sandbox", Why: err.Error(), Err: err}
		}
	}
	return at, writeProject(sb, root, s.file, at)
}

// renewProject is prepareSandbox before every run, so that an edited file is never ignored. What
// cannot be read is not reported here: the program lists it with all the other problems.
func renewProject(sb *sandbox.Sandbox, root string) error {
	s, err := readSite(root)
	if s.file == nil {
		return err
	}
	_, err = prepareSandbox(sb, root, s, err == nil)
	return err
}

// notStarted gives the error of a start its exit code; the text says already what to do.
func notStarted(ctx context.Context, err error) error {
	p := &engine.Problem{Kind: engine.NotReady, What: "sandbox", Why: err.Error(), Err: err}
	if ctx.Err() != nil {
		p.Kind, p.Why = engine.Cancelled, "start cancelled, what was started is stopped again"
	}
	return p
}

// nodeFacts are what the inventory would make Kubespray set on each node.
func nodeFacts(pools []config.NodePool) map[string]sandbox.NodeFacts {
	facts := map[string]sandbox.NodeFacts{}
	for _, pool := range pools {
		for _, n := range pool.Nodes {
			facts[n.Name] = sandbox.NodeFacts{
				ControlPlane: pool.Role == config.ControlPlane, Labels: pool.Labels, Taints: pool.Taints,
			}
		}
	}
	return facts
}

// writeProject derives the sandbox's project from the repository's: the committed stack file with
// the addresses of this sandbox, and the secrets it had before.
func writeProject(sb *sandbox.Sandbox, root string, file *stackfile.File, at sandbox.Endpoints) error {
	main, err := filepath.Rel(sb.Project(), root)
	if err != nil {
		return fmt.Errorf("project of the sandbox: %w", err)
	}
	content := "# Made by `streamforge sandbox start`.\nname: " + project + "\nruntime: go\nmain: " + main + "\n"
	if err := stackfile.WriteFile(filepath.Join(sb.Project(), "Pulumi.yaml"), []byte(content)); err != nil {
		return err
	}
	path := filepath.Join(sb.Project(), "Pulumi."+sandboxStack+".yaml")
	earlier, err := stackfile.ReadIfThere(path)
	if err != nil {
		return err
	}
	for _, set := range []struct {
		value        any
		section, key string
	}{
		{at.ProxmoxURL, "compute", "endpoint"},
		{at.APIPort, "cluster", "apiPort"},
		{at.MirrorDir, "charts", "mirror"},
	} {
		if err := file.Set(set.value, project+":"+set.section, set.key); err != nil {
			return err
		}
	}
	file.KeepSecrets(earlier)
	return file.Write(path)
}

// noBot has the form of a Telegram bot's token. No Alertmanager runs in the sandbox that would use it.
const noBot = "0000000000:sandbox-sandbox-sandbox-sandbox-sand"

// noGitLab are secrets of section gitops, of the form they have to have. Nothing in the sandbox runs
// that would show them to a GitLab server, and there is none.
var noGitLab = [][2]string{
	{"runnerToken", "glrt-sandbox-sandbox-sandbox"},
	{"kanikoRunnerToken", "glrt-sandbox-sandbox-kaniko"},
	{"repositoryToken", "sandbox-sandbox-sandbox-sandbox"},
	{"registryLogin", `{"auths":{"registry.sandbox.test":{"auth":"c2FuZGJveDpzYW5kYm94"}}}`},
}

// handOver stores the secrets that in a real site a person hands over: the Proxmox token, that
// of a Telegram bot, those for GitLab, and the kubeconfig after the same checks.
func (a *app) handOver(ctx context.Context, sb *sandbox.Sandbox, root string, at sandbox.Endpoints) error {
	raw, err := os.ReadFile(at.AdminKubeconfig)
	if err != nil {
		return fmt.Errorf("kubeconfig of the sandbox: %w", err)
	}
	server := "https://" + netip.AddrPortFrom(at.APIAddress, uint16(at.APIPort)).String() //nolint:gosec // a port
	accepted, err := kubeconfig.Accept(ctx, kubeconfig.Request{Raw: raw, Server: server, Now: time.Now()})
	if err != nil {
		return fmt.Errorf("kubeconfig of the sandbox: %w", err)
	}
	s, err := engine.Open(ctx, sandboxProject(sb, root), program)
	if err != nil {
		return err
	}
	if err := s.SetSecret(ctx, "proxmoxToken", at.ProxmoxToken); err != nil {
		return err
	}
	if err := s.SetSecret(ctx, "telegramToken", noBot); err != nil {
		return err
	}
	for _, secret := range noGitLab {
		if err := s.SetSecret(ctx, secret[0], secret[1]); err != nil {
			return err
		}
	}
	return s.SetSecret(ctx, "kubeconfig", string(accepted.Kubeconfig))
}

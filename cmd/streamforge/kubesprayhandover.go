package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/kubeconfig"
	"github.com/streamforge/infrastructure/internal/stackfile"
	"github.com/streamforge/infrastructure/stacks/config"
)

func newHandoverCmd(a *app) *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:   "handover [FILE]",
		Short: "Take the admin kubeconfig from Kubespray: check it, try it, store it as a secret of the stack",
		Long: "Take the kubeconfig that Kubespray left in FILE (default kubespray/STACK/artifacts/admin.conf, - for\n" +
			"standard input), point it at the cluster's virtual address, check it, try it on the cluster, and store it\n" +
			"as the secret `kubeconfig` of the stack. Nothing is stored when anything is wrong with it.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := repoRoot()
			if err != nil {
				return err
			}
			file := adminConf(inventoryDir(root, a.stack))
			if len(args) == 1 {
				file = args[0]
			}
			return a.handover(cmd.Context(), file, offline)
		},
	}
	a.forStack(cmd)
	cmd.Flags().BoolVar(&offline, "offline", false, "do not try the cluster, for a machine that cannot reach it")
	return cmd
}

func (a *app) handover(ctx context.Context, file string, offline bool) error {
	p, err := a.project(ctx)
	if err != nil {
		return err
	}
	cluster, done, err := clusterOf(p)
	if err != nil {
		return err
	}
	raw, err := a.read(ctx, file)
	if err != nil {
		return err
	}
	accepted, err := kubeconfig.Accept(ctx, kubeconfig.Request{
		Raw: raw, Server: cluster.Server(), Now: time.Now(), Offline: offline,
	})
	if err != nil {
		return refused(file, err)
	}
	s, err := engine.Open(ctx, p, program)
	if err != nil {
		return err
	}
	if err := s.SetSecrets(ctx, map[string]string{"kubeconfig": string(accepted.Kubeconfig)}); err != nil {
		return err
	}
	a.sayHandover(cluster, accepted, done)
	return nil
}

// clusterOf reads the stack's file: the cluster, and whether it counts as handed over already.
func clusterOf(p engine.Project) (c config.Cluster, done bool, err error) {
	stack, err := stackfile.Read(filepath.Join(p.Dir, "Pulumi."+p.Stack+".yaml"))
	if err != nil {
		return c, false, err
	}
	var h config.Handover
	if err := stack.Section(project+":cluster", &c); err != nil {
		return c, false, err
	}
	if err := stack.Section(project+":handover", &h); err != nil {
		return c, false, err
	}
	if !c.VIP.IsValid() {
		return c, false, fmt.Errorf("stack %s: cluster.vip is missing, so there is no address to hand over", p.Stack)
	}
	return c, h.Cluster, nil
}

func (a *app) read(ctx context.Context, file string) ([]byte, error) {
	if file == "-" {
		raw, err := unlessCancelled(ctx, func() ([]byte, error) { return io.ReadAll(a.in) })
		if err != nil {
			return nil, fmt.Errorf("kubeconfig from standard input: %w", err)
		}
		return raw, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, engine.NewNotReady("kubeconfig", err.Error(),
			"Kubespray writes it at the end of cluster.yml; see docs/deploy.md")
	}
	return raw, nil
}

// refused lists everything that is wrong with the file, one problem a line.
func refused(file string, err error) error {
	why := err.Error()
	if more := strings.Count(why, "\n"); more > 0 {
		why = fmt.Sprintf("%d problems\n  %s", more+1, strings.ReplaceAll(why, "\n", "\n  "))
	}
	if file == "-" {
		file = "from standard input"
	}
	return &engine.Problem{Kind: engine.Refused, What: "kubeconfig " + file + " is not taken", Why: why, Err: err}
}

func (a *app) sayHandover(c config.Cluster, k kubeconfig.Accepted, done bool) {
	state := "not tried"
	if k.Version != "" {
		state = "answers as " + k.Version
	}
	a.say("The kubeconfig for %s (%s) is stored as a secret of stack %s.", c.Server(), state, a.stack)
	if !k.Expires.IsZero() {
		a.say("Its certificate ends on %s; hand over a new one before that.", k.Expires.UTC().Format(time.DateOnly))
	}
	if !done {
		a.say("\nNext: set handover.cluster to true in Pulumi.%s.yaml, then\n  streamforge up -s %s", a.stack, a.stack)
	}
}

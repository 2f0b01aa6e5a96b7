package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/sandbox"
)

func newSandboxCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "sandbox", Short: "The platform's surroundings on this machine"}
	cmd.AddCommand(newSandboxStartCmd(a), newSandboxStopCmd(), newSandboxStatusCmd(a), newSandboxLogsCmd(a),
		newSandboxServeCmd())
	return cmd
}

// here is the sandbox of the working copy that the command runs in.
func here() (*sandbox.Sandbox, string, error) {
	root, err := repoRoot()
	if err != nil {
		return nil, "", err
	}
	sb, err := sandbox.Open(root)
	return sb, root, err
}

func newSandboxStopCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "stop",
		Short: "Stop the sandbox; its state stays",
		RunE: func(cmd *cobra.Command, _ []string) error {
			sb, _, err := here()
			if err != nil {
				return err
			}
			return sb.Stop(cmd.Context())
		},
	}
}

func newSandboxStatusCmd(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the sandbox's processes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			sb, _, err := here()
			if err != nil {
				return err
			}
			st, err := sb.Status(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return a.printJSON(st)
			}
			_, err = fmt.Fprint(a.out, st)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newSandboxLogsCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "logs [NAME]",
		Short: "Print the log of one of the sandbox's processes, or list the logs",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: completeArgs(1, func() []string {
			sb, _, err := here()
			if err != nil {
				return nil
			}
			return logNames(sb)
		}),
		RunE: func(_ *cobra.Command, args []string) error {
			sb, _, err := here()
			if err != nil {
				return err
			}
			names := logNames(sb)
			if len(args) == 0 {
				for _, name := range names {
					fmt.Fprintln(a.out, name)
				}
				return nil
			}
			if !slices.Contains(names, args[0]) {
				return fmt.Errorf("no log %q; there are: %s", args[0], strings.Join(names, ", "))
			}
			f, err := os.Open(filepath.Join(sb.Dir(), "logs", args[0]+".log"))
			if err != nil {
				return fmt.Errorf("log: %w", err)
			}
			defer f.Close()
			_, err = io.Copy(a.out, f)
			return err
		},
	}
}

// logNames are the names of the sandbox's processes that have written a log.
func logNames(sb *sandbox.Sandbox) []string {
	logs, _ := filepath.Glob(filepath.Join(sb.Dir(), "logs", "*.log")) // the pattern is well formed, unless the folder has signs of one
	names := make([]string, 0, len(logs))
	for _, path := range logs {
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".log"))
	}
	return names
}

// newSandboxServeCmd is what `sandbox start` runs in the background.
func newSandboxServeCmd() *cobra.Command {
	var root string
	cmd := &cobra.Command{
		Use:    "serve",
		Short:  "Be the sandbox's supervisor",
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sb, err := sandbox.Open(root)
			if err != nil {
				return err
			}
			return sb.Serve(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&root, "root", ".", "working copy")
	return cmd
}

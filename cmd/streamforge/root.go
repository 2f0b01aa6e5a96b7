package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

// app is what every command shares.
type app struct {
	out, err io.Writer
	in       io.Reader
	abort    <-chan struct{} // closed when what runs must end at once

	stack   string
	verbose bool
	quiet   bool
}

// newRootCmd is the whole command line.
func newRootCmd(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "streamforge",
		Short:         "Deploy the on-prem data platform, or try it in a sandbox on this machine",
		SilenceErrors: true, // main prints them
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q; `streamforge --help` lists them", args[0])}
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs, // so that RunE sees an unknown command
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())}
	})
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "pass on the engine's own output")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress, only results and errors")
	root.AddCommand(
		newUpCmd(a), newPreviewCmd(a), newGateCmd(a), newDriftCmd(a), newRefreshCmd(a), newDestroyCmd(a), newRotateCmd(a),
		newOutputsCmd(a), newCancelCmd(a), newSandboxCmd(a), newConfigCmd(a), newKubesprayCmd(a), newVaultCmd(a), newMirrorCmd(a),
		newNoteCmd(a), newDoctorCmd(a), newGraphCmd(a), newVersionCmd(a),
	)
	root.InitDefaultCompletionCmd() // now, so that it is as strict as the others
	strict(root)
	return root
}

// strict makes a wrong number of arguments a usage error, in every command.
func strict(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		check := c.Args
		if check == nil {
			check = cobra.NoArgs
			if c.ValidArgsFunction == nil {
				c.ValidArgsFunction = cobra.NoFileCompletions
			}
		}
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())}
			}
			return nil
		}
		if c.HasSubCommands() && c.Run == nil && c.RunE == nil {
			c.Args = cobra.ArbitraryArgs
			c.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) > 0 {
					return usageError{fmt.Errorf("unknown command %q; see `%s --help`", args[0], cmd.CommandPath())}
				}
				return cmd.Help()
			}
		}
		strict(c)
	}
}

// forStack adds the flag that names the stack.
func (a *app) forStack(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&a.stack, "stack", "s", sandboxStack, "stack: sandbox, or the name of a Pulumi.<stack>.yaml")
	completeFlag(cmd, "stack", stackNames)
}

// repoRoot is the nearest folder above the working directory that holds Pulumi.yaml.
func repoRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("working directory: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		_, err := os.Stat(filepath.Join(dir, "Pulumi.yaml"))
		if err == nil && filepath.Base(filepath.Dir(dir)) != ".sandbox" {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", usageError{fmt.Errorf("no Pulumi.yaml in %s or above it; run streamforge inside the repository", start)}
		}
	}
}

// withStack opens the chosen stack and hands it to body.
func (a *app) withStack(ctx context.Context, body func(*engine.Stack) error) error {
	p, err := a.project(ctx)
	if err != nil {
		return err
	}
	s, err := engine.Open(ctx, p, program)
	if err != nil {
		return err
	}
	return body(s)
}

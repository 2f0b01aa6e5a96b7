package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/doctor"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/sandbox"
)

func newDoctorCmd(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check this machine and what a stack needs, and say what to do",
		Long: "Check this machine and, with -s or while the sandbox runs, what a stack needs: its state, secrets and configuration, the\n" +
			"hypervisor, the cluster, charts, Vault. Changes nothing. Exit code 0 without a problem, 6 with one. See docs/doctor.md.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks, err := a.checks(cmd.Context(), cmd.Flags().Changed("stack"))
			if err != nil {
				return err
			}
			found := doctor.Run(cmd.Context(), checks)
			if asJSON {
				err = a.printJSON(found)
			} else {
				err = doctor.WriteText(a.out, found)
			}
			switch n := doctor.Count(found, doctor.Problem); {
			case err != nil:
				return err
			case cmd.Context().Err() != nil:
				return &engine.Problem{Kind: engine.Cancelled, What: "doctor", Why: "cancelled"}
			case n > 0:
				return verdict{fmt.Sprintf("%d problem(s), %d warning(s)", n, doctor.Count(found, doctor.Warning)), exitNotReady}
			}
			return nil
		},
	}
	a.forStack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// checks are those of the machine, and those of the stack where one was named or the sandbox runs.
func (a *app) checks(ctx context.Context, named bool) ([]doctor.Check, error) {
	sb, root, err := here()
	if err != nil {
		return nil, err
	}
	st, err := sb.Status(ctx)
	if err != nil {
		st.State = sandbox.Crashed // its check tells
	}
	checks := machineChecks(sb, root, st, err)
	if !named && st.State != sandbox.Running {
		return checks, nil
	}
	if _, err := os.Stat(filepath.Join(root, "Pulumi."+a.stack+".yaml")); err != nil {
		return nil, usageError{fmt.Errorf("stack %s: there is no Pulumi.%s.yaml in %s", a.stack, a.stack, root)}
	}
	if a.stack != sandboxStack {
		p, err := a.project(ctx)
		return append(checks, newPatient(p, err).checks()...), nil
	}
	p := sandboxProject(sb, root)
	if st.State != sandbox.Running { // its project may never have been made
		p.Dir = root
		err = engine.NewNotReady("stack "+sandboxStack, fmt.Sprintf("the sandbox is %s", st.State), "run `make up`, or only `streamforge sandbox start`")
	}
	return append(checks, newPatient(p, err).checks()...), nil
}

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/gitlab"
)

func newNoteCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "note FILE",
		Short: "Put a report on the merge request of the pipeline that runs, in the place of the earlier one",
		Long: "Put a file that --markdown wrote on GitLab's merge request as one note; the next run replaces it. Reads the job's " +
			"own variables, and a token of scope api from STREAMFORGE_NOTE_TOKEN.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{fmt.Errorf("note: %w", err)}
			}
			m, err := gitlab.FromJob(os.Getenv)
			if err != nil {
				return usageError{err}
			}
			replaced, err := m.Put(cmd.Context(), string(body))
			if err != nil {
				return err
			}
			did := "written"
			if replaced {
				did = "replaced"
			}
			fmt.Fprintf(a.out, "note %s\n", did)
			return nil
		},
	}
}

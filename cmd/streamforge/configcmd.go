package main

import (
	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/stacks/config/schema"
)

func newConfigCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "What a stack's configuration may say"}
	cmd.AddCommand(&cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of Pulumi.<stack>.yaml, for editors",
		RunE: func(*cobra.Command, []string) error {
			root, err := repoRoot()
			if err != nil {
				return err
			}
			s, err := schema.Generate(root)
			if err != nil {
				return err
			}
			_, err = a.out.Write(s)
			return err
		},
	})
	return cmd
}

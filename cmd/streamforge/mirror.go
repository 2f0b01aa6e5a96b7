package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/charts"
	"github.com/streamforge/infrastructure/internal/pins"
)

func newMirrorCmd(a *app) *cobra.Command {
	mirror := &cobra.Command{Use: "mirror", Short: "Take charts and manifests from a folder instead of upstream"}
	mirror.AddCommand(newMirrorPullCmd(a))
	return mirror
}

func newMirrorPullCmd(a *app) *cobra.Command {
	lock := ""
	cmd := &cobra.Command{
		Use:   "pull DIR",
		Short: "Fill DIR with every pinned chart and manifest, checked against the lock file",
		Long: "Pull fills DIR with every pinned chart and manifest. What is pulled for the first time is recorded in the\n" +
			"lock file by its SHA-256; what has changed since is refused. DIR can then be named in charts.mirror, or be\n" +
			"served over HTTP and its address named there.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lock == "" {
				root, err := repoRoot()
				if err != nil {
					return err
				}
				lock = filepath.Join(root, "internal", "pins", "lock.json")
			}
			m := charts.Mirror{Dir: args[0], Lock: lock, Out: a.out}
			return m.Pull(cmd.Context(), pins.AllCharts(), pins.AllManifests())
		},
	}
	cmd.Flags().StringVar(&lock, "lock", "", "lock file (default internal/pins/lock.json of the repository)")
	return cmd
}

package main

import (
	"fmt"
	"runtime/debug"

	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/pins"
)

func newVersionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of this tool and of what it installs",
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "streamforge %s\npulumi      v%s\nkubespray   %s\nkubernetes  v%s\n",
				revision(), sdk.Version, pins.Kubespray, pins.Kubernetes)
			return err
		},
	}
}

// version and commit are stamped into released binaries (internal/release).
var version, commit string

// revision is the release, or the commit this binary was built from as far as that is known.
func revision() string {
	if version != "" {
		return fmt.Sprintf("%s (%s)", version, commit)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := info.Main.Version, ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = " with local changes"
		}
	}
	return rev + dirty
}

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

// revision is the commit this binary was built from, as far as it is known.
func revision() string {
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

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/components/kubespray"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/stackfile"
)

func newInventoryCmd(a *app) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "inventory",
		Short: "Write the inventory of the machines of the latest run",
		Long: "Write the inventory that the latest run of the stack rendered. Files that are not part of it, such as\n" +
			"group_vars/all/zz-local.yml or Kubespray's artifacts, stay as they are.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := repoRoot()
			if err != nil {
				return err
			}
			if out == "" {
				out = inventoryDir(root, a.stack)
			}
			if out, err = filepath.Abs(out); err != nil {
				return fmt.Errorf("--out: %w", err)
			}
			return a.withStack(cmd.Context(), func(s *engine.Stack) error {
				outputs, err := s.Outputs(cmd.Context())
				if err != nil {
					return err
				}
				files, err := inventoryFiles(s.Name(), outputs.Plain("inventory"))
				if err != nil {
					return err
				}
				changed, err := writeInventory(out, files)
				if err != nil {
					return err
				}
				a.sayInventory(out, len(files), changed)
				return nil
			})
		},
	}
	a.forStack(cmd)
	cmd.Flags().StringVarP(&out, "out", "o", "", "folder to write to (default kubespray/STACK in the repository)")
	return cmd
}

// inventoryFiles reads the stack's output.
func inventoryFiles(stack string, output any) (map[string]string, error) {
	what := "inventory of " + stack
	given, ok := output.(map[string]any)
	if !ok || len(given) == 0 {
		return nil, engine.NewNotReady(what, "the stack has none yet, its machines are still to be made",
			"run `streamforge up -s "+stack+"` first")
	}
	files := make(map[string]string, len(given))
	for name, content := range given {
		text, ok := content.(string)
		if !ok || !filepath.IsLocal(name) {
			return nil, fmt.Errorf("%s: %q is no file of an inventory; "+
				"run `streamforge up -s %s` with this version of the program", what, name, stack)
		}
		files[name] = text
	}
	return files, nil
}

// writeInventory writes each file at one stroke, the hosts last: who finds them finds the rest.
// It gives the names of the files that were not there, or differed.
func writeInventory(dir string, files map[string]string) (changed []string, err error) {
	names := slices.SortedFunc(maps.Keys(files), func(a, b string) int {
		switch {
		case a == kubespray.HostsFile:
			return 1
		case b == kubespray.HostsFile:
			return -1
		case a < b:
			return -1
		}
		return 1
	})
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if old, err := os.ReadFile(path); err == nil && string(old) == files[name] {
			continue
		}
		if err := stackfile.WriteFile(path, []byte(files[name])); err != nil {
			return changed, fmt.Errorf("inventory: %w", err)
		}
		changed = append(changed, name)
	}
	return changed, nil
}

func (a *app) sayInventory(dir string, files int, changed []string) {
	a.say("%d files in %s, %d changed", files, dir, len(changed))
	for _, name := range changed {
		a.say("  %s", name)
	}
	hosts := filepath.Join(dir, kubespray.HostsFile)
	a.say("\nNext, in a checkout of Kubespray %s (see docs/deploy.md):", pins.Kubespray)
	a.say("  ansible-playbook -i %s -b cluster.yml", hosts)
	a.say("then, back here:")
	a.say("  streamforge kubespray handover -s %s %s", a.stack, adminConf(dir))
}

package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

// anyNumber of arguments.
const anyNumber = math.MaxInt

// completeArgs offers names for up to most arguments, each once, and no files. Whatever cannot be found
// out offers nothing: a shell has no place for an error.
func completeArgs(most int, names func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		fresh := slices.DeleteFunc(names(), func(n string) bool { return slices.Contains(args, n) })
		return begins(fresh, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

func begins(names []string, begun string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, begun) })
}

// completeFlag offers values for a flag.
func completeFlag(cmd *cobra.Command, flag string, values func() []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return begins(values(), begun), cobra.ShellCompDirectiveNoFileComp
	}) // fails only for a flag that is not there, or twice
}

// stackNames are those of the stack files of the repository.
func stackNames() (names []string) {
	root, err := repoRoot()
	if err != nil {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(root, "Pulumi.*.yaml")) // no match where the folder's own name is a pattern
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml"))
	}
	return names
}

// nearby are the names in the chosen stack's state, where that is a folder of this machine.
func (a *app) nearby() (outputs, keys []string) {
	sb, root, err := here()
	if err != nil {
		return nil, nil
	}
	p := engine.Project{Dir: root, Stack: a.stack}
	if a.stack == sandboxStack {
		p = sandboxProject(sb, root)
	}
	return engine.Nearby(p, project)
}

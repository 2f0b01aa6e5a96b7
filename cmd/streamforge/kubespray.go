package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
)

func newKubesprayCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kubespray",
		Short: "Hand the machines to Kubespray and take the cluster back",
	}
	cmd.AddCommand(newInventoryCmd(a), newHandoverCmd(a))
	return cmd
}

// inventoryDir is where a stack's inventory is written unless told otherwise. Git ignores it:
// Kubespray leaves the admin kubeconfig below it.
func inventoryDir(root, stack string) string { return filepath.Join(root, "kubespray", stack) }

// adminConf is where Kubespray leaves the admin kubeconfig.
func adminConf(dir string) string { return filepath.Join(dir, "artifacts", "admin.conf") }

// say prints to the person. A terminal that is gone is no reason to fail.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.out, format+"\n", args...)
}

// Package kubetest runs a piece of the program on Pulumi's mocks for tests of it.
package kubetest

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/planned"
)

// Project is the Pulumi project of every mocked run.
const Project = planned.Project

// Resource is one registration.
type Resource = planned.Resource

// Graph is what a mocked run registered, in the order of registration.
type Graph struct{ planned.Graph }

// ForStack is a graph of a stack of that name, still empty.
func ForStack(name string) *Graph { return &Graph{Graph: planned.Graph{Stack: name}} }

// Run runs program and gives its graph. It fails the test when the program fails.
func Run(t *testing.T, program pulumi.RunFunc) *Graph {
	t.Helper()
	g, err := TryRun(program)
	require.NoError(t, err)
	return g
}

// TryRun runs program and gives its graph and its error.
func TryRun(program pulumi.RunFunc) (*Graph, error) {
	g := &Graph{}
	return g, g.Record(program, nil)
}

// Get gives the one resource of that type and name.
func (g *Graph) Get(t *testing.T, typ, name string) Resource {
	t.Helper()
	var found []Resource
	for _, r := range g.All {
		if r.Type == typ && r.Name == name {
			found = append(found, r)
		}
	}
	require.Lenf(t, found, 1, "%s %s among %v", typ, name, g.Names())
	return found[0]
}

// Release gives the Helm release of that name.
func (g *Graph) Release(t *testing.T, name string) Resource {
	t.Helper()
	return g.Get(t, "kubernetes:helm.sh/v3:Release", name)
}

// Package kubetest runs a piece of the program on Pulumi's mocks and records what it registers.
package kubetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// Graph is what a mocked run registered, in the order of registration.
type Graph struct {
	mu  sync.Mutex
	All []Resource
}

// Resource is one registration.
type Resource struct {
	Type         string
	Name         string
	Inputs       resource.PropertyMap
	Parent       string   // URN
	Dependencies []string // URNs, those of Inputs and of DependsOn together
	Protect      bool
	Retain       bool // stays in the cluster when it leaves the program
}

// NewResource implements pulumi.MockResourceMonitor.
func (g *Graph) NewResource(a pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := Resource{Type: a.TypeToken, Name: a.Name, Inputs: a.Inputs}
	if rpc := a.RegisterRPC; rpc != nil {
		r.Parent, r.Dependencies = rpc.GetParent(), rpc.GetDependencies()
		r.Protect, r.Retain = rpc.GetProtect(), rpc.GetRetainOnDelete()
	}
	g.All = append(g.All, r)
	outputs := a.Inputs.Copy()
	switch a.TypeToken { // what the providers make up
	case "tls:index/privateKey:PrivateKey":
		outputs["privateKeyPem"] = resource.MakeSecret(resource.NewProperty("private key of " + a.Name))
	case "tls:index/selfSignedCert:SelfSignedCert":
		outputs["certPem"] = resource.NewProperty("certificate of " + a.Name)
	}
	return a.Name + "-id", outputs, nil
}

// Call implements pulumi.MockResourceMonitor. Planning must not read the world.
func (g *Graph) Call(a pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("unexpected invoke %s", a.Token)
}

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
	err := pulumi.RunErr(program, pulumi.WithMocks("streamforge", "test", g))
	return g, err
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

// Names lists "type name" of every registration but the stack's own.
func (g *Graph) Names() []string {
	var names []string
	for _, r := range g.All {
		names = append(names, r.Type+" "+r.Name)
	}
	return names
}

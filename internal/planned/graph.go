// Package planned runs the program, or a piece of it, on Pulumi's mocks and keeps what it registers:
// no engine, no provider, no cluster, no secret is needed for it.
package planned

import (
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Project is the Pulumi project of every mocked run, the name that Pulumi.yaml has.
const Project = "streamforge"

// Graph is what a mocked run registered, in the order of registration.
type Graph struct {
	Stack string // name of the stack that runs, empty means test
	All   []Resource

	mu sync.Mutex
}

// Resource is one registration.
type Resource struct {
	URN          string
	Type         string
	Name         string
	Inputs       resource.PropertyMap
	Parent       string   // URN
	Dependencies []string // URNs, those of Inputs and of DependsOn together
	Protect      bool
	Retain       bool // stays in the cluster when it leaves the program

	Request *pulumirpc.RegisterResourceRequest // what else the engine is told; nil for a resource that is only read
}

// NewResource implements pulumi.MockResourceMonitor.
func (g *Graph) NewResource(a pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	rpc := a.RegisterRPC // its getters answer for nil too
	g.All = append(g.All, Resource{
		URN: string(resource.NewURN(tokens.QName(g.stack()), Project, TypeOf(rpc.GetParent()),
			tokens.Type(a.TypeToken), a.Name)),
		Type: a.TypeToken, Name: a.Name, Inputs: a.Inputs,
		Parent: rpc.GetParent(), Dependencies: rpc.GetDependencies(),
		Protect: rpc.GetProtect(), Retain: rpc.GetRetainOnDelete(), Request: rpc,
	})
	return a.Name + "-id", madeUp(a), nil
}

// madeUp is what providers, and the cluster, make of a resource's inputs.
func madeUp(a pulumi.MockResourceArgs) resource.PropertyMap {
	outputs := a.Inputs.Copy()
	switch a.TypeToken {
	case "tls:index/privateKey:PrivateKey":
		outputs["privateKeyPem"] = resource.MakeSecret(resource.NewProperty("private key of " + a.Name))
	case "tls:index/selfSignedCert:SelfSignedCert":
		outputs["certPem"] = resource.NewProperty("certificate of " + a.Name)
	case "kubernetes:core/v1:Secret":
		if kind := a.Inputs["type"]; kind.IsString() && kind.StringValue() == "kubernetes.io/service-account-token" {
			base64 := resource.NewProperty("bW9ja2Vk") // "mocked"
			outputs["data"] = resource.MakeSecret(resource.NewProperty(resource.PropertyMap{"token": base64, "ca.crt": base64}))
		}
	}
	return outputs
}

// Call implements pulumi.MockResourceMonitor. Planning must not read the world.
func (g *Graph) Call(a pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("unexpected invoke %s", a.Token)
}

// Record runs program as an update of g's stack and adds what it registers to g. The keys of
// configuration carry their namespace, such as streamforge:site.
func (g *Graph) Record(program pulumi.RunFunc, configuration map[string]string) error {
	return pulumi.RunErr(program, pulumi.WithMocks(Project, g.stack(), g),
		func(info *pulumi.RunInfo) { info.Config = configuration })
}

func (g *Graph) stack() string {
	if g.Stack == "" {
		return "test"
	}
	return g.Stack
}

// TypeOf gives the types in a URN, outermost first and joined by $; nothing for the stack's own
// URN and for none.
func TypeOf(urn string) tokens.Type {
	if urn == "" {
		return ""
	}
	if t := resource.URN(urn).QualifiedType(); t != resource.RootStackType {
		return t
	}
	return ""
}

// Names lists "type name" of every registration but the stack's own.
func (g *Graph) Names() []string {
	var names []string
	for _, r := range g.All {
		names = append(names, r.Type+" "+r.Name)
	}
	return names
}

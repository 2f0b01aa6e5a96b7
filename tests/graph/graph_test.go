// Package graph_test runs the whole program on Pulumi mocks and checks properties of everything
// it would register. Each property has a case that breaks it.
package graph_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/stacks"
	"github.com/streamforge/infrastructure/stacks/config"
)

const project = "streamforge"

// Resource is one registration.
type Resource struct {
	URN, Type, Name, Parent string
	Custom                  bool
	Protect, Retain         bool
	Inputs                  resource.PropertyMap
	Dependencies            []string // URNs
}

// Graph is every registration of one run.
type Graph struct {
	mu    sync.Mutex
	stack string
	All   []Resource
	urns  map[string]int

	domain     string
	disposable bool
	configured map[string]bool // every address in the configuration
	pool       [2]netip.Addr   // MetalLB's range, inclusive: addresses in it are derived
}

// NewResource records a registration and answers with its inputs, as an update that went well.
func (g *Graph) NewResource(a pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	parent := a.RegisterRPC.GetParent()
	urn := string(resource.NewURN(tokens.QName(g.stack), project, typeOf(parent), tokens.Type(a.TypeToken), a.Name))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.urns[urn]++
	g.All = append(g.All, Resource{
		URN: urn, Type: a.TypeToken, Name: a.Name, Parent: parent,
		Custom: a.RegisterRPC.GetCustom(), Protect: a.RegisterRPC.GetProtect(), Retain: a.RegisterRPC.GetRetainOnDelete(),
		Inputs: a.Inputs, Dependencies: a.RegisterRPC.GetDependencies(),
	})
	out := a.Inputs.Copy()
	if a.TypeToken == "tls:index/privateKey:PrivateKey" {
		out["privateKeyPem"] = resource.MakeSecret(resource.NewStringProperty("PEM of " + a.Name))
	}
	return a.Name + "-id", out, nil
}

// Call refuses: a plan must not read the world.
func (g *Graph) Call(a pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("unexpected invoke %s", a.Token)
}

func typeOf(urn string) tokens.Type {
	if urn == "" {
		return ""
	}
	t := resource.URN(urn).QualifiedType()
	if t == resource.RootStackType {
		return ""
	}
	return t
}

// run records program on the given stack's configuration; edits replace keys such as streamforge:charts.
func run(t *testing.T, stack string, program pulumi.RunFunc, edits map[string]string) (*Graph, error) {
	t.Helper()
	g := &Graph{stack: stack, urns: map[string]int{}, configured: map[string]bool{}}
	values := configuration(t, stack)
	for key, value := range edits {
		values[key] = value
	}
	g.learn(t, values)
	err := pulumi.RunErr(program, pulumi.WithMocks(project, stack, g), func(info *pulumi.RunInfo) { info.Config = values })
	return g, err
}

// learn takes from the configuration what the properties compare with.
func (g *Graph) learn(t *testing.T, values map[string]string) {
	t.Helper()
	for _, value := range values {
		for _, address := range ipv4.FindAllString(value, -1) {
			g.configured[address] = true
		}
	}
	var (
		site    config.Site
		compute config.Compute
		network config.Network
	)
	for section, into := range map[string]any{"site": &site, "compute": &compute, "network": &network} {
		require.NoError(t, json.Unmarshal([]byte(values["streamforge:"+section]), into))
	}
	g.domain, g.disposable = site.Domain, compute.Disposable
	g.pool = [2]netip.Addr{network.PoolFirst, network.PoolLast}
}

// whole is the graph of the complete program.
func whole(t *testing.T, stack string) *Graph {
	t.Helper()
	g, err := run(t, stack, stacks.Deploy, nil)
	require.NoError(t, err)
	return g
}

// configuration is a committed stack file with the secrets and the mirror that a run needs.
func configuration(t *testing.T, stack string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(raw, &file))
	values := map[string]string{}
	for key, value := range file.Config {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		values[key] = string(text)
	}
	values["streamforge:handover"] = `{"cluster": true, "vault": false}`
	values["streamforge:charts"] = fmt.Sprintf(`{"mirror": %q}`, mirrorDir)
	values["streamforge:proxmoxToken"] = "root@pam!pulumi=00000000-0000-0000-0000-000000000000"
	values["streamforge:kubeconfig"] = kubeconfigFor(t, file.Config["streamforge:cluster"].(map[string]any))
	return values
}

// walk visits every object inside every custom resource's inputs, outermost first. path names the
// resource and the way to the object.
func (g *Graph) walk(visit func(path string, o resource.PropertyMap)) {
	for _, r := range g.All {
		walk(r.Type+" "+r.Name, resource.NewObjectProperty(r.Inputs), visit)
	}
}

func walk(path string, v resource.PropertyValue, visit func(string, resource.PropertyMap)) {
	switch {
	case v.IsObject():
		visit(path, v.ObjectValue())
		for _, k := range v.ObjectValue().StableKeys() {
			walk(path+"."+string(k), v.ObjectValue()[k], visit)
		}
	case v.IsArray():
		for i, e := range v.ArrayValue() {
			walk(fmt.Sprintf("%s[%d]", path, i), e, visit)
		}
	case v.IsOutput():
		walk(path, v.OutputValue().Element, visit)
	}
}

// strings collects what check has to say about every plain string.
func (g *Graph) strings(check func(path, value string) string) (said []string) {
	g.walk(func(path string, o resource.PropertyMap) {
		for key, v := range o {
			list := []resource.PropertyValue{v}
			if v.IsArray() {
				list = v.ArrayValue()
			}
			for _, e := range list {
				if !e.IsString() {
					continue
				}
				if problem := check(path+"."+string(key), e.StringValue()); problem != "" {
					said = append(said, problem)
				}
			}
		}
	})
	return said
}

// reaches tells whether from depends on something that matches, directly, through its
// dependencies, or through the component it belongs to.
func (g *Graph) reaches(from Resource, match func(Resource) bool) bool {
	byURN := map[string]Resource{}
	for _, r := range g.All {
		byURN[r.URN] = r
	}
	seen := map[string]bool{from.URN: true}
	queue := []Resource{from}
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		for _, urn := range append([]string{r.Parent}, r.Dependencies...) {
			next, ok := byURN[urn]
			if !ok || seen[urn] {
				continue
			}
			if match(next) {
				return true
			}
			seen[urn] = true
			queue = append(queue, next)
		}
	}
	return false
}

// text is the plain string at a dotted path of o, and whether there is one.
func text(o resource.PropertyMap, path string) (string, bool) {
	head, rest, nested := strings.Cut(path, ".")
	v, ok := o[resource.PropertyKey(head)]
	if !ok {
		return "", false
	}
	if v.IsOutput() {
		v = v.OutputValue().Element
	}
	switch {
	case nested && v.IsObject():
		return text(v.ObjectValue(), rest)
	case !nested && v.IsString():
		return v.StringValue(), true
	}
	return "", false
}

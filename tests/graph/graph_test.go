// Package graph_test runs the whole program on Pulumi mocks and checks properties of everything
// it would register. Each property has a case that breaks it.
package graph_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/stacks"
	"github.com/streamforge/infrastructure/stacks/config"
	"github.com/streamforge/infrastructure/tests/program"
)

// Resource is one registration.
type Resource = kubetest.Resource

// Graph is every registration of one run, and what its configuration says.
type Graph struct {
	kubetest.Graph
	domain     string
	ingress    string // address of everything published
	disposable bool
	configured map[string]bool // every address in the configuration
	pool       [2]netip.Addr   // MetalLB's range, inclusive: addresses in it are derived
}

// run records program on the given stack's configuration.
func run(t *testing.T, stack string, deploy pulumi.RunFunc) (*Graph, error) {
	t.Helper()
	g := &Graph{Graph: kubetest.Graph{Graph: planned.Graph{Stack: stack}}, configured: map[string]bool{}}
	values := program.Configuration(t, stack)
	g.learn(t, values)
	return g, g.Record(deploy, values)
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
	g.ingress = network.IngressIP.String()
	g.pool = [2]netip.Addr{network.PoolFirst, network.PoolLast}
}

// whole is the graph of the complete program.
func whole(t *testing.T, stack string) *Graph {
	t.Helper()
	g, err := run(t, stack, stacks.Deploy)
	require.NoError(t, err)
	return g
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

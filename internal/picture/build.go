package picture

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/planned"
)

// node is a component of a layer; without a component it is what the layer declares itself.
type node struct{ layer, component string }

func (n node) String() string { return cmp.Or(n.component, n.layer) }

// builder sorts registrations into nodes.
type builder struct {
	byURN map[string]planned.Resource
	waits map[node]map[node]bool // key waits for value
	comps map[node]*Component
	sizes map[string]int      // resources by layer
	own   map[string][]string // versions by layer
	total int
}

// Build makes the model of what a run on mocks has registered. The error names layers that wait for
// each other, for which there is no order.
func Build(stack string, all []planned.Resource) (Model, error) {
	b := builder{map[string]planned.Resource{}, map[node]map[node]bool{}, map[node]*Component{}, map[string]int{}, map[string][]string{}, 0}
	for _, r := range all {
		b.byURN[r.URN] = r
	}
	for _, r := range all {
		b.add(r)
	}
	layers := graph[string]{}
	for to, froms := range b.waits {
		for from := range froms {
			if from.layer != to.layer {
				layers.add(from.layer, to.layer)
			}
		}
	}
	for name := range b.sizes {
		layers.node(name)
	}
	steps, err := layers.steps()
	if err != nil {
		return Model{}, err
	}
	m := Model{Schema: Schema, Stack: stack, Resources: b.total, Edges: b.edges(layers)}
	for _, name := range slices.SortedFunc(maps.Keys(b.sizes), func(x, y string) int {
		return cmp.Or(cmp.Compare(steps[x], steps[y]), cmp.Compare(x, y))
	}) {
		l := Layer{Name: name, Step: steps[name], Resources: b.sizes[name], After: []string{},
			Versions: unique(b.own[name]), Components: b.components(name)}
		for _, e := range m.Edges {
			if e.To == name {
				l.After = append(l.After, e.From)
			}
		}
		m.Layers = append(m.Layers, l)
	}
	return m, nil
}

// add counts one resource and what it waits for: properties, orders and its provider.
func (b *builder) add(r planned.Resource) {
	at, itself := b.place(r)
	if itself == "" { // the stack
		return
	}
	if !strings.HasPrefix(r.Type, "streamforge:") {
		b.sizes[at.layer]++
		b.total++
		b.count(at, r)
	}
	needs := slices.Clone(r.Dependencies)
	if provider, _, ok := cutLast(r.Request.GetProvider(), "::"); ok {
		needs = append(needs, provider)
	}
	for _, urn := range needs {
		other, known := b.byURN[urn]
		if from, name := b.place(other); known && name != "" && from != at {
			if b.waits[at] == nil {
				b.waits[at] = map[node]bool{}
			}
			b.waits[at][from] = true
		}
	}
}

func (b *builder) count(at node, r planned.Resource) {
	found := versions(r)
	c := b.comps[at]
	if c == nil {
		b.own[at.layer] = append(b.own[at.layer], found...)
		return
	}
	c.Resources++
	if strings.HasSuffix(r.Type, ":Release") {
		if c.chart, _ = r.At("version").(string); slices.ContainsFunc(c.Versions, isChart) {
			c.chart = ""
		}
		found[0] = "chart " + found[0]
	}
	c.Versions = append(c.Versions, found...)
}

// place finds the node of a resource, and makes it known.
func (b *builder) place(r planned.Resource) (at node, name string) {
	var chain []planned.Resource // the resource first, the layer last
	for known := r.URN != "" && r.Type != "pulumi:pulumi:Stack"; known; {
		chain = append(chain, r)
		r, known = b.byURN[r.Parent]
		known = known && r.Type != "pulumi:pulumi:Stack"
	}
	if len(chain) == 0 {
		return node{}, ""
	}
	at.layer = chain[len(chain)-1].Name
	b.sizes[at.layer] += 0
	if len(chain) > 1 && strings.HasPrefix(chain[len(chain)-2].Type, "streamforge:") {
		c := chain[len(chain)-2]
		at.component = c.Name
		if b.comps[at] == nil {
			b.comps[at] = &Component{Name: c.Name, Type: c.Type[strings.LastIndexByte(c.Type, ':')+1:]}
		}
	}
	return at, chain[0].Name
}

// components lists those of a layer: tools in the order in which they come, then hosts.
func (b *builder) components(layer string) []Component {
	g := graph[node]{}
	for to, froms := range b.waits {
		for from := range froms {
			if from.layer != to.layer || from.component != "" && to.component != "" {
				g.add(from, to) // a layer and its own components are one for each other
			}
		}
	}
	list := []Component{}
	for at, c := range b.comps {
		if at.layer != layer {
			continue
		}
		for from := range g.reducedInto(at) {
			c.After = append(c.After, from.String())
		}
		slices.Sort(c.After)
		c.Versions = unique(c.Versions)
		list = append(list, *c)
	}
	slices.SortFunc(list, func(x, y Component) int {
		hosts := func(c Component) int {
			if c.Published() {
				return 1
			}
			return 0
		}
		return cmp.Or(hosts(x)-hosts(y), cmp.Compare(x.Name, y.Name))
	})
	return list
}

// edges are those between layers that do not follow from others, with the components that cause them.
func (b *builder) edges(layers graph[string]) []Edge {
	edges := []Edge{}
	for _, to := range slices.Sorted(maps.Keys(layers)) {
		for _, from := range slices.Sorted(maps.Keys(layers.reducedInto(to))) {
			e := Edge{From: from, To: to}
			for at, froms := range b.waits {
				for other := range froms {
					if at.layer == to && other.layer == from {
						e.Pairs = append(e.Pairs, fmt.Sprintf("%s waits for %s", at, other))
					}
				}
			}
			slices.Sort(e.Pairs)
			edges = append(edges, e)
		}
	}
	return edges
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

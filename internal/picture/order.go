package picture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// graph maps a node to those it waits for.
type graph[N comparable] map[N]map[N]bool

func (g graph[N]) node(n N) {
	if g[n] == nil {
		g[n] = map[N]bool{}
	}
}

func (g graph[N]) add(from, to N) {
	g.node(from)
	g.node(to)
	g[to][from] = true
}

// before are all nodes that come before n, on any way that does not lead through avoid.
func (g graph[N]) before(n, avoid N) map[N]bool {
	seen := map[N]bool{}
	var walk func(N)
	walk = func(at N) {
		for from := range g[at] {
			if !seen[from] && from != avoid {
				seen[from] = true
				walk(from)
			}
		}
	}
	walk(n)
	return seen
}

// reducedInto are the nodes that to waits for, without those that come before another of them anyway.
func (g graph[N]) reducedInto(to N) map[N]bool {
	left := maps.Clone(g[to])
	for from := range g[to] {
		for earlier := range g.before(from, to) {
			if earlier != from {
				delete(left, earlier)
			}
		}
	}
	return left
}

// steps numbers the nodes by the longest chain that ends in each, from 1.
func (g graph[N]) steps() (map[N]int, error) {
	steps := map[N]int{}
	for len(steps) < len(g) {
		done := maps.Clone(steps)
		for n, froms := range g {
			if _, known := steps[n]; known {
				continue
			}
			longest, ready := 0, true
			for from := range froms {
				step, known := done[from]
				longest, ready = max(longest, step), ready && known
			}
			if ready {
				steps[n] = longest + 1
			}
		}
		if len(steps) == len(done) {
			var stuck []string
			for n := range g {
				if _, known := steps[n]; !known {
					stuck = append(stuck, fmt.Sprint(n))
				}
			}
			slices.Sort(stuck)
			return nil, fmt.Errorf("no order: among the layers %s some wait for each other; "+
				"declare what comes later as a layer of its own", strings.Join(stuck, ", "))
		}
	}
	return steps, nil
}

package main

import (
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/picture"
	"github.com/streamforge/infrastructure/internal/planned"
)

// TestCommittedPicture: the picture that the README shows is what the program gives.
func TestCommittedPicture(t *testing.T) {
	committed, err := os.ReadFile("../../docs/pictures/architecture.svg")
	require.NoError(t, err)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	got := run(t, root, "graph", "-s", "homelab", "--svg", "-")
	require.Zero(t, got.code, got.err)
	require.True(t, got.out == string(committed), "docs/pictures/architecture.svg is not what the program gives: run `make generate`")
}

// TestPictureIsTheProgram compares the picture with the registrations themselves: every component is
// in it, no arrow is there without a dependency, and none is missing that does not follow from others.
func TestPictureIsTheProgram(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	got := run(t, root, "graph", "-s", "sandbox", "--json", "-")
	require.Zero(t, got.code, got.err)
	var m picture.Model
	require.NoError(t, json.Unmarshal([]byte(got.out), &m))
	drawing := run(t, root, "graph", "-s", "sandbox", "--svg", "-").out

	values, encrypted, err := configuration("sandbox")
	require.NoError(t, err)
	_, err = fill(values, encrypted)
	require.NoError(t, err)
	graph, _, refused, err := mocked("sandbox", values)
	require.NoError(t, err)
	require.NoError(t, refused)
	parent := map[string]string{}
	for _, r := range graph.All {
		parent[r.URN] = r.Parent
	}
	layer := func(urn string) string { // the last ancestor below the stack
		for parent[parent[urn]] != "" {
			urn = parent[urn]
		}
		return urn[strings.LastIndex(urn, "::")+2:]
	}
	real := map[[2]string]bool{}
	components := 0
	for _, r := range graph.All {
		if r.Parent != "" && strings.HasPrefix(r.Type, "streamforge:") {
			components++
			require.Regexp(t, `>(↗ )?`+html.EscapeString(r.Name)+`</text>`, drawing)
		}
		for _, urn := range needs(r) {
			if parent[urn] != "" {
				real[[2]string{layer(urn), layer(r.URN)}] = true
			}
		}
	}
	require.Greater(t, components, 60)
	drawn := map[[2]string]bool{}
	for _, e := range m.Edges {
		require.True(t, real[[2]string{e.From, e.To}], "nothing in %s waits for %s", e.To, e.From)
		require.NotEmpty(t, e.Pairs)
		drawn[[2]string{e.From, e.To}] = true
	}
	for e := range real {
		require.True(t, e[0] == e[1] || leads(drawn, e[0], e[1]), "%s waits for %s, and no arrows lead there", e[1], e[0])
	}
	for e := range drawn { // no arrow that others stand for
		delete(drawn, e)
		require.False(t, leads(drawn, e[0], e[1]), "%s to %s follows from other arrows", e[0], e[1])
		drawn[e] = true
	}
}

// needs are the URNs that a registration waits for.
func needs(r planned.Resource) []string {
	provider := r.Request.GetProvider()
	return append([]string{provider[:max(0, strings.LastIndex(provider, "::"))]}, r.Dependencies...)
}

func leads(edges map[[2]string]bool, from, to string) bool {
	for e := range edges {
		if e[0] == from && (e[1] == to || leads(edges, e[1], to)) {
			return true
		}
	}
	return false
}

func TestGraphOfARefusedConfiguration(t *testing.T) {
	got := run(t, repo(t), "graph", "-s", "dev")
	require.Equal(t, exitRefused, got.code)
	require.Contains(t, got.err, "error: graph: configuration of stack dev refused, ")
	require.Equal(t, exitUsage, run(t, repo(t), "graph", "-s", "none").code)
}

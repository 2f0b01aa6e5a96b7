package define_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/components/grafana/define"
)

type (
	stored struct {
		UID, Title, Description string
		Tags                    []string
		Panels                  []picture
		Templating              struct{ List []choice }
		SchemaVersion           int
	}
	picture struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ X, Y, W, H int }
		Datasource               *reference
		Targets                  []target
		FieldConfig              struct{ Defaults struct{ Unit string } }
	}
	target struct {
		RefID, Expr, Query string
		Datasource         *reference
	}
	choice struct {
		Name, Type string
		Datasource *reference
	}
	reference struct{ Type, UID string }
)

// sources are those that the cluster's Grafana has.
var sources = []reference{{"prometheus", grafana.PrometheusUID}, {grafana.LogsType, grafana.LogsUID}}

func all(t *testing.T) (boards []stored) {
	t.Helper()
	rendered, err := define.Render()
	require.NoError(t, err)
	for _, text := range rendered {
		var b stored
		require.NoError(t, json.Unmarshal(text, &b))
		boards = append(boards, b)
	}
	return boards
}

// properties find what is wrong with dashboards; alter makes a good one break the property.
var properties = map[string]struct {
	wrong func(b stored) []string
	alter func(b *stored)
}{
	"has a title, a purpose and the common tag": {named, func(b *stored) { b.Tags = nil }},
	"panels have ids of their own":              {numbered, func(b *stored) { b.Panels[2].ID = b.Panels[1].ID }},
	"panels do not overlap":                     {placed, func(b *stored) { b.Panels[2].GridPos = b.Panels[1].GridPos }},
	"panels lie on the grid":                    {placed, func(b *stored) { b.Panels[1].GridPos.X = 22 }},
	"data sources are known":                    {sourced, func(b *stored) { b.Panels[1].Targets[0].Datasource.UID = "mimir" }},
	"variables ask known data sources":          {sourced, func(b *stored) { b.Templating.List[0].Datasource = nil }},
	"panels ask something, in a unit":           {asking, func(b *stored) { b.Panels[1].FieldConfig.Defaults.Unit = "" }},
	"queries use variables that exist":          {chosen, func(b *stored) { b.Panels[1].Targets[0].Expr = `up{cluster=~"$nowhere"}` }},
	"every variable is used":                    {chosen, func(b *stored) { b.Templating.List = append(b.Templating.List, choice{Name: "idle"}) }},
}

func TestDashboards(t *testing.T) {
	boards := all(t)
	require.GreaterOrEqual(t, len(boards), 8)
	for name, p := range properties {
		for _, b := range boards {
			assert.Empty(t, p.wrong(b), "%s: %s", b.UID, name)
		}
	}
}

// TestPropertiesCanFail proves that each property notices what it is there for.
func TestPropertiesCanFail(t *testing.T) {
	for name, p := range properties {
		t.Run(name, func(t *testing.T) {
			for _, b := range all(t) {
				p.alter(&b)
				assert.NotEmpty(t, p.wrong(b), b.UID)
			}
		})
	}
}

func named(b stored) (wrong []string) {
	if b.UID == "" || b.Title == "" || b.Description == "" || !slices.Contains(b.Tags, "platform") {
		wrong = append(wrong, "lacks a uid, title, description or the tag platform")
	}
	return wrong
}

func numbered(b stored) (wrong []string) {
	seen := map[int]string{}
	for _, p := range b.Panels {
		if other, taken := seen[p.ID]; taken || p.ID == 0 {
			wrong = append(wrong, fmt.Sprintf("%s has the id %d of %q", p.Title, p.ID, other))
		}
		seen[p.ID] = p.Title
	}
	return wrong
}

func placed(b stored) (wrong []string) {
	taken := map[[2]int]string{}
	for _, p := range b.Panels {
		g := p.GridPos
		if g.W < 1 || g.H < 1 || g.X+g.W > 24 {
			wrong = append(wrong, fmt.Sprintf("%s leaves the grid: %+v", p.Title, g))
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other, full := taken[[2]int{x, y}]; full {
					return append(wrong, fmt.Sprintf("%s covers %s", p.Title, other))
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	return wrong
}

func sourced(b stored) (wrong []string) {
	check := func(what string, r *reference) {
		if r == nil || !slices.Contains(sources, *r) {
			wrong = append(wrong, fmt.Sprintf("%s: data source %v", what, r))
		}
	}
	for _, v := range b.Templating.List {
		check("variable "+v.Name, v.Datasource)
	}
	for _, p := range b.Panels {
		if p.Type == "row" {
			continue
		}
		check(p.Title, p.Datasource)
		for _, t := range p.Targets {
			check(p.Title+" "+t.RefID, t.Datasource)
		}
	}
	return wrong
}

func asking(b stored) (wrong []string) {
	for _, p := range b.Panels {
		if p.Type == "row" {
			continue
		}
		if len(p.Targets) == 0 || p.Title == "" || p.Type != "logs" && p.FieldConfig.Defaults.Unit == "" {
			wrong = append(wrong, p.Title+" has no title, query or unit")
		}
		for _, t := range p.Targets {
			if (t.Expr == "") == (t.Query == "") {
				wrong = append(wrong, p.Title+" "+t.RefID+" asks nothing")
			}
		}
	}
	return wrong
}

// chosen compares the variables that queries name with those that people can choose.
func chosen(b stored) (wrong []string) {
	used := map[string]bool{}
	for _, p := range b.Panels {
		for _, t := range p.Targets {
			for i, rest := range strings.Split(t.Expr+t.Query, "$") {
				if name := strings.TrimPrefix(rest, "{"); i > 0 && !strings.HasPrefix(name, "__") {
					end := strings.IndexFunc(name+" ", func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' })
					used[name[:min(end, len(name))]] = true
				}
			}
		}
	}
	for _, v := range b.Templating.List {
		if !used[v.Name] {
			wrong = append(wrong, "nothing uses $"+v.Name)
		}
		delete(used, v.Name)
	}
	for name := range used {
		wrong = append(wrong, "there is no $"+name)
	}
	return wrong
}

// TestDashboardsAreTellable: people choose by title, links by UID.
func TestDashboardsAreTellable(t *testing.T) {
	boards := all(t)
	require.Empty(t, alike(boards))
	twin := boards[0]
	twin.UID = "other"
	require.NotEmpty(t, alike(append(boards, twin)), "the same title")
	twin.UID, twin.Title = boards[0].UID, "Other"
	require.NotEmpty(t, alike(append(boards, twin)), "the same UID")
}

func alike(boards []stored) (wrong []string) {
	seen := map[string]bool{}
	for _, b := range boards {
		for _, key := range []string{"uid " + b.UID, "title " + b.Title} {
			if seen[key] {
				wrong = append(wrong, key+" twice")
			}
			seen[key] = true
		}
	}
	return wrong
}

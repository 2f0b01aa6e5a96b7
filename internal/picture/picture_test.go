package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/planned"
)

type part struct{ pulumi.ResourceState }

type thing struct{ pulumi.CustomResourceState }

// small is a program of three layers: web waits for storage and machines, storage for machines.
func small(ctx *pulumi.Context) error {
	at := map[string]*part{}
	last := map[string]pulumi.Resource{}
	for _, p := range []struct{ name, kind, parent, after, chart string }{
		{"machines", "streamforge:compute:Compute", "", "", ""},
		{"storage", "streamforge:storage:Volumes", "", "", ""},
		{"nfs", "streamforge:storage:NFS", "storage", "machines", "nfs-server"},
		{"web", "streamforge:network:Edge", "", "", ""},
		{"traefik", "streamforge:network:Traefik", "web", "nfs", "traefik"},
		{"a<b.test", "streamforge:network:Published", "web", "traefik", ""},
		{"late", "streamforge:network:Late", "web", "machines", ""},
	} {
		var opts []pulumi.ResourceOption
		if p.parent != "" {
			opts = append(opts, pulumi.Parent(at[p.parent]))
		}
		at[p.name] = &part{}
		if err := ctx.RegisterComponentResource(p.kind, p.name, at[p.name], opts...); err != nil {
			return err
		}
		opts = []pulumi.ResourceOption{pulumi.Parent(at[p.name])}
		if p.after != "" {
			opts = append(opts, pulumi.DependsOn([]pulumi.Resource{last[p.after]}))
		}
		r := &thing{}
		kind, in := "test:index:Thing", pulumi.Map{"image": pulumi.String("example.test/x/tool:1.2@sha256:00")}
		if p.chart != "" {
			kind, in = "kubernetes:helm.sh/v3:Release", pulumi.Map{"chart": pulumi.String("(charts)/" + p.chart + "-3.1.tgz"), "version": pulumi.String("3.1")}
		}
		if err := ctx.RegisterResource(kind, p.name+"-it", in, r, opts...); err != nil {
			return err
		}
		last[p.name] = r
	}
	return nil
}

func model(t *testing.T) Model {
	t.Helper()
	g := &planned.Graph{Stack: "dev"}
	require.NoError(t, g.Record(small, nil))
	m, err := Build("dev", g.All)
	require.NoError(t, err)
	return m
}

func TestBuild(t *testing.T) {
	m := model(t)
	m.Layers[1].Components[0].chart, m.Layers[2].Components[1].chart = "", ""
	tool := []string{"tool 1.2"}
	require.Equal(t, Model{Schema: Schema, Stack: "dev", Resources: 7,
		Layers: []Layer{
			{Name: "machines", Step: 1, After: []string{}, Resources: 1, Versions: tool, Components: []Component{}},
			{Name: "storage", Step: 2, After: []string{"machines"}, Resources: 2, Versions: tool, Components: []Component{
				{Name: "nfs", Type: "NFS", Resources: 1, Versions: []string{"chart nfs-server 3.1"}, After: []string{"machines"}}}},
			{Name: "web", Step: 3, After: []string{"storage"}, Resources: 4, Versions: tool, Components: []Component{
				{Name: "late", Type: "Late", Resources: 1, Versions: tool, After: []string{"machines"}},
				{Name: "traefik", Type: "Traefik", Resources: 1, Versions: []string{"chart traefik 3.1"}, After: []string{"nfs"}},
				{Name: "a<b.test", Type: "Published", Resources: 1, Versions: tool, After: []string{"traefik"}}}},
		},
		Edges: []Edge{
			{From: "machines", To: "storage", Pairs: []string{"nfs waits for machines"}},
			{From: "storage", To: "web", Pairs: []string{"traefik waits for nfs"}},
		}}, m)
}

func TestLayersThatWaitForEachOther(t *testing.T) {
	g := graph[string]{}
	g.add("a", "b")
	g.add("b", "c")
	g.add("c", "b")
	_, err := g.steps()
	require.EqualError(t, err, "no order: among the layers b, c some wait for each other; declare what comes later as a layer of its own")
}

// TestNothingOverlaps holds for a layer many others wait for, over several rows.
func TestNothingOverlaps(t *testing.T) {
	m := Model{}
	for i := range 20 {
		m.Layers = append(m.Layers, Layer{Name: fmt.Sprint(i), Step: 1 + i/4, Components: make([]Component, i%5)})
		for from := range max(0, i/4*4) {
			m.Edges = append(m.Edges, Edge{From: fmt.Sprint(from), To: fmt.Sprint(i)})
		}
	}
	p := layOut(m)
	for i, row := range p.rows {
		for j, s := range row {
			require.GreaterOrEqual(t, s.x, margin-0.01)
			require.LessOrEqual(t, s.x+s.width, p.width-margin+0.01)
			if j > 0 {
				require.GreaterOrEqual(t, s.x, row[j-1].x+row[j-1].width+gapX-0.01)
			}
		}
		if i > 0 {
			require.InDelta(t, p.top[i-1]+p.height[i-1]+gapY, p.top[i], 0.01)
		}
	}
}

func TestForms(t *testing.T) {
	m := model(t)
	var svg, again, page, text, flow bytes.Buffer
	require.NoError(t, WriteSVG(&svg, m))
	require.NoError(t, WriteSVG(&again, model(t)))
	require.Equal(t, svg.String(), again.String())
	wellFormed(t, svg.String())
	require.Contains(t, svg.String(), "↗ a&lt;b.test</text>")
	require.Contains(t, svg.String(), "<title>web waits for storage\ntraefik waits for nfs</title>")
	require.NoError(t, WriteHTML(&page, m))
	for _, want := range []string{`<h1>3 layers, 4 components, 7 resources</h1>`, `after <a href="#storage">`, "chart traefik 3.1", svg.String()[:40]} {
		require.Contains(t, page.String(), want)
	}
	require.NotContains(t, page.String(), "<script")
	require.NoError(t, WriteText(&text, m))
	require.Contains(t, text.String(), "3     web       3           4          storage\n")
	require.NoError(t, WriteMermaid(&flow, m))
	require.Equal(t, "flowchart TD\n  machines[\"<b>machines</b><br>\"]\n  storage[\"<b>storage</b><br>nfs\"]\n  web[\"<b>web</b><br>late<br>traefik\"]\n"+
		"  machines --> storage\n  storage --> web\n", flow.String())
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

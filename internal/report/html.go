package report

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"slices"
)

//go:embed page.html
var page string

// WriteHTML writes the report as one page that needs nothing else: no script, style, font or image
// from anywhere.
func WriteHTML(w io.Writer, r Report) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"title": title, "when": at,
		"percent": func(p *float64) string { return fmt.Sprintf("%.1f", *p) },
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		Report
		Layers  []string
		Dangers []Danger
		Graph   graph
	}{r, layersOf(r), Dangers(), draw(r)})
}

func layersOf(r Report) (all []string) {
	for _, i := range r.Items {
		all = append(all, i.Layer)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// graph is the changed part of the platform: the stack, its changed layers, what changes in them.
type graph struct {
	Width, Height int
	Nodes         []node
	Edges         []edge
}

type node struct {
	X, Y, W int
	Label   string
	Full    string // the whole label, for who points at it
	Danger  Danger
	Item    string // ID it leads to; empty for a layer
}

type edge struct{ X1, Y1, X2, Y2, Middle int }

const (
	rowHeight   = 26
	columnWidth = 250
	nodeWidth   = 220
	maxRows     = 120 // more would be a wall, not a picture
	labelRunes  = 30
)

// draw puts the layers in the first column and their items in the second.
func draw(r Report) graph {
	g := graph{Width: 2*columnWidth + 20}
	row := 0
	for _, layer := range layersOf(r) {
		first := row
		var worst Danger = None
		for _, i := range r.Items {
			if i.Layer != layer || row >= maxRows {
				continue
			}
			label := i.Kind + " " + i.Name
			g.Nodes = append(g.Nodes, node{X: columnWidth, Y: row * rowHeight, W: nodeWidth, Label: clip(label), Full: i.Op + " " + label, Danger: i.Danger, Item: i.ID})
			if i.Danger.Level() > worst.Level() {
				worst = i.Danger
			}
			row++
		}
		if row == first {
			continue
		}
		y := (first + row - 1) * rowHeight / 2
		name := layer
		if name == "" {
			name = "(stack)"
		}
		g.Nodes = append(g.Nodes, node{X: 0, Y: y, W: nodeWidth, Label: clip(name), Full: name, Danger: worst})
		for k := first; k < row; k++ {
			g.Edges = append(g.Edges, edge{nodeWidth, y + rowHeight/2, columnWidth, k*rowHeight + rowHeight/2, (nodeWidth + columnWidth) / 2})
		}
	}
	g.Height = max(row, 1) * rowHeight
	return g
}

func clip(s string) string {
	runes := []rune(s)
	if len(runes) <= labelRunes {
		return s
	}
	return string(runes[:labelRunes-1]) + "…"
}

// Path is the curve of an edge.
func (e edge) Path() string {
	return fmt.Sprintf("M%d,%d C%d,%d %d,%d %d,%d", e.X1, e.Y1, e.Middle, e.Y1, e.Middle, e.Y2, e.X2, e.Y2)
}

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// The picture is drawn here and not by a library of plots: those draw in fixed colours, and a page
// is read on light and on dark ground.
const (
	panelWidth, panelHeight = 180, 190 // inside the axes
	panelGap                = 55
	plotLeft, plotTop       = 50, 60
)

var plotLayout = template.Must(template.New("plot").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-label="Wall time over the number of machines, both on logarithmic scales">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f } .tick { font-size: 10px } .axis { fill: none; stroke: #8c959f } .grid { stroke: #8c959f; stroke-opacity: .25 }
  polyline { fill: none; stroke-width: 2 } .ours { stroke: #0969da } .theirs { stroke: #bc4c00; stroke-dasharray: 6 3 } circle.ours { fill: #0969da } circle.theirs { fill: #bc4c00; stroke-dasharray: none }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { stroke: #58a6ff } .theirs { stroke: #f0883e } circle.ours { fill: #58a6ff } circle.theirs { fill: #f0883e } }
</style>
<text x="50" y="22">Seconds over machines, both scales logarithmic; in brackets the growth exponent.</text>
{{range .Panels}}<text x="{{.X}}" y="50">{{.Title}}</text>
<rect class="axis" x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}"/>
{{range .Grid}}<line class="grid" x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}"/><text class="tick" x="{{.TX}}" y="{{.TY}}" text-anchor="{{.Anchor}}">{{.Text}}</text>
{{end}}{{range .Lines}}<polyline class="{{.Class}}" points="{{.Points}}"/>{{$class := .Class}}{{range .Dots}}<circle class="{{$class}}" cx="{{.X}}" cy="{{.Y}}" r="3"/>{{end}}
<line class="{{.Class}}" stroke-width="2" x1="{{.KeyX}}" y1="{{.KeyY}}" x2="{{.KeyEnd}}" y2="{{.KeyY}}"/><text class="tick" x="{{.TextX}}" y="{{.TextY}}">{{.Text}}</text>
{{end}}{{end}}</svg>
`))

type (
	plotDot  struct{ X, Y float64 }
	plotGrid struct {
		X1, Y1, X2, Y2, TX, TY float64
		Anchor, Text           string
	}
	plotLine struct {
		Class, Points, Text              string
		Dots                             []plotDot
		KeyX, KeyY, KeyEnd, TextX, TextY float64
	}
	plotPanel struct {
		Title      string
		X, Y, W, H float64
		Grid       []plotGrid
		Lines      []plotLine
	}
)

// plot draws one panel an operation that both tools have, all with the same axes.
func plot(curves []curve) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, p := range c.Points {
			low, high = min(low, math.Log10(p.Seconds)), max(high, math.Log10(p.Seconds))
		}
	}
	if len(curves) == 0 {
		return ""
	}
	low, high = math.Floor(low), math.Ceil(high)
	left, right := math.Log10(float64(sizes[0])), math.Log10(float64(sizes[len(sizes)-1]))
	var panels []plotPanel
	for _, op := range operations {
		if op.ours == "" {
			continue
		}
		p := plotPanel{Title: "streamforge " + op.ours + " / tofu " + op.tofu[0], Y: plotTop, W: panelWidth, H: panelHeight,
			X: plotLeft + float64(len(panels))*(panelWidth+panelGap)}
		if op.ours == "unchanged" {
			p.Title = "unchanged preview / tofu plan"
		}
		x := func(v float64) float64 { return round(p.X + (math.Log10(v)-left)/(right-left)*p.W) }
		y := func(v float64) float64 { return round(p.Y + (high-math.Log10(v))/(high-low)*p.H) }
		for _, n := range sizes {
			at := x(float64(n))
			p.Grid = append(p.Grid, plotGrid{at, p.Y, at, p.Y + p.H, at, p.Y + p.H + 14, "middle", fmt.Sprint(n)})
		}
		for decade := low; decade <= high; decade++ {
			at := y(math.Pow(10, decade))
			p.Grid = append(p.Grid, plotGrid{p.X, at, p.X + p.W, at, p.X - 5, at + 4, "end", fmt.Sprint(math.Pow(10, decade))})
		}
		for i, tool := range []string{"streamforge", "OpenTofu"} {
			c := pick(curves, tool, op.name)
			l := plotLine{Class: []string{"ours", "theirs"}[i], Text: fmt.Sprintf("%s (%.2f)", tool, c.exponent()),
				KeyX: p.X + 8, KeyEnd: p.X + 32, TextX: p.X + 38, KeyY: p.Y + 12 + 16*float64(i), TextY: p.Y + 16 + 16*float64(i)}
			var points []string
			for _, at := range c.Points {
				dot := plotDot{x(float64(at.Machines)), y(at.Seconds)}
				l.Dots, points = append(l.Dots, dot), append(points, fmt.Sprintf("%g,%g", dot.X, dot.Y))
			}
			l.Points = strings.Join(points, " ")
			p.Lines = append(p.Lines, l)
		}
		panels = append(panels, p)
	}
	var b strings.Builder
	err := plotLayout.Execute(&b, map[string]any{"Panels": panels, "Height": plotTop + panelHeight + 30,
		"Width": plotLeft + len(panels)*(panelWidth+panelGap)})
	if err != nil {
		return err.Error() // the layout fits its own types: a test holds that
	}
	return b.String()
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

// savePlot writes the picture, or nothing as long as nothing was measured.
func savePlot(root string, kept map[string]record) error {
	svg := plot(kept[machinesPreviewed.name].Series)
	if svg == "" {
		return nil
	}
	folder := filepath.Join(root, "docs", "pictures")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "machines.svg"), []byte(svg), 0o644)
}

package picture

import (
	"cmp"
	_ "embed" // the style
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

//go:embed picture.css
var pictureStyle string

// WriteSVG draws the model as a file that stands for itself: its colours follow the reader's choice of
// light or dark, and every card, line and arrow says more when it is pointed at.
func WriteSVG(w io.Writer, m Model) error {
	_, err := io.WriteString(w, svg(m)+"\n")
	return err
}

// drawing collects the text of a picture.
type drawing struct {
	strings.Builder
	plan
}

func (d *drawing) put(format string, args ...any) { fmt.Fprintf(&d.Builder, format, args...) }

var escape = template.HTMLEscapeString

func svg(m Model) string {
	d := &drawing{plan: layOut(m)}
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" class="architecture" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="architecture-title architecture-text">`+"\n",
		d.width, d.bottom, d.width, d.bottom)
	d.put(`<title id="architecture-title">Architecture of stack %s</title>`+"\n", escape(m.Stack))
	d.put(`<desc id="architecture-text">%d layers in %d steps, %d resources. An arrow leads from a layer to one that waits for it.</desc>`+"\n",
		len(m.Layers), len(d.rows), m.Resources)
	d.put("<style>\n%s%s</style>\n", pictureStyle, highlights(m))
	d.put(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 .5 7.5 4 0 7.5Z"/></marker></defs>` + "\n")
	for i, e := range m.Edges {
		d.edge(e, d.ways[i])
	}
	for i, row := range d.rows {
		for _, s := range row {
			if s.layer != nil {
				d.card(s, d.top[i])
			}
		}
	}
	d.put("</svg>")
	return d.String()
}

// highlights lets the arrows of a card stand out while it is pointed at; no script is needed for that.
func highlights(m Model) string {
	var b strings.Builder
	for _, l := range m.Layers {
		fmt.Fprintf(&b, ".architecture:has(#card-%[1]s:hover) .at-%[1]s path:not(.reach) { stroke:var(--a-strong); stroke-width:2.5 }\n", escape(l.Name))
	}
	return b.String()
}

func (d *drawing) card(s *spot, y float64) {
	l := s.layer
	d.put(`<g id="card-%s" class="card">`+"\n", escape(l.Name))
	d.put(`<rect x="%.1f" y="%.1f" width="%.0f" height="%.0f" rx="8"/>`+"\n", s.x, y, s.width, l.height())
	d.put(`<g><title>%s</title>`, escape(l.says()))
	d.put(`<text class="name" x="%.1f" y="%.1f">%s</text>`, s.x+12, y+24, escape(l.Name))
	d.put(`<text class="count" x="%.1f" y="%.1f">%d</text></g>`+"\n", s.x+s.width-12, y+24, l.Resources)
	for i, c := range l.Components {
		class, mark := "tool", ""
		if c.Published() {
			class, mark = "host", "↗ "
		}
		at := y + headHeight + lineHeight*float64(i) + 10
		d.put(`<g class="%s"><title>%s</title><text x="%.1f" y="%.1f">%s%s</text>`, class, escape(c.says()), s.x+12, at, mark, escape(c.Name))
		if v := c.version(); v != "" && len(c.Name)+len(v) < 31 {
			d.put(`<text class="version" x="%.1f" y="%.1f">%s</text>`, s.x+s.width-12, at, escape(v))
		}
		d.put("</g>\n")
	}
	d.put("</g>\n")
}

// version is the one that fits beside the name: that of the only chart, else of what is named like the
// component or its type.
func (c Component) version() (shortest string) {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	for _, v := range c.Versions {
		name, version, _ := cutLast(v, " ")
		if n := plain(name); (n == plain(c.Name) || n == plain(c.Type)) && (shortest == "" || len(version) < len(shortest)) {
			shortest = version
		}
	}
	return cmp.Or(c.chart, shortest)
}

// says is a card's tooltip.
func (l Layer) says() string {
	text := fmt.Sprintf("%s: step %d, %d resources", l.Name, l.Step, l.Resources)
	if len(l.Versions) > 0 {
		text += "\n" + strings.Join(l.Versions, ", ")
	}
	if len(l.After) > 0 {
		text += "\nafter " + strings.Join(l.After, ", ")
	}
	return text
}

// says is a line's tooltip.
func (c Component) says() string {
	text := fmt.Sprintf("%s (%s): %d resources", c.Name, c.Type, c.Resources)
	if len(c.Versions) > 0 {
		text += "\n" + strings.Join(c.Versions, ", ")
	}
	if len(c.After) > 0 {
		text += "\nafter " + strings.Join(c.After, ", ")
	}
	return text
}

// edge draws an arrow from card to card, through the rows it passes.
func (d *drawing) edge(e Edge, way []*spot) {
	first, last := way[0], way[len(way)-1]
	row := first.layer.Step - 1
	x, y := port(first, first.down, way[1]), d.top[row]+first.layer.height()
	path := fmt.Sprintf("M%.1f %.1fV%.1f", x, y, d.top[row]+d.height[row])
	for i, s := range way[1:] {
		from, to := d.top[row+i]+d.height[row+i], d.top[row+i+1]
		next := s.middle()
		if s == last {
			next = port(s, s.up, way[i])
		}
		path += fmt.Sprintf("C%.1f %.1f %.1f %.1f %.1f %.1f", x, from+gapY/2, next, to-gapY/2, next, to)
		if x = next; s != last {
			path += fmt.Sprintf("V%.1f", to+d.height[row+i+1])
		}
	}
	d.put(`<g class="edge at-%s at-%s"><title>%s</title><path class="reach" d="%s"/><path d="%s" marker-end="url(#tip)"/></g>`+"\n",
		escape(e.From), escape(e.To), escape(e.says()), path, path)
}

// port is where on a card the arrow to or from other ends: in the order in which the others stand.
func port(card *spot, others []*spot, other *spot) float64 {
	sorted := slices.Clone(others)
	slices.SortStableFunc(sorted, func(a, b *spot) int { return int(a.middle() - b.middle()) })
	return card.x + card.width*float64(slices.Index(sorted, other)+1)/float64(len(sorted)+1)
}

// says is an arrow's tooltip.
func (e Edge) says() string {
	const most = 12
	text := fmt.Sprintf("%s waits for %s", e.To, e.From)
	shown := e.Pairs[:min(most, len(e.Pairs))]
	text += "\n" + strings.Join(shown, "\n")
	if more := len(e.Pairs) - len(shown); more > 0 {
		text += fmt.Sprintf("\nand %d more", more)
	}
	return text
}

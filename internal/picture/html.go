package picture

import (
	_ "embed" // the page
	"html/template"
	"io"

	"github.com/streamforge/infrastructure/internal/report"
)

//go:embed page.html
var page string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"breaks": report.Breaks}).Parse(page))

// view is what the page shows.
type view struct {
	Model
	Components int
	SVG        template.HTML
	Style, Own template.CSS
}

// WriteHTML writes the picture and a table of every component as one page that needs nothing else, no
// script either. Where there is no room for the picture, the layers stand below each other.
func WriteHTML(w io.Writer, m Model) error {
	v := view{
		Model: m, SVG: template.HTML(svg(m)), //nolint:gosec // its texts are escaped
		Style: template.CSS(report.Style()), Own: template.CSS(pageStyle), //nolint:gosec // files of this project
	}
	for _, l := range m.Layers {
		v.Components += len(l.Components)
	}
	return pageTemplate.Execute(w, v)
}

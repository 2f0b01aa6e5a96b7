package critical

import (
	"bytes"
	"html/template"
	"time"
)

const (
	rowHeight = 18
	leftSide  = 330 // of the bars: labels stand there
	barsWidth = 620
)

var picture = template.Must(template.New("svg").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" font-family="sans-serif" font-size="11">
<style>text{fill:#24292f}.bar{fill:#0969da}.wait{fill:#d0d7de}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#58a6ff}.wait{fill:#30363d}}</style>
<title>The critical path of a deployment from nothing</title>
{{range .Rows}}<text x="{{$.Left}}" dx="-8" y="{{.Text}}" text-anchor="end">{{.Label}}</text><rect class="wait" x="{{.WaitX}}" y="{{.Y}}" width="{{.WaitWidth}}" height="10"/><rect class="bar" x="{{.X}}" y="{{.Y}}" width="{{.Width}}" height="10"><title>{{.Label}}: {{.Took}}</title></rect>
{{end}}<text x="{{.Left}}" y="{{.Foot}}">0 s</text><text x="{{.Width}}" dx="-10" y="{{.Foot}}" text-anchor="end">{{.Total}}</text>
</svg>
`))

type row struct {
	Label, Took                string
	Y, Text                    int
	X, Width, WaitX, WaitWidth float64
}

// Draw shows a chain as bars over the time of the whole run, in SVG; what lies between the end of one
// operation and the begin of the next is grey.
func Draw(path []Step, whole time.Duration) []byte {
	scale := barsWidth / whole.Seconds()
	var rows []row
	before := time.Duration(0)
	for i, s := range path {
		y := 10 + i*rowHeight
		rows = append(rows, row{
			Label: s.Label(), Took: s.Took().Round(100 * time.Millisecond).String(), Y: y, Text: y + 9,
			X: leftSide + s.Begin.Seconds()*scale, Width: max(1, s.Took().Seconds()*scale),
			WaitX: leftSide + before.Seconds()*scale, WaitWidth: max(0, (s.Begin-before).Seconds()*scale),
		})
		before = s.End
	}
	height := 10 + (len(path)+2)*rowHeight
	var b bytes.Buffer
	if err := picture.Execute(&b, map[string]any{
		"Rows": rows, "Width": leftSide + barsWidth + 20, "Height": height, "Left": leftSide,
		"Foot": height - rowHeight/2, "Total": whole.Round(time.Second).String(),
	}); err != nil {
		return nil // the template fits its own data: a test draws it
	}
	return b.Bytes()
}

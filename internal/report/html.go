package report

import (
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"
)

//go:embed page.html
var page string

//go:embed page.css
var style string

//go:embed page.js
var script string

// maxBranch is how many items of a layer the tree shows; the list below it has them all.
const maxBranch = 40

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"layer": layerOf, "when": at, "code": code, "breaks": breaks, "values": values,
	"percent": func(p *float64) string { return fmt.Sprintf("%.1f", *p) },
	"waits":   waits,
}).Parse(page))

// WriteHTML writes the report as one page that needs nothing else: no script, style, font or image
// from anywhere, which its own policy forbids as well. It can be read without its script.
func WriteHTML(w io.Writer, r Report) error {
	sum := sha256.Sum256([]byte(script))
	v := htmlView{
		Report: r, Title: "Preview", Heading: "Changes", Word: "change", Worst: worst(r.Items),
		Dangers: Dangers(), Tallies: tally(r.Items), Branches: branches(r.Items),
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // both are files of this package
		Policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(sum[:]) + "'",
	}
	if r.Schema == DriftSchema {
		v.Title, v.Heading, v.Word = "Drift", "Findings", "finding"
	}
	for _, i := range r.Items {
		v.States = append(v.States, i.State)
	}
	slices.Sort(v.States)
	v.States = slices.Compact(v.States)
	return pageTemplate.Execute(w, v)
}

// htmlView is what the page shows besides the report.
type htmlView struct {
	Report
	Title, Heading, Word string
	Worst                Danger
	Dangers              []Danger
	Tallies              []tallied
	States               []string
	Branches             []branch
	Style                template.CSS
	Script               template.JS
	Policy               string
}

type tallied struct {
	Danger Danger
	Count  int
}

// tally counts items by danger, the gravest first.
func tally(items []Item) (all []tallied) {
	counts := map[Danger]int{}
	for _, i := range items {
		counts[i.Danger]++
	}
	for _, d := range slices.Backward(Dangers()) {
		if counts[d] > 0 {
			all = append(all, tallied{d, counts[d]})
		}
	}
	return all
}

func worst(items []Item) Danger {
	gravest := None
	for _, i := range items {
		if i.Danger.Level() > gravest.Level() {
			gravest = i.Danger
		}
	}
	return gravest
}

// branch is a layer and what changes in it.
type branch struct {
	Layer  string
	Danger Danger
	Items  []Item
	More   int
}

// branches is the changed part of the platform, the gravest layer first.
func branches(items []Item) (all []branch) {
	byLayer := map[string][]Item{}
	for _, i := range items {
		byLayer[layerOf(i)] = append(byLayer[layerOf(i)], i)
	}
	for name, of := range byLayer {
		shown := of[:min(len(of), maxBranch)]
		all = append(all, branch{Layer: name, Danger: worst(of), Items: shown, More: len(of) - len(shown)})
	}
	slices.SortFunc(all, func(a, b branch) int {
		if c := b.Danger.Level() - a.Danger.Level(); c != 0 {
			return c
		}
		return strings.Compare(a.Layer, b.Layer)
	})
	return all
}

// waits tells whether an item waits for somebody: such ones are shown open.
func waits(i Item) bool {
	return i.State == "denied" || i.State == "needs-approval" || i.State == "new" && i.Danger.Level() >= Access.Level()
}

func layerOf(i Item) string {
	if i.Layer == "" {
		return "(stack)"
	}
	return i.Layer
}

var quoted = regexp.MustCompile("`([^`]+)`")

// code shows what stands between backquotes as code.
func code(s string) template.HTML {
	return template.HTML(quoted.ReplaceAllString(string(breaks(s)), "<code>$1</code>")) //nolint:gosec // escaped
}

var joints = regexp.MustCompile(`::|[$/@#]|[A-Za-z]\.|\w-`)

// breaks lets a long name wrap where its parts meet.
func breaks(s string) template.HTML { return Breaks(s) }

// Style is the look of this project's pages.
func Style() string { return style }

// Breaks escapes a name and lets it break at its joints.
func Breaks(s string) template.HTML {
	parts := joints.ReplaceAllString(s, "$0\x00")
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(strings.ReplaceAll(parts, "\x00", "\u200b")), "\u200b", "<wbr>")) //nolint:gosec // escaped
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/template"
	"time"
)

// record is what was measured of a figure, and when and where.
type record struct {
	samples
	Made    time.Time `json:"made"`
	Machine string    `json:"machine"`
	// Load is the machine's load average of the last minute at the end, 0 when it is not known. Well above
	// the number of processors it says that others were at work, and the ratio is rough.
	Load float64 `json:"load,omitempty"`
}

func load1() (load float64) {
	raw, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, err = fmt.Sscan(string(raw), &load)
	}
	if err != nil {
		return 0
	}
	return load
}

func machine() string {
	return fmt.Sprintf("%s, %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// ratio is the median of the ratios of values that were taken one after the other: what else the
// machine does then bears on both.
func (r record) ratio() float64 {
	var all []float64
	for i := range min(len(r.Ours), len(r.Against)) {
		all = append(all, r.Ours[i]/r.Against[i])
	}
	return median(all)
}

// value is the median as people read it; without a unit it is a growth exponent.
func (r record) value(values []float64) string {
	if r.Unit == "" {
		return fmt.Sprintf("%.2f", median(values))
	}
	return fmt.Sprintf("%.1f %s", median(values), r.Unit)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func load(root string) (map[string]record, error) {
	kept := map[string]record{}
	raw, err := os.ReadFile(filepath.Join(root, "docs", "benchmarks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return kept, nil
	} else if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &kept); err != nil {
		return nil, fmt.Errorf("docs/benchmarks.json: %w", err)
	}
	return kept, nil
}

func save(root string, kept map[string]record) error {
	raw, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "docs", "benchmarks.json"), append(raw, '\n'), 0o644); err != nil {
		return err
	}
	if err := savePlot(root, kept); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "docs", "benchmarks.md"), []byte(page(kept)), 0o644)
}

var layout = template.Must(template.New("page").Parse(`# Benchmarks

Written by ` + "`make bench`" + `; ` + "`go run ./tests/bench -run gate`" + ` measures one figure anew and keeps the others. Every figure
is a ratio of two values taken one after the other in the same run, since machines differ and ratios travel; of several
pairs the median stands here. Raw values: [benchmarks.json](benchmarks.json).

| figure | what | this program | against | ratio | target |
|---|---|---|---|---|---|
{{range .}}| {{.Name}} | {{.What}} | {{.Ours}} | {{.Against}} | {{.Ratio}} | {{.Target}} |
{{end}}{{range .}}
## {{.Name}}

{{.Text}}
{{end}}`))

// line is a figure as the page shows it.
type line struct{ Name, What, Ours, Against, Ratio, Target, Text string }

func page(kept map[string]record) string {
	var lines []line
	for _, f := range figures {
		l := line{Name: f.name, What: f.what, Against: f.against, Ours: "not measured", Ratio: "–",
			Target: fmt.Sprintf("at most %.2f", f.target), Text: "Not measured yet."}
		if f.limit > 0 {
			l.Target += fmt.Sprintf(", and %.0f s", f.limit)
		}
		if r, ok := kept[f.name]; ok {
			l.Ours = r.value(r.Ours)
			l.Against = r.value(r.Against) + ": " + f.against
			l.Ratio = fmt.Sprintf("%.2f", r.ratio())
			if f.missed(r) {
				l.Target += ": **missed**"
			}
			text := []string{fmt.Sprintf("Measured on %s with %s; pairs: %d.", r.Made.Format("2006-01-02"), r.Machine, len(r.Ours))}
			if r.Load > 0 {
				text = append(text, fmt.Sprintf("Load average then: %.0f.", r.Load))
			}
			if f.missed(r) && f.why != "" {
				text = append(text, "Missed because "+f.why+".")
			}
			l.Text = strings.Join(append(text, r.Notes...), "\n")
		}
		lines = append(lines, l)
	}
	var b strings.Builder
	if err := layout.Execute(&b, lines); err != nil {
		return err.Error() // the layout fits its own type: a test holds that
	}
	return b.String()
}

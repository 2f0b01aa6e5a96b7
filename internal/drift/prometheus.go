package drift

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/streamforge/infrastructure/internal/report"
)

// WritePrometheus writes figures for the textfile collector of the node exporter.
func WritePrometheus(w io.Writer, r report.Report) error {
	type labels struct{ danger, state, op string }
	counts := map[labels]int{}
	for _, i := range r.Items {
		counts[labels{string(i.Danger), i.State, i.Op}]++
	}
	out := &printer{w: w}
	out.metric("streamforge_drift_findings", "Findings of the latest audit.")
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b labels) int {
		return cmp.Or(cmp.Compare(a.danger, b.danger), cmp.Compare(a.state, b.state), cmp.Compare(a.op, b.op))
	})
	for _, k := range keys {
		out.printf("streamforge_drift_findings{stack=%q,danger=%q,state=%q,op=%q} %d\n", r.Stack, k.danger, k.state, k.op, counts[k])
	}
	news := 0
	for k, n := range counts {
		if k.state == New {
			news += n
		}
	}
	for _, m := range []struct {
		name, help string
		value      float64
	}{
		{"new_findings", "Findings that are neither ignored nor in the baseline.", float64(news)},
		{"unchecked", "Parts that could not be looked at.", float64(len(r.Unchecked))},
		{"exit_code", "0 in sync, 1 drift, 2 error.", float64(r.ExitCode)},
		{"duration_seconds", "How long the audit took.", r.Duration.Seconds()},
		{"last_run_timestamp_seconds", "When the audit was started.", float64(r.Time.Unix())},
	} {
		out.metric("streamforge_drift_"+m.name, m.help)
		out.printf("streamforge_drift_%s{stack=%q} %g\n", m.name, r.Stack, m.value)
	}
	if r.Coverage != nil {
		out.metric("streamforge_drift_coverage_percent", "Live objects that somebody manages.")
		out.printf("streamforge_drift_coverage_percent{stack=%q} %g\n", r.Stack, *r.Coverage)
	}
	return out.err
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) metric(name, help string) {
	p.printf("# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
}

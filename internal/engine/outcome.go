package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// summary is the state of the run as the events so far tell it.
func (r *recorder) summary() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Summary{
		Operation: r.op, Result: r.result, Duration: r.now().Sub(r.start), Counts: Counts{},
		Changes: slices.Clone(r.changes), Failures: slices.Clone(r.failed), Warnings: slices.Clone(r.warned),
	}
	if s.Result == "" {
		s.Result = "failed" // the engine did not come as far as a summary
	}
	for _, l := range r.layers {
		if l.Counts.Total() == 0 && l.Failed == 0 && l.running == 0 {
			continue
		}
		c := *l
		if c.running > 0 {
			c.Busy += r.now().Sub(c.since)
		}
		for op, n := range c.Counts {
			s.Counts[op] += n
		}
		s.Layers = append(s.Layers, c)
	}
	// Diagnostics that no failed operation has claimed: the program's own errors, and resources
	// that did not get as far as an operation.
	for u, texts := range r.errors {
		f := Failure{URN: u, Message: strings.Join(texts, "\n")}
		if u != "" && counted(u) {
			f.Label, f.Layer = label(u), layerOf(u)
		}
		if f.Label == "" && (len(s.Failures) > 0 || onlyEcho(texts)) {
			continue // "update failed" and the like
		}
		s.Failures = append(s.Failures, f)
	}
	for _, a := range r.active {
		s.Unfinished = append(s.Unfinished, a.op+" "+label(a.urn))
	}
	slices.Sort(s.Unfinished)
	slices.SortStableFunc(s.Failures, func(a, b Failure) int { return strings.Compare(a.URN, b.URN) })
	return s
}

// echo is how the engine repeats that the operation as a whole did not succeed.
var echo = regexp.MustCompile(`^\w+ (failed|cancell?ed)$`)

// onlyEcho tells whether diagnostics say no more than that.
func onlyEcho(texts []string) bool {
	return !slices.ContainsFunc(texts, func(t string) bool { return !echo.MatchString(t) })
}

// stamp is the time since the start of the run, for the head of a line.
func (r *recorder) stamp() string {
	return fmt.Sprintf("%7s", elapsed(r.now().Sub(r.start)))
}

// done is the line about a finished operation.
func (r *recorder) done(u, verb string, took time.Duration) string {
	text := fmt.Sprintf("%s  %-12s  %-20s  %s", r.stamp(), verb, layerOf(u), label(u))
	if took >= time.Second {
		text += "  (" + elapsed(took) + ")"
	}
	return text
}

// elapsed writes a duration for people: tenths below ten seconds, then whole seconds.
func elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0fs", d.Seconds())
	default:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
}

// warning is the line about a warning; further lines of it are indented.
func warning(w Failure) string {
	text := strings.ReplaceAll(w.Message, "\n", "\n           ")
	if w.Label == "" {
		return "warning: " + text
	}
	return fmt.Sprintf("warning: %s: %s", w.Label, text)
}

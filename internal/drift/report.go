package drift

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// Exit codes of the audit, documented in docs/drift.md.
const (
	ExitInSync = 0
	ExitDrift  = 1
	ExitError  = 2
)

// States of a finding.
const (
	New      = "new"
	Known    = "known"
	Ignored  = "ignored"
	Resolved = "resolved"
)

// Conclude turns findings into a report. Baseline may be nil.
func (a *Audit) Conclude(f Findings, baseline *report.Report, start time.Time) report.Report {
	r := report.Report{Schema: report.DriftSchema, Stack: a.Stack, Time: start.UTC(), Counts: map[string]int{}, Items: []report.Item{}}
	for i := range f.Items {
		f.Items[i].State = New
	}
	r.Items = append(r.Items, a.Rules.apply(f.Items, start)...)
	a.compareWith(baseline, &r)
	gate.Sort(r.Items)
	states := map[string]int{}
	for _, i := range r.Items {
		states[i.State]++
		if i.State != Resolved {
			r.Counts[i.Op]++
		}
	}
	if f.Total > 0 {
		percent := 100 * float64(f.Managed) / float64(f.Total)
		r.Coverage = &percent
	}
	slices.Sort(f.Unchecked)
	r.Unchecked, r.Warnings = f.Unchecked, append(f.Warnings, a.Rules.complaints(start)...)
	rest := fmt.Sprintf("%d known, %d ignored, %d resolved", states[Known], states[Ignored], states[Resolved])
	switch {
	case states[New] > 0:
		r.Verdict, r.ExitCode = "drift", ExitDrift
		r.Headline = fmt.Sprintf("%d new findings, %s", states[New], rest)
	case len(r.Unchecked) > 0:
		r.Verdict, r.ExitCode = "incomplete", ExitError
		r.Headline = fmt.Sprintf("nothing new was found, but not everything could be looked at; %s", rest)
	default:
		r.Verdict, r.ExitCode, r.Headline = "in-sync", ExitInSync, "nothing new was found, "+rest
	}
	if len(r.Unchecked) > 0 && r.ExitCode == ExitDrift {
		r.Headline += ", and not everything could be looked at"
	}
	r.Fingerprint = fingerprint(r.Items)
	return r
}

// identity tells two findings apart. A masked value cannot, so the time at which it was set has to.
func identity(i report.Item) string {
	parts := []string{i.ID, i.Op}
	for _, p := range i.Properties {
		parts = append(parts, p.Path, p.Before, p.After)
		if p.After == report.Masked && i.When != nil {
			parts = append(parts, i.When.UTC().Format(time.RFC3339))
		}
	}
	return strings.Join(parts, "\x00")
}

func fingerprint(items []report.Item) string {
	var lines []string
	for _, i := range items {
		if i.State == New || i.State == Known {
			lines = append(lines, identity(i))
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// LoadBaseline reads the report of an earlier audit. A file that does not exist is none.
func LoadBaseline(file, stack string) (*report.Report, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil || r.Schema != report.DriftSchema {
		return nil, fmt.Errorf("baseline %s: not a report of the audit (%s)", file, report.DriftSchema)
	}
	if r.Stack != stack {
		return nil, fmt.Errorf("baseline %s: it is about %s, not about %s", file, r.Stack, stack)
	}
	return &r, nil
}

// compareWith marks what the baseline has already, and adds what it had and is no longer there. What it
// ignored is not known: when the rule goes, somebody has to see it. What nobody could look for stays known.
func (a *Audit) compareWith(baseline *report.Report, r *report.Report) {
	if baseline == nil {
		return
	}
	now, before := map[string]bool{}, map[string]bool{}
	for _, i := range r.Items {
		now[identity(i)] = true
	}
	for _, i := range baseline.Items {
		if i.State != New && i.State != Known {
			continue
		}
		before[identity(i)] = true
		switch {
		case now[identity(i)]:
		case a.unseen(i):
			i.State = Known
			r.Items = append(r.Items, i)
		default:
			i.State, i.Danger, i.Hint = Resolved, report.None, ""
			i.ID += "#resolved"
			r.Items = append(r.Items, i)
		}
	}
	for i := range r.Items {
		if r.Items[i].State == New && before[identity(r.Items[i])] {
			r.Items[i].State = Known
		}
	}
}

// unseen tells whether the part of the world that a finding is about was not looked at.
func (a *Audit) unseen(i report.Item) bool {
	subject, _, _ := strings.Cut(i.ID, "@") // without the manager
	release, _, within := strings.Cut(subject, "#")
	switch {
	case a.looked[subject]:
		return false
	case within && a.unread[release]:
		return true
	case strings.HasPrefix(i.ID, "proxmox#"), i.Op == Missing && strings.Contains(i.ID, machineType):
		return a.blind[inProxmox]
	case strings.HasPrefix(i.ID, "cluster#"), strings.Contains(i.ID, "kubernetes:"):
		return a.blind[inCluster]
	}
	return !a.refreshed
}

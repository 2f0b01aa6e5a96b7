package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/report"
)

// Exit codes of the gate, documented in docs/gate.md.
const (
	ExitNoChanges     = 0
	ExitAllowed       = 10
	ExitNeedsApproval = 20
	ExitDenied        = 30
	ExitPreviewFailed = 40
	ExitGateFailed    = 50
)

// States of an item.
const (
	Allowed       = "allowed"
	Approved      = "approved"
	Waived        = "waived"
	NeedsApproval = "needs-approval"
	Denied        = "denied"
)

// Fingerprint identifies what a preview would do: resources, operations, properties and values.
// Two previews with the same fingerprint do the same.
func Fingerprint(p Preview) string {
	var lines []string
	for _, c := range p.Changes {
		if c.Same() && len(c.Properties) == 0 && !outputsDiffer(c) {
			continue
		}
		lines = append(lines, c.Op+" "+c.URN)
		for _, q := range append(slices.Clone(c.Properties), outputsOf(c)...) {
			lines = append(lines, strings.Join([]string{c.URN, q.Path, q.Before, q.After}, "\x00"))
		}
		if c.Op == "create" || c.Op == "replace" {
			lines = append(lines, c.URN+"\x00"+Text(any(c.New.Inputs)))
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// conclude gives the report its verdict.
func conclude(r *report.Report, p Preview) {
	states := map[string]int{}
	for _, i := range r.Items {
		states[i.State]++
	}
	waiting := states[NeedsApproval]
	switch {
	case states[Denied] > 0:
		r.Verdict, r.ExitCode = "denied", ExitDenied
		r.Headline = fmt.Sprintf("%d of %d changes are denied, %d more need approval", states[Denied], len(r.Items), waiting)
	case !p.Ended || len(p.Errors) > 0:
		r.Verdict, r.ExitCode = "preview-failed", ExitPreviewFailed
		r.Headline = "the preview failed, so what would change is not known"
	case waiting > 0:
		r.Verdict, r.ExitCode = "needs-approval", ExitNeedsApproval
		r.Headline = fmt.Sprintf("%d of %d changes need approval", waiting, len(r.Items))
	case len(r.Items) > 0:
		r.Verdict, r.ExitCode = "allowed", ExitAllowed
		r.Headline = fmt.Sprintf("%d changes, all allowed", len(r.Items))
	default:
		r.Verdict, r.ExitCode, r.Headline = "no-changes", ExitNoChanges, "nothing would change"
	}
	r.Warnings = append(r.Warnings, p.Errors...)
}

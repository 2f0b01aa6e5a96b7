package upgrade

import (
	"fmt"
	"strings"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
	"github.com/streamforge/infrastructure/stacks/migrations"
)

// Lost lists what an upgrade would delete, make anew or damage, and what to do about it. What the gate
// lets pass without asking anybody is not among it, nor what a migration says is gone on purpose, nor
// any other update: people read those.
func Lost(r report.Report) (all []string) {
	for _, i := range r.Items {
		if i.State != gate.Denied && (i.State != gate.NeedsApproval || i.Op != "delete" && i.Op != "replace") {
			continue
		}
		if migrations.Removed(tail(i.ID), migrations.All) {
			continue
		}
		all = append(all, fmt.Sprintf("%s %s %s (%s): %s: %s", i.Op, i.Kind, i.Name, tail(i.ID), strings.Join(i.Reasons, "; "),
			"if it was renamed, add a migration to stacks/migrations; see docs/howto-upgrade.md"))
	}
	return all
}

// tail is a URN without stack and project, as tests/graph/testdata/urns.txt has it.
func tail(urn string) string {
	if parts := strings.SplitN(urn, "::", 3); len(parts) == 3 {
		return parts[2]
	}
	return urn
}

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
)

// severities are GitLab's words for the classes of danger.
var severities = map[Danger]string{
	None: "info", Cosmetic: "info", Capacity: "minor", Access: "major", Outage: "critical", DataLoss: "blocker",
}

// issue is one entry of GitLab's Code Quality format.
type issue struct {
	Description string `json:"description"`
	CheckName   string `json:"check_name"`
	Fingerprint string `json:"fingerprint"` // the same for the same item in every run
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

// WriteCodeQuality writes what waits for somebody in the form that GitLab shows in a merge request.
// An item has no line of its own: all stand at the head of the stack's file.
func WriteCodeQuality(w io.Writer, r Report) error {
	issues := []issue{}
	for _, i := range r.Items {
		if i.State != "denied" && i.State != "needs-approval" && i.State != "new" {
			continue
		}
		severity, known := severities[i.Danger]
		if !known {
			severity = severities[DataLoss]
		}
		sum := sha256.Sum256([]byte(i.Op + " " + i.ID))
		one := issue{
			Description: strings.Join([]string{i.State, i.Op, i.Kind, i.Name}, " ") + ": " + strings.Join(i.Reasons, "; "),
			CheckName:   i.Op + "-" + string(i.Danger), Fingerprint: hex.EncodeToString(sum[:]), Severity: severity,
		}
		one.Location.Path, one.Location.Lines.Begin = "Pulumi."+r.Stack+".yaml", 1
		issues = append(issues, one)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(issues)
}

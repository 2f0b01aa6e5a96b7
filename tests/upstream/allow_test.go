package upstream_test

import (
	"fmt"
	"strings"
)

// most is how many findings may be allowed in all.
const most = 5

// allowed is one finding that is right in spite of upstream's data.
type allowed struct {
	Finding string `json:"finding"` // its subject
	Reason  string `json:"reason"`
	// Like allows any key below "<chart> <path>.*", and holds what stands there to the shape of
	// this member of the chart's own.
	Like string `json:"like,omitempty"`
}

// sift takes the allowed findings away and adds what is wrong with the list itself: an entry
// without a reason, one that nothing needs, and too many.
func sift(found []finding, list []allowed) (left []string) {
	used := map[string]bool{}
	for _, entry := range list {
		used[entry.Finding] = false
		if strings.TrimSpace(entry.Reason) == "" {
			left = append(left, fmt.Sprintf("allow.yaml: %q has no reason", entry.Finding))
		}
	}
	seen := map[string]bool{}
	for _, f := range found {
		if _, ok := used[f.Subject]; ok {
			used[f.Subject] = true
		} else if text := f.String(); !seen[text] { // most of two stacks is the same
			seen[text] = true
			left = append(left, text)
		}
	}
	for _, entry := range list {
		if !used[entry.Finding] {
			left = append(left, fmt.Sprintf("allow.yaml: %q allows nothing any more", entry.Finding))
		}
	}
	if len(list) > most {
		left = append(left, fmt.Sprintf("allow.yaml: %d entries, at most %d", len(list), most))
	}
	return left
}

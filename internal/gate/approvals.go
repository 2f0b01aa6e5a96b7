package gate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/gobwas/glob"
	"gopkg.in/yaml.v3"
)

// Approval lets one dangerous change through. It stands in the repository, so that it is reviewed
// with the change it is for.
type Approval struct {
	URN       string `yaml:"urn"`       // of the resource, or a pattern in which * stands for any text
	Operation string `yaml:"operation"` // update, replace, delete; or rule for a promise that is waived
	Reason    string `yaml:"reason"`    // why it is right, for who reads it later
	Owner     string `yaml:"owner"`     // who answers for it
	Expires   string `yaml:"expires"`   // last day on which it holds, as 2026-12-31

	pattern glob.Glob
	until   time.Time
	used    int
}

const (
	maxMatches = 10 // resources that one approval may be for
	maxDays    = 90 // how far ahead an approval may expire
	dateFormat = "2006-01-02"
)

// Approvals is the file.
type Approvals struct {
	list []*Approval
	file string
}

// LoadApprovals reads the file; one that does not exist approves nothing. All its errors come at once.
func LoadApprovals(file string, now time.Time) (*Approvals, error) {
	a := &Approvals{file: file}
	raw, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("approvals: %w", err)
	}
	var doc struct {
		Approvals []*Approval `yaml:"approvals"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("approvals %s: %w", file, err)
	}
	var errs []error
	for i, one := range doc.Approvals {
		if err := one.check(now); err != nil {
			errs = append(errs, fmt.Errorf("approvals %s: approvals[%d] (%s): %w", file, i, one.URN, err))
		}
	}
	a.list = doc.Approvals
	return a, errors.Join(errs...)
}

func (a *Approval) check(now time.Time) error {
	var missing []string
	for _, f := range []struct{ name, value string }{
		{"urn", a.URN}, {"operation", a.Operation}, {"reason", a.Reason}, {"owner", a.Owner}, {"expires", a.Expires},
	} {
		if strings.TrimSpace(f.value) == "" {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s missing: an approval says what, which operation, why, who and until when", strings.Join(missing, ", "))
	}
	var err error
	if a.pattern, err = glob.Compile(a.URN); err != nil {
		return fmt.Errorf("urn: %w", err)
	}
	day, err := time.Parse(dateFormat, a.Expires)
	if err != nil {
		return fmt.Errorf("expires %q: not a date such as 2026-12-31", a.Expires)
	}
	a.until = day.AddDate(0, 0, 1)
	if a.until.After(now.AddDate(0, 0, maxDays+1)) {
		return fmt.Errorf("expires %s: more than %d days ahead", a.Expires, maxDays)
	}
	return nil
}

// find gives the approval of an operation on a resource, nil when there is none that still holds.
func (a *Approvals) find(id, operation string, now time.Time) *Approval {
	for _, one := range a.list {
		if one.Operation == operation && one.pattern.Match(id) {
			one.used++
			if now.Before(one.until) {
				return one
			}
		}
	}
	return nil
}

// complaints are approvals that are stale, unused or too broad. Call it after every find.
func (a *Approvals) complaints(now time.Time) (all []string) {
	for _, one := range a.list {
		switch {
		case !now.Before(one.until):
			all = append(all, fmt.Sprintf("approval of %s %s expired on %s: remove it from %s, or review it anew",
				one.Operation, one.URN, one.Expires, a.file))
		case one.used == 0:
			all = append(all, fmt.Sprintf("approval of %s %s was not needed: remove it from %s", one.Operation, one.URN, a.file))
		case one.used > maxMatches:
			all = append(all, fmt.Sprintf("approval of %s %s is too broad: it matches %d resources, at most %d; name them",
				one.Operation, one.URN, one.used, maxMatches))
		}
	}
	return all
}

// broad tells whether an approval was needed more often than one may be. Then it counts for nothing.
func (a *Approval) broad() bool { return a.used > maxMatches }

package gate

import (
	"errors"
	"fmt"
	"time"

	"github.com/gobwas/glob"

	"github.com/streamforge/infrastructure/internal/reviewed"
)

// Approval lets one dangerous change through. It stands in the repository, so that it is reviewed
// with the change it is for.
type Approval struct {
	URN       string `yaml:"urn"`       // of the resource, or a pattern in which * stands for any text
	Operation string `yaml:"operation"` // update, replace, delete; or rule for a promise that is waived

	reviewed.Exception `yaml:",inline"`

	pattern glob.Glob
	used    int
}

const (
	maxMatches = 10 // resources that one approval may be for
	maxDays    = 90 // how far ahead an approval may expire
)

// Approvals is the file.
type Approvals struct {
	list []*Approval
	file string
}

// LoadApprovals reads the file; one that does not exist approves nothing. All its errors come at once.
func LoadApprovals(file string, now time.Time) (*Approvals, error) {
	var doc struct {
		Approvals []*Approval `yaml:"approvals"`
	}
	if err := reviewed.Load(file, &doc); err != nil {
		return nil, fmt.Errorf("approvals: %w", err)
	}
	var errs []error
	for i, one := range doc.Approvals {
		if err := one.check(now); err != nil {
			errs = append(errs, fmt.Errorf("approvals %s: approvals[%d] (%s): %w", file, i, one.URN, err))
		}
	}
	return &Approvals{list: doc.Approvals, file: file}, errors.Join(errs...)
}

func (a *Approval) check(now time.Time) (err error) {
	if err = a.Check(reviewed.Field{Name: "urn", Value: a.URN}, reviewed.Field{Name: "operation", Value: a.Operation}); err != nil {
		return err
	}
	if a.pattern, err = glob.Compile(a.URN); err != nil {
		return fmt.Errorf("urn: %w", err)
	}
	if a.Beyond(now, maxDays) {
		return fmt.Errorf("expires %s: more than %d days ahead", a.Expires, maxDays)
	}
	return nil
}

// fits tells whether an approval is for an operation on a resource.
func (a *Approval) fits(id, operation string) bool {
	return a.Operation == operation && a.pattern.Match(id)
}

// count notes every approval of an operation on a resource as needed.
func (a *Approvals) count(id, operation string) {
	for _, one := range a.list {
		if one.fits(id, operation) {
			one.used++
		}
	}
}

// find gives the approval of an operation on a resource that still holds and is not too broad, nil when
// there is none; broad tells whether there would be one but for that. Call it after every count.
func (a *Approvals) find(id, operation string, now time.Time) (found *Approval, broad bool) {
	for _, one := range a.list {
		if !one.fits(id, operation) || !one.Holds(now) {
			continue
		}
		if one.used <= maxMatches {
			return one, false
		}
		broad = true
	}
	return nil, broad
}

// complaints are approvals that are stale, unused or too broad. Call it after every count.
func (a *Approvals) complaints(now time.Time) (all []string) {
	for _, one := range a.list {
		switch {
		case !one.Holds(now):
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

package drift

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gobwas/glob"

	"github.com/streamforge/infrastructure/internal/report"
	"github.com/streamforge/infrastructure/internal/reviewed"
)

// Ignore lets a finding stand. It stays in the report, as ignored.
type Ignore struct {
	Pattern string `yaml:"pattern"` // of findings' IDs; * stands for any text
	Path    string `yaml:"path"`    // of values within them, * as above; empty means the whole finding

	reviewed.Exception `yaml:",inline"`

	pattern, path glob.Glob
	used          bool
}

// Controller is a field manager that rightly owns what it sets, besides those known anyway.
type Controller struct {
	Manager string `yaml:"manager"` // name, * stands for any text
	Reason  string `yaml:"reason"`
}

// Rules is the file drift-ignore.yaml.
type Rules struct {
	Ignores     []*Ignore    `yaml:"ignores"`
	Controllers []Controller `yaml:"controllers"`
	file        string
}

// LoadRules reads the file; one that does not exist ignores nothing. All its errors come at once.
func LoadRules(file string) (*Rules, error) {
	r := &Rules{file: file}
	if err := reviewed.Load(file, r); err != nil {
		return nil, fmt.Errorf("ignore rules: %w", err)
	}
	var errs []error
	for i, one := range r.Ignores {
		if err := one.check(); err != nil {
			errs = append(errs, fmt.Errorf("ignore rules %s: ignores[%d] (%s): %w", file, i, one.Pattern, err))
		}
	}
	for i, c := range r.Controllers {
		if strings.Trim(c.Manager, "*") == "" || strings.TrimSpace(c.Reason) == "" {
			errs = append(errs, fmt.Errorf("ignore rules %s: controllers[%d]: a manager and a reason are needed, and * alone is no manager", file, i))
		}
	}
	return r, errors.Join(errs...)
}

func (g *Ignore) check() (err error) {
	if err = g.Check(reviewed.Field{Name: "pattern", Value: g.Pattern}); err != nil {
		return err
	}
	if g.pattern, err = glob.Compile(g.Pattern); err != nil {
		return fmt.Errorf("pattern: %w", err)
	}
	if g.Path == "" {
		return nil
	}
	if g.path, err = glob.Compile(quoted(g.Path)); err != nil {
		return fmt.Errorf("path: %w", err)
	}
	return nil
}

// quoted keeps the brackets of a path from being a set of characters.
func quoted(path string) string {
	return strings.NewReplacer("[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`).Replace(path)
}

func (r *Rules) managers() (names []string) {
	for _, c := range r.Controllers {
		names = append(names, c.Manager)
	}
	return names
}

// apply marks what is ignored. A finding of which only some values are ignored becomes two.
func (r *Rules) apply(items []report.Item, now time.Time) (all []report.Item) {
	for _, item := range items {
		for _, rule := range r.Ignores {
			if item.State == Ignored || !rule.pattern.Match(item.ID) {
				continue
			}
			if rule.path == nil {
				rule.used = true
				if rule.Holds(now) {
					item = rule.mark(item)
				}
				continue
			}
			var kept, let []report.Property
			for _, p := range item.Properties {
				if rule.path.Match(p.Path) {
					let = append(let, p)
				} else {
					kept = append(kept, p)
				}
			}
			if len(let) == 0 {
				continue
			}
			rule.used = true
			if !rule.Holds(now) {
				continue
			}
			ignored := item
			ignored.Properties = let
			if len(kept) == 0 {
				item = rule.mark(ignored)
				continue
			}
			ignored.ID += "#" + rule.Path
			all, item.Properties = append(all, rule.mark(ignored)), kept
		}
		all = append(all, item)
	}
	return all
}

func (g *Ignore) mark(item report.Item) report.Item {
	item.State, item.Owner, item.Until = Ignored, g.Owner, g.Expires
	item.Reasons = append([]string{"ignored: " + g.Reason}, item.Reasons...)
	return item
}

// complaints are rules that are stale or unused. Call it after apply.
func (r *Rules) complaints(now time.Time) (all []string) {
	for _, g := range r.Ignores {
		what := g.Pattern
		if g.Path != "" {
			what += " " + g.Path
		}
		switch {
		case !g.Holds(now):
			all = append(all, fmt.Sprintf("ignore rule %s expired on %s: remove it from %s, or review it anew", what, g.Expires, r.file))
		case !g.used:
			all = append(all, fmt.Sprintf("ignore rule %s matches nothing: remove it from %s", what, r.file))
		}
	}
	return all
}

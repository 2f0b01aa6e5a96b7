package main

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/streamforge/infrastructure/internal/doctor"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/stackfile"
)

// patient is a stack that is looked at. What several checks need is asked for once.
type patient struct {
	project engine.Project
	broken  error // why nothing but its file can be looked at

	open   func(context.Context) (*engine.Look, error)
	values func(context.Context) (map[string]string, error) // the configuration, secrets in clear
}

func newPatient(p engine.Project, broken error) *patient {
	s := &patient{project: p, broken: broken}
	s.open = once(func(ctx context.Context) (*engine.Look, error) {
		if broken != nil {
			return nil, broken
		}
		return engine.NewLook(ctx, p)
	})
	s.values = once(func(ctx context.Context) (map[string]string, error) {
		look, err := s.open(ctx)
		if err != nil {
			return nil, err
		}
		return look.Config(ctx)
	})
	return s
}

// once asks a single time, within the deadline of whoever comes first; checks of one stack start together.
func once[T any](ask func(context.Context) (T, error)) func(context.Context) (T, error) {
	var first sync.Once
	var value T
	var err error
	return func(ctx context.Context) (T, error) {
		first.Do(func() { value, err = ask(ctx) })
		return value, err
	}
}

func (p *patient) checks() []doctor.Check {
	all := []doctor.Check{
		{Name: "state", Look: p.state},
		{Name: "lock", Look: p.lock},
		{Name: "secrets", Look: p.secrets},
		{Name: "configuration", Look: p.configuration},
		{Name: "handover", Look: p.handover},
		{Name: "proxmox", Look: p.proxmox},
		{Name: "cluster", Look: p.cluster},
		{Name: "charts", Look: p.charts},
		{Name: "vault", Look: p.vault},
	}
	if p.broken != nil {
		all = []doctor.Check{{Name: "state", Look: p.state}, {Name: "configuration", Look: p.configuration}}
	}
	for i := range all {
		all[i].Group = "stack " + p.project.Stack
	}
	return all
}

// told turns an error into a finding; the error's own text names the way out.
func told(err error) doctor.Finding {
	var p *engine.Problem
	if errors.As(err, &p) {
		return doctor.Bad(p.WayOut, "%s: %s", p.What, p.Why)
	}
	return doctor.Bad("", "%v", err)
}

func (p *patient) file() (*stackfile.File, error) {
	return stackfile.Read(filepath.Join(p.project.Dir, "Pulumi."+p.project.Stack+".yaml"))
}

// section decodes one section of the stack's file; what is wrong with it is for the configuration's check.
func (p *patient) section(name string, into any) error {
	f, err := p.file()
	if err != nil {
		return err
	}
	return f.Section(project+":"+name, into)
}

func (p *patient) state(ctx context.Context) doctor.Finding {
	look, err := p.open(ctx)
	if err != nil {
		return told(err)
	}
	at, err := look.Backend(ctx)
	if err != nil {
		return told(err)
	}
	d, err := look.State(ctx)
	switch {
	case errors.Is(err, engine.ErrNoStack) && p.project.Private:
		return doctor.Warn("`streamforge up -s "+p.project.Stack+"` makes it", "%s answers; %v", at.URL, err)
	case errors.Is(err, engine.ErrNoStack):
		return doctor.Bad(engine.ToStack(p.project.Stack), "%s answers; %v", at.URL, err)
	case err != nil:
		return told(err)
	}
	if open := undecided(engine.Unfinished(d)); open != "" {
		return doctor.Warn("the next `up` looks what became of it, see docs/howto-recover.md", "in %s; %s", at.URL, open)
	}
	return doctor.Fine("in %s as %s, %d resources", at.URL, at.User, len(d.Resources))
}

func (p *patient) lock(ctx context.Context) doctor.Finding {
	look, err := p.open(ctx)
	if err != nil {
		return doctor.Skip("the state cannot be looked at")
	}
	at, err := look.Backend(ctx)
	if err != nil {
		return doctor.Skip("the state cannot be looked at")
	}
	held, known, err := look.Lock(at)
	switch {
	case err != nil:
		return told(err)
	case !known:
		return doctor.Skip("only a run can see the locks of this backend; it names their holder")
	case held == nil:
		return doctor.Fine("nobody holds it")
	case held.Dead() && p.project.Private:
		return doctor.Warn("the next run releases it by itself", "%s", held.Why)
	case held.Dead():
		return doctor.Bad(held.WayOut, "%s", held.Why)
	}
	return doctor.Warn(held.WayOut, "%s", held.Why)
}

// secrets opens all of them, and shows none.
func (p *patient) secrets(ctx context.Context) doctor.Finding {
	values, err := p.values(ctx)
	switch {
	case errors.Is(err, engine.ErrNoStack):
		return doctor.Skip("%v", err)
	case engine.KindOf(err) == engine.NotReady:
		return doctor.Skip("the state cannot be looked at")
	case err != nil:
		return told(err)
	}
	f, err := p.file()
	if err != nil {
		return told(err)
	}
	_, encrypted, err := f.Values()
	if err != nil {
		return told(err)
	}
	if len(encrypted) == 0 {
		return doctor.Warn("store the first with `pulumi config set --secret proxmoxToken -s "+p.project.Stack+"`", "there is none yet among %d keys", len(values))
	}
	return doctor.Fine("the passphrase opens all %d", len(encrypted))
}

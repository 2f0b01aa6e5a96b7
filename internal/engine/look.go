package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// Look reads a stack without making it, selecting it or taking its lock. Each call runs the Pulumi CLI
// once; a context that ends kills it. It is safe for concurrent use.
type Look struct {
	Project Project
	cmd     *command
}

// ErrNoStack is a stack that the backend, which answered, does not hold.
var ErrNoStack = errors.New("the state backend holds no such stack yet")

// NewLook finds the CLI; it asks the backend nothing yet.
func NewLook(ctx context.Context, p Project) (*Look, error) {
	cmd, err := newCommand(ctx, p)
	if err != nil {
		return nil, err
	}
	return &Look{Project: p, cmd: cmd}, nil
}

// run runs the CLI and decodes the JSON that it prints.
func (l *Look) run(ctx context.Context, what string, into any, args ...string) error {
	now := make(chan struct{})
	close(now)
	cmd := &command{path: l.cmd.path, env: l.cmd.env, version: l.cmd.version, owner: l.cmd.owner, abort: now}
	s := &Stack{project: l.Project, cmd: cmd}
	out, _, _, err := cmd.Run(ctx, l.Project.Dir, nil, nil, nil, nil, args...)
	if err != nil && strings.Contains(cmd.last.stderr, "no stack named ") {
		return ErrNoStack
	}
	if err != nil {
		return s.explain(ctx, what, err, nil)
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		return fmt.Errorf("%s: pulumi %s does not print JSON: %w", what, args[0], err)
	}
	return nil
}

// Backend is where states are kept, and as whom.
type Backend struct {
	User string `json:"user"`
	URL  string `json:"url"`
}

// Backend asks where the state is kept, and opens that.
func (l *Look) Backend(ctx context.Context) (b Backend, err error) {
	err = l.run(ctx, "state backend", &b, "whoami", "--json")
	return b, err
}

// Config reads the whole configuration, secrets in clear, which needs the right passphrase. Keys have
// their namespace; what is not a text is JSON.
func (l *Look) Config(ctx context.Context) (map[string]string, error) {
	var all map[string]struct {
		Value string `json:"value"`
	}
	if err := l.run(ctx, "secrets of "+l.Project.Stack, &all, "config", "--show-secrets", "--json", "--stack", l.Project.Stack); err != nil {
		return nil, err
	}
	values := map[string]string{}
	for key, v := range all {
		values[key] = v.Value
	}
	return values, nil
}

// State reads what the latest run has recorded, secrets as they are encrypted.
func (l *Look) State(ctx context.Context) (d apitype.DeploymentV3, err error) {
	var raw apitype.UntypedDeployment
	if err := l.run(ctx, "state of "+l.Project.Stack, &raw, "stack", "export", "--stack", l.Project.Stack); err != nil {
		return d, err
	}
	if len(raw.Deployment) == 0 { // nothing was ever deployed
		return d, nil
	}
	if err := json.Unmarshal(raw.Deployment, &d); err != nil {
		return d, fmt.Errorf("state of %s: %w", l.Project.Stack, err)
	}
	return d, nil
}

// Lock tells who holds the stack's lock, nil for nobody. Only the locks of a folder can be read without
// trying to take one: known is false for any other backend.
func (l *Look) Lock(b Backend) (held *Problem, known bool, err error) {
	locks, known, err := l.locks(b)
	if err != nil || len(locks) == 0 {
		return nil, known, err
	}
	return lockedBy("stack "+l.Project.Stack, l.Project.Stack, locks), true, nil
}

// locks reads the files that are the locks of a folder.
func (l *Look) locks(b Backend) (all []lock, known bool, err error) {
	dir, is := folder(b.URL)
	if !is {
		return nil, false, nil
	}
	p, err := workspace.LoadProject(filepath.Join(l.Project.Dir, "Pulumi.yaml"))
	if err != nil {
		return nil, true, fmt.Errorf("project of stack %s: %w", l.Project.Stack, err)
	}
	dir = filepath.Join(dir, ".pulumi", "locks", "organization", string(p.Name), l.Project.Stack)
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // it is made with the first lock
		return nil, true, fmt.Errorf("locks: %w", err)
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) != ".json" {
			continue // what the backend notes about a lock's file
		}
		file := filepath.Join(dir, f.Name())
		var of struct {
			PID       int       `json:"pid"`
			Username  string    `json:"username"`
			Hostname  string    `json:"hostname"`
			Timestamp time.Time `json:"timestamp"`
		}
		raw, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was let go of just now
		}
		if err != nil {
			return nil, true, fmt.Errorf("lock: %w", err)
		}
		if json.Unmarshal(raw, &of) != nil { // power was lost while it was written
			all = append(all, lock{file: file})
			continue
		}
		all = append(all, lock{of.Username, of.Hostname, of.PID, of.Timestamp, file})
	}
	return all, true, nil
}

// Dead says of a Problem of kind Locked that no process holds the lock any more.
func (p *Problem) Dead() bool { return p.deadLock }

// Leftovers names the processes that killed runs of projects in these folders have left on this machine.
// The next run of their stack ends them.
func Leftovers(dirs ...string) (names []string) {
	for _, p := range belonging(func(o owner) bool { return slices.Contains(dirs, o.Dir) && !o.Process.Alive() }) {
		names = append(names, fmt.Sprintf("%s (%d)", p.name, p.PID))
	}
	return names
}

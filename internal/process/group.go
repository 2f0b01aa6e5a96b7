package process

import (
	"errors"
	"runtime"
	"slices"
	"sync"
)

// Group starts processes in order and stops them in the opposite order.
type Group struct {
	forks chan func()

	mu  sync.Mutex
	all []*Process
}

// NewGroup makes an empty group. All its children are forked from one thread that
// lives until Close: the kernel ends a child when the thread that forked it ends, not
// when the whole parent does, and Go is free to retire any other thread.
func NewGroup() *Group {
	g := &Group{forks: make(chan func())}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for fork := range g.forks {
			fork()
		}
	}()
	return g
}

// Start forks a process; it does not wait until it is ready.
func (g *Group) Start(spec Spec) (*Process, error) {
	var p *Process
	var err error
	done := make(chan struct{})
	g.forks <- func() {
		p, err = start(spec)
		close(done)
	}
	<-done
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	g.all = append(g.all, p)
	g.mu.Unlock()
	return p, nil
}

// Stop ends every process, the last started first, and returns all problems at once.
func (g *Group) Stop() error {
	g.mu.Lock()
	all := slices.Clone(g.all)
	g.mu.Unlock()
	var errs []error
	for _, p := range slices.Backward(all) {
		p.stopping.Store(true) // what depends on a process that is ending may die first: no crash
	}
	for _, p := range slices.Backward(all) {
		errs = append(errs, p.Stop())
	}
	return errors.Join(errs...)
}

// Close releases the group's thread. Call it after Stop.
func (g *Group) Close() { close(g.forks) }

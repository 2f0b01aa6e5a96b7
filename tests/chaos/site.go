package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox"
)

// site is a folder that looks like the repository to streamforge, with a sandbox of its own.
type site struct {
	repo, root, tool string
	net              int // the LAN is 127.53.<net>.0/24
	sb               *sandbox.Sandbox
	mounted          bool // the state lies on a disk of its own, which can be filled
}

// stateDisk is the size of that disk: room for a run's state, and little enough to fill.
const stateDisk = 48 << 20

// open copies the stack files of the repository and starts the sandbox.
func (s *site) open(ctx context.Context) error {
	if err := os.Mkdir(s.root, 0o700); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join(s.repo, "bin"), filepath.Join(s.root, "bin")); err != nil {
		return err
	}
	for _, file := range []string{"Pulumi.yaml", "Pulumi.sandbox.yaml"} {
		raw, err := os.ReadFile(filepath.Join(s.repo, file))
		if err != nil {
			return err
		}
		raw = bytes.ReplaceAll(raw, []byte("127.53.0."), fmt.Appendf(nil, "127.53.%d.", s.net))
		if err := os.WriteFile(filepath.Join(s.root, file), raw, 0o600); err != nil {
			return err
		}
	}
	var err error
	if s.sb, err = sandbox.Open(s.root); err != nil {
		return err
	}
	state := s.path("state")
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	if os.Geteuid() == 0 { // nobody else may mount
		err := syscall.Mount("chaos", state, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", stateDisk))
		s.mounted = err == nil
	}
	_, err = s.ok(ctx, "sandbox", "start")
	return err
}

func (s *site) path(parts ...string) string {
	return filepath.Join(append([]string{s.sb.Dir()}, parts...)...)
}

// close ends every process of the site and deletes it.
func (s *site) close() error {
	if s.sb == nil { // it was never opened
		return os.RemoveAll(s.root)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	err := s.sb.Stop(ctx)
	for _, p := range s.processes() {
		err = errors.Join(err, orNothing(send(p.pid, syscall.SIGKILL)))
	}
	if s.mounted {
		err = errors.Join(err, syscall.Unmount(s.path("state"), syscall.MNT_DETACH))
		s.mounted = false
	}
	return errors.Join(err, os.RemoveAll(s.root))
}

// result is what a command left behind.
type result struct {
	code int // -1: ended by a signal
	out  string
}

// patience is how long a single command may take.
const patience = 6 * time.Minute

// run runs streamforge in the site and waits for it. Everything it prints also goes to watch.
func (s *site) run(ctx context.Context, watch io.Writer, started func(pid int), args ...string) (result, error) {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(bounded, s.tool, args...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout = s.root, io.MultiWriter(&out, watch)
	cmd.Stderr = cmd.Stdout
	cmd.WaitDelay = 5 * time.Second // what a killed run leaves may hold the pipe open
	if err := cmd.Start(); err != nil {
		return result{}, err
	}
	if started != nil {
		started(cmd.Process.Pid)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return result{}, err
	}
	if err := ctx.Err(); err != nil {
		return result{}, err
	}
	if bounded.Err() != nil {
		return result{}, fmt.Errorf("streamforge %v: not done after %s; it printed:\n%s", args, patience, out.String())
	}
	return result{code: cmd.ProcessState.ExitCode(), out: out.String()}, nil
}

// try runs streamforge quietly.
func (s *site) try(ctx context.Context, args ...string) (result, error) {
	return s.run(ctx, io.Discard, nil, args...)
}

// ok runs streamforge and expects it to succeed.
func (s *site) ok(ctx context.Context, args ...string) (string, error) {
	r, err := s.try(ctx, args...)
	if err == nil && r.code != 0 {
		err = fmt.Errorf("streamforge %v: exit code %d:\n%s", args, r.code, r.out)
	}
	return r.out, err
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox"
)

// site is a sandbox of the bench's own with the whole platform in it.
type site struct {
	root string
	tool string // streamforge, built from the tree
	sb   *sandbox.Sandbox
	// deployment is how the platform came into it.
	deployment deployment
}

// site deploys the platform when the first figure asks for it.
func (b *bench) site(ctx context.Context) (*site, error) {
	if b.made != nil {
		return b.made, nil
	}
	s := &site{root: filepath.Join(b.dir, "site"), tool: filepath.Join(b.dir, "streamforge")}
	if err := os.Mkdir(s.root, 0o755); err != nil {
		return nil, err
	}
	if err := os.Symlink(filepath.Join(b.root, "bin"), filepath.Join(s.root, "bin")); err != nil {
		return nil, err
	}
	for _, file := range []string{"Pulumi.yaml", "Pulumi.sandbox.yaml"} {
		raw, err := os.ReadFile(filepath.Join(b.root, file))
		if err != nil {
			return nil, err
		}
		raw = bytes.ReplaceAll(raw, []byte("127.53.0."), fmt.Appendf(nil, "127.53.%d.", b.net))
		if err := os.WriteFile(filepath.Join(s.root, file), raw, 0o644); err != nil {
			return nil, err
		}
	}
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", s.tool, "./cmd/streamforge")
	compile.Dir, compile.Stderr = b.root, os.Stderr
	if err := compile.Run(); err != nil {
		return nil, fmt.Errorf("go build ./cmd/streamforge: %w", err)
	}
	var err error
	if s.sb, err = sandbox.Open(s.root); err != nil {
		return nil, err
	}
	b.made = s
	if _, err := s.streamforge(ctx, "sandbox", "start"); err != nil {
		return nil, err
	}
	return s, s.deploy(ctx)
}

// stop ends the site and removes it: whoever asks for it next gets another.
func (b *bench) stop() error {
	if b.made == nil {
		return nil
	}
	root := b.made.root
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := b.made.sb.Stop(ctx)
	b.made = nil
	return errors.Join(err, os.RemoveAll(root))
}

// streamforge runs the tool in the site and gives the wall time in seconds that it took.
func (s *site) streamforge(ctx context.Context, args ...string) (float64, error) {
	return s.command(ctx, s.tool, args...)
}

// command fails on every exit code but 0.
func (s *site) command(ctx context.Context, name string, args ...string) (float64, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = s.root
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start).Seconds()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out[max(0, len(out)-2000):])
	}
	return took, err
}

// pairs measures two things one after the other, and again, the first pair being no figure: it warms
// what both read.
func pairs(times int, ours, against func() (float64, error)) (s samples, err error) {
	s.Unit = "s"
	for i := range times + 1 {
		a, err := ours()
		if err != nil {
			return s, err
		}
		b, err := against()
		if err != nil {
			return s, err
		}
		fmt.Printf("  %.1f s, %.1f s\n", a, b)
		if i > 0 {
			s.Ours, s.Against = append(s.Ours, a), append(s.Against, b)
		}
	}
	return s, nil
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/stackfile"
)

// overrideCharts lets --charts replace the configured mirror in this run: a copy of the stack file
// stands in for it. The returned function removes the copy.
func (o *operation) overrideCharts(opts *engine.Options) (remove func(), err error) {
	if o.charts == "" {
		return func() {}, nil
	}
	root, err := repoRoot()
	if err != nil {
		return nil, err
	}
	sb, err := sandbox.Open(root)
	if err != nil {
		return nil, err
	}
	mirror, err := mirrorOf(o.charts, sb)
	if err != nil {
		return nil, err
	}
	dir := root
	if o.stack == sandboxStack {
		dir = sb.Project()
	}
	f, err := stackfile.Read(filepath.Join(dir, "Pulumi."+o.stack+".yaml"))
	if err != nil {
		return nil, err
	}
	if err := f.Set(mirror, project+":charts", "mirror"); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "streamforge-")
	if err != nil {
		return nil, fmt.Errorf("copy of the stack file: %w", err)
	}
	remove = func() { _ = os.RemoveAll(tmp) } // a leftover holds nothing in clear
	opts.ConfigFile = filepath.Join(tmp, "Pulumi."+o.stack+".yaml")
	if err := f.Write(opts.ConfigFile); err != nil {
		remove()
		return nil, err
	}
	return remove, nil
}

// mirrorOf translates the flag into the value of charts.mirror.
func mirrorOf(flag string, sb *sandbox.Sandbox) (string, error) {
	switch {
	case flag == "upstream":
		return "", nil
	case flag == "sandbox":
		e, err := sb.Endpoints()
		return e.MirrorDir, err
	case strings.Contains(flag, "://"):
		return flag, nil
	}
	dir, err := filepath.Abs(flag)
	if err != nil {
		return "", usageError{fmt.Errorf("--charts %s: %w", flag, err)}
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", usageError{fmt.Errorf("--charts %s: not a folder, not an address, nor one of: upstream, sandbox", flag)}
	}
	return dir, nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const usualImport = "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"

var (
	build = cold("build", "CPU time of a cold `go build` of the root program, modules already downloaded", 0.35,
		"build", ".")
	vetted = cold("vet", "CPU time of a cold `go vet ./...`: program, command, sandbox and all tests", 0.75, "vet", "./...")
)

// cold compares a command of go's with the same on a program that uses the SDK in the usual way. The
// second goes on where the first has ended: what both have to compile is compiled once.
func cold(name, what string, target float64, command, packages string) figure {
	return figure{
		name: name, what: what, target: target,
		against: "the same with `pulumi-kubernetes/.../helm/v3` imported, the usual way to a Helm release",
		measure: func(ctx context.Context, b *bench) (s samples, err error) {
			cache, err := os.MkdirTemp(b.dir, "cache-")
			if err != nil {
				return s, err
			}
			defer func() { err = errors.Join(err, os.RemoveAll(cache)) }()
			ours, err := processor(ctx, b, cache, "", command, packages)
			if err != nil {
				return s, err
			}
			more, err := processor(ctx, b, cache, usualImport, command, packages)
			return samples{Unit: "s", Ours: []float64{ours.Seconds()}, Against: []float64{(ours + more).Seconds()}}, err
		},
	}
}

// processor runs a command of go's, with one more import in the root program if given, and returns the
// CPU time of go and all its children: of what the cache does not have yet.
func processor(ctx context.Context, b *bench, cache, extra, command, packages string) (time.Duration, error) {
	args := []string{command, "-trimpath"}
	if command == "build" {
		args = append(args, "-o", filepath.Join(b.dir, "program"))
	}
	if extra != "" {
		overlay, err := overlayImport(b, extra)
		if err != nil {
			return 0, err
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, packages)...)
	cmd.Dir, cmd.Env, cmd.Stderr = b.root, append(os.Environ(), "GOCACHE="+cache, "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("go %s: %w", command, err)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// overlayImport adds a file with one import to package main without touching the tree.
func overlayImport(b *bench, path string) (string, error) {
	source := filepath.Join(b.dir, "extra.go")
	if err := os.WriteFile(source, fmt.Appendf(nil, "package main\n\nimport _ %q\n", path), 0o644); err != nil {
		return "", err
	}
	raw, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(b.root, "zz_extra.go"): source}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(b.dir, "overlay.json")
	return overlay, os.WriteFile(overlay, raw, 0o644)
}

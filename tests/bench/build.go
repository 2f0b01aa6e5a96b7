package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const usualImport = "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"

var build = figure{
	name: "build", what: "CPU time of a cold `go build` of the root program, modules already downloaded",
	against: "the same with `pulumi-kubernetes/.../helm/v3` imported, the usual way to a Helm release", target: 0.40,
	measure: func(ctx context.Context, b *bench) (s samples, err error) {
		ours, err := coldBuild(ctx, b, "")
		if err != nil {
			return s, err
		}
		usual, err := coldBuild(ctx, b, usualImport)
		return samples{Unit: "s", Ours: []float64{ours.Seconds()}, Against: []float64{usual.Seconds()}}, err
	},
}

// coldBuild compiles the root program with an empty build cache, and one more import if given,
// and returns the CPU time of the compiler and all its children.
func coldBuild(ctx context.Context, b *bench, extra string) (time.Duration, error) {
	cache, err := os.MkdirTemp(b.dir, "cache-")
	if err != nil {
		return 0, err
	}
	args := []string{"build", "-trimpath", "-o", filepath.Join(b.dir, "program")}
	if extra != "" {
		overlay, err := overlayImport(b, extra)
		if err != nil {
			return 0, err
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir, cmd.Env, cmd.Stderr = b.root, append(os.Environ(), "GOCACHE="+cache, "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("go build: %w", err)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), os.RemoveAll(cache)
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

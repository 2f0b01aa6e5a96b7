// Command bench measures what can be measured on one machine as a ratio in one run, and writes
// docs/benchmarks.md. Run it by `make bench`; it takes some minutes.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	fmt.Println("cold build of the program ...")
	ours, err := coldBuild(root, dir, "")
	if err != nil {
		return err
	}
	fmt.Printf("  %s CPU\ncold build with helm/v3 imported ...\n", ours.Round(time.Second))
	usual, err := coldBuild(root, dir, "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3")
	if err != nil {
		return err
	}
	fmt.Printf("  %s CPU, ratio %.2f\n", usual.Round(time.Second), ours.Seconds()/usual.Seconds())
	return os.WriteFile(filepath.Join(root, "docs", "benchmarks.md"), []byte(page(ours, usual)), 0o644)
}

// coldBuild compiles the root program with an empty build cache, and one more import if given,
// and returns the CPU time of the compiler and all its children.
func coldBuild(root, dir, extra string) (time.Duration, error) {
	cache, err := os.MkdirTemp(dir, "cache-")
	if err != nil {
		return 0, err
	}
	args := []string{"build", "-trimpath", "-o", filepath.Join(dir, "program")}
	if extra != "" {
		overlay, err := overlayImport(root, dir, extra)
		if err != nil {
			return 0, err
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir, cmd.Env, cmd.Stderr = root, append(os.Environ(), "GOCACHE="+cache, "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("go build: %w", err)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), os.RemoveAll(cache)
}

// overlayImport adds a file with one import to package main without touching the tree.
func overlayImport(root, dir, path string) (string, error) {
	source := filepath.Join(dir, "extra.go")
	if err := os.WriteFile(source, fmt.Appendf(nil, "package main\n\nimport _ %q\n", path), 0o644); err != nil {
		return "", err
	}
	raw, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "zz_extra.go"): source}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, raw, 0o644)
}

func page(ours, usual time.Duration) string {
	return fmt.Sprintf(`# Benchmarks

Written by `+"`make bench`"+` (%s, %s/%s, %d processors). Machines differ, ratios travel.

| what | this program | against | ratio | target |
|---|---|---|---|---|
| CPU time of a cold `+"`go build`"+` of the root program, modules already downloaded | %.0f s | %.0f s with `+"`pulumi-kubernetes/.../helm/v3`"+` imported, the usual way to a Helm release | %.2f | at most 0.40 |
`, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), ours.Seconds(), usual.Seconds(), ours.Seconds()/usual.Seconds())
}

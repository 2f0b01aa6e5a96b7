package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// goEnv is what `go env` says in a module's folder, where a toolchain line of its
// go.mod may have chosen another Go than the one on PATH.
type goEnv struct {
	GOVERSION, GOOS, GOARCH        string
	GOAMD64, GOARM, GOARM64        string
	GOEXPERIMENT, GOFIPS140        string
	GOCACHE, GOMODCACHE, GOPROXY   string
	GOTOOLCHAIN, GOTMPDIR, GOFLAGS string
}

// identity is the part of the environment that changes the result of a build.
func (e goEnv) identity() string {
	return strings.Join([]string{
		e.GOVERSION, e.GOOS, e.GOARCH, e.GOAMD64, e.GOARM, e.GOARM64, e.GOEXPERIMENT, e.GOFIPS140,
	}, " ")
}

// buildEnv is the environment of every go command here. All modules are built
// with the same flags and without cgo: packages are then compiled once for all of
// them, no C compiler is needed, and a binary runs wherever it is copied to. Unless
// the environment has GOGC, compilers collect garbage half as often as by default (docs/toolchain.md).
func buildEnv(tmp string) []string {
	return append(append([]string{"GOGC=200"}, os.Environ()...),
		"CGO_ENABLED=0",
		"GOFLAGS=-trimpath -buildvcs=false -mod=readonly",
		"GOWORK=off",
		"GOTMPDIR="+tmp,
	)
}

// readGoEnv asks the go command for its settings in dir.
func readGoEnv(ctx context.Context, goCmd, dir string) (goEnv, error) {
	var e goEnv
	cmd := exec.CommandContext(ctx, goCmd, "env", "-json", "GOVERSION", "GOOS", "GOARCH", "GOAMD64", "GOARM",
		"GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOTOOLCHAIN")
	cmd.Dir, cmd.Env = dir, buildEnv("")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		text := strings.TrimSpace(stderr.String())
		return e, &Failure{Tool: filepath.Base(dir), Step: "go env", Err: err, Tail: text, Cause: suspect(text, e)}
	}
	if err := json.Unmarshal(out, &e); err != nil {
		return e, fmt.Errorf("go env in %s: %w", dir, err)
	}
	return e, nil
}

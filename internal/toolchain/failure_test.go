package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFailedBuildSaysWhatAndWhy(t *testing.T) {
	b := newBench(t, "ok")
	require.NoError(t, b.builder("bin").Run(t.Context(), "etcd"))
	b.mode("go: example.org/dep@v1.0.0: Get \"https://proxy/\": dial tcp: lookup proxy: no such host")
	builder := b.builder("bin")
	err := builder.Run(t.Context(), "etcd", "kwok")
	var failure *Failure
	require.ErrorAs(t, err, &failure)
	assert.EqualError(t, err, "kwok: building: exit status 1 after "+short(failure.After)+"\n"+
		"  | go: example.org/dep@v1.0.0: Get \"https://proxy/\": dial tcp: lookup proxy: no such host\n"+
		"likely cause: a module cannot be downloaded (GOPROXY=https://proxy): check the network, HTTPS_PROXY and GOPROXY, "+
		"then run it again; what was downloaded is kept\n"+
		"whole output: "+failure.Log+"\n"+
		"ready: etcd")
	log, err := os.ReadFile(failure.Log)
	require.NoError(t, err)
	assert.Contains(t, string(log), "example.org/dep/one\n", "the log holds what the message leaves out")
	assert.NoFileExists(t, filepath.Join(builder.Bin, "kwok"))
}

func TestSuspicions(t *testing.T) {
	env := goEnv{GOVERSION: "go1.24.0", GOCACHE: "/c", GOMODCACHE: "/m", GOPROXY: "off", GOTOOLCHAIN: "local"}
	for output, cause := range map[string]string{
		"write /c/ab: no space left on device": "the disk is full; what grows is /c and /m: free space there (go clean -cache " +
			"empties the first) or point GOCACHE and GOMODCACHE to another disk",
		"go: go.mod requires go >= 1.25.11 (running go 1.24.0; GOTOOLCHAIN=local)": "Go is too old (go1.24.0): install a " +
			"newer one, or allow its download with GOTOOLCHAIN=auto (now \"local\")",
		"x.go:3:2: missing go.sum entry for module": "go.mod and go.sum do not fit together: run go get for the module " +
			"that is named, in its folder below tools/",
		"reading https://proxy: 403 Forbidden": "a module cannot be downloaded (GOPROXY=off): check the network, " +
			"HTTPS_PROXY and GOPROXY, then run it again; what was downloaded is kept",
		"compile: signal: killed":       "memory ran out: a build needs up to 3 GB; close other programs, or build with GOMAXPROCS=1",
		"open /c/ab: permission denied": "a folder cannot be written; Go writes to /c and /m",
		"./main.go:3:15: undefined: x":  "",
	} {
		assert.Equal(t, cause, suspect(output, env), output)
	}
}

func TestTailLeavesOutProgress(t *testing.T) {
	var long strings.Builder
	for range 2 * tailLines {
		long.WriteString("example.org/dep\nx.go:1:1: undefined: x\n")
	}
	assert.Equal(t, tailLines, strings.Count(tail(long.String()), "undefined"))
	assert.Equal(t, "# example.org/dep\nx.go:1:1: no", tail("go: downloading a v1\nexample.org/dep\n# example.org/dep\nx.go:1:1: no\n"))
}

func TestFailureWithoutOutput(t *testing.T) {
	f := &Failure{Tool: "etcd", Step: "building", Err: errors.New("exit status 2"), After: 61 * time.Second}
	assert.EqualError(t, f, "etcd: building: exit status 2 after 1m1s")
}

func TestNoSpace(t *testing.T) {
	b := newBench(t, "ok")
	b.Setenv(CacheVariable, b.cache)
	free := map[string]uint64{"/gocache": 300, "/gomod": 50}
	usage := func(dir string) (uint64, uint64, error) {
		if f, ok := free[dir]; ok {
			return f, f, nil
		}
		return 1 << 20, 1, nil
	}
	tool := Tool{Name: "etcd", Disk: Disk{Build: 400, Modules: 20}}
	env := goEnv{GOCACHE: "/gocache", GOMODCACHE: "/gomod"}
	assert.EqualError(t, checkSpace(tool, env, b.cache, usage), "etcd: not enough disk space: the build needs up to 400 MB "+
		"in /gocache, 300 MB are free there: free some, point GOCACHE, GOMODCACHE or STREAMFORGE_TOOLCHAIN_CACHE to another "+
		"disk, or build anyway with -skip-space-check")
	free["/gocache"] = 500
	require.NoError(t, checkSpace(tool, env, b.cache, usage))

	oneDisk := func(string) (uint64, uint64, error) { return 419, 7, nil }
	assert.ErrorContains(t, checkSpace(tool, env, b.cache, oneDisk), "needs up to 1120 MB in /gocache and /gomod and "+b.cache,
		"folders on one disk need the sum")

	builder := b.builder("bin")
	builder.usage = oneDisk
	assert.ErrorContains(t, builder.Run(t.Context(), "etcd"), "etcd: not enough disk space")
	builder.SkipSpaceCheck = true
	assert.NoError(t, builder.Run(t.Context(), "etcd"))
}

func TestStatDiskOfAFolderThatIsStillMissing(t *testing.T) {
	dir := t.TempDir()
	_, want, err := statDisk(dir)
	require.NoError(t, err)
	free, device, err := statDisk(filepath.Join(dir, "not", "yet"))
	require.NoError(t, err)
	assert.Equal(t, want, device)
	assert.NotZero(t, free)
}

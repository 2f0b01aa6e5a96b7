package toolchain

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBuildsOnceForAllClones(t *testing.T) {
	b := newBench(t, "ok")
	require.NoError(t, b.builder("bin").Run(t.Context(), "etcd"))
	assert.Equal(t, 1, b.builds())
	assert.Contains(t, b.out.String(), "[1/1] etcd")
	assert.Contains(t, b.out.String(), "built 0s\n")

	require.NoError(t, b.builder("bin").Run(t.Context(), "etcd"))
	assert.Contains(t, b.out.String(), "up to date\n")
	require.NoError(t, b.builder("second-clone").Run(t.Context(), "etcd"))
	assert.Contains(t, b.out.String(), "cached\n")
	assert.Equal(t, 1, b.builds(), "neither may compile again")
	assert.NoError(t, Check(filepath.Join(b.root, "bin"), "etcd"))
}

func TestRebuildsWhatChanged(t *testing.T) {
	b := newBench(t, "ok")
	run := func() string {
		require.NoError(t, b.builder("bin").Run(t.Context(), "etcd", "kwok"))
		return b.out.String()
	}
	run()
	b.source("kwok", "go.sum", "other sums")
	assert.Contains(t, run(), "[1/2] etcd                        up to date\n")
	assert.Equal(t, 3, b.builds(), "kwok alone")
	t.Setenv("FAKE_GO_VERSION", "2.0.0")
	run()
	assert.Equal(t, 5, b.builds(), "both with another Go")
}

func TestFlagsAreTheSameForEveryModule(t *testing.T) {
	b := newBench(t, "ok")
	require.NoError(t, b.builder("bin").Run(t.Context(), "kube-scheduler"))
	calls, err := os.ReadFile(b.calls)
	require.NoError(t, err)
	assert.Contains(t, string(calls), "build -v -ldflags=-s -w -X k8s.io/component-base/version.gitVersion=v"+kubernetesVersion)
	assert.Contains(t, string(calls), " k8s.io/kubernetes/cmd/kube-scheduler\n")
}

func TestGeneratorRunsBeforeTheBuild(t *testing.T) {
	b := newBench(t, "ok")
	require.NoError(t, b.builder("bin").Run(t.Context(), "pulumi-resource-kubernetes"))
	calls, err := os.ReadFile(b.calls)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(calls)), "\n")
	require.Len(t, lines, 2)
	assert.Regexp(t, `^gen build -v -ldflags=-s -w -o \S+ ./gen$`, lines[0])
	assert.Regexp(t, `^\S+ build -v -modfile=generated/build.mod -ldflags=-s -w -o \S+ \.$`, lines[1])
	assert.NoDirExists(t, filepath.Join(b.root, "tools", "pulumi-resource-kubernetes", generated), "the tree stays clean")
}

func TestInterruptionLeavesNothingHalf(t *testing.T) {
	b := newBench(t, "ok")
	require.NoError(t, b.builder("bin").Run(t.Context(), "etcd"))
	b.mode("hang")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := make(chan error, 1)
	builder := b.builder("bin")
	go func() { result <- builder.Run(ctx, "etcd", "kwok") }()
	require.Eventually(t, func() bool { return b.builds() == 2 }, 10*time.Second, 10*time.Millisecond)
	cancel()
	err := <-result
	assert.EqualError(t, err, "interrupted while building kwok; ready: etcd; "+
		"what was compiled is kept, the next run goes on from there")
	assert.Equal(t, []string{manifestName, "etcd"}, b.files(builder.Bin))
	for _, key := range b.files(b.cache) {
		left := b.files(filepath.Join(b.cache, key))
		assert.Subset(t, []string{"build.log", "lock", "etcd"}, left)
	}
	b.mode("ok")
	require.NoError(t, b.builder("bin").Run(t.Context(), "etcd", "kwok"))
	assert.NoError(t, Check(builder.Bin, "etcd", "kwok"))
}

func TestSecondBuildOfTheSameToolWaits(t *testing.T) {
	b := newBench(t, "ok")
	builder := b.builder("bin")
	env, err := readGoEnv(t.Context(), builder.goCommand(), b.root)
	require.NoError(t, err)
	tools, err := find([]string{"etcd"})
	require.NoError(t, err)
	sources, err := sourceHash(builder.moduleDir(tools[0]))
	require.NoError(t, err)
	held := filepath.Join(b.cache, key(tools[0], sources, env), "lock")
	unlock, err := lock(t.Context(), held, func() {})
	require.NoError(t, err)
	waits := make(chan error, 1)
	go func() {
		release, err := lock(t.Context(), held, func() { unlock() })
		if err == nil {
			release()
		}
		waits <- err
	}()
	require.NoError(t, <-waits)
	require.NoError(t, builder.Run(t.Context(), "etcd"))
}

func TestUnknownTool(t *testing.T) {
	b := newBench(t, "ok")
	assert.EqualError(t, b.builder("bin").Run(t.Context(), "kubeadm"), `tool "kubeadm": unknown: want one of pulumi, etcd, etcdctl, etcdutl, `+
		"kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, kwok, pulumi-resource-proxmoxve, pulumi-resource-tls, "+
		"pulumi-resource-keycloak, vault, pulumi-resource-vault, pulumi-resource-kubernetes")
}

// With the real go command and modules so small that they need no network.
func TestRealGo(t *testing.T) {
	b := newBench(t, "")
	path, err := exec.LookPath("go")
	if err != nil {
		path = filepath.Join("/usr/local/go/bin", "go")
	}
	b.source("etcd", "go.mod", "module go.etcd.io/etcd/server/v3\n\ngo 1.25\n")
	b.source("etcd", "main.go", "package main\n\nfunc main() { println(\"it runs\") }\n")
	builder := b.builder("bin")
	builder.Go = path
	require.NoError(t, builder.Run(t.Context(), "etcd"))
	out, err := exec.CommandContext(t.Context(), filepath.Join(builder.Bin, "etcd")).CombinedOutput()
	require.NoError(t, err)
	assert.Equal(t, "it runs\n", string(out))

	b.source("etcd", "main.go", "package main\n\nfunc main() { missing() }\n")
	var failure *Failure
	require.ErrorAs(t, builder.Run(t.Context(), "etcd"), &failure)
	assert.Equal(t, "etcd", failure.Tool)
	assert.Equal(t, "# go.etcd.io/etcd/server/v3\n./main.go:3:15: undefined: missing", failure.Tail)
}

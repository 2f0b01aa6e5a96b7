package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckNamesEveryProblem(t *testing.T) {
	b := newBench(t, "ok")
	builder := b.builder("bin")
	require.NoError(t, builder.Run(t.Context(), "etcd", "kube-apiserver", "kube-scheduler", "kwok"))
	bin := builder.Bin
	require.NoError(t, Check(bin, "etcd", "kube-apiserver", "kube-scheduler", "kwok"))

	require.NoError(t, os.Remove(filepath.Join(bin, "etcd")))
	m, err := readManifest(bin)
	require.NoError(t, err)
	old := m["kube-scheduler"]
	old.Version = "1.32.0"
	require.NoError(t, record(bin, "kube-scheduler", old))
	b.source("kwok", "go.sum", "other sums")
	require.NoError(t, os.WriteFile(filepath.Join(bin, "pulumi"), nil, 0o600))
	apiserver := filepath.Join(bin, "kube-apiserver")
	require.NoError(t, os.Remove(apiserver))
	require.NoError(t, os.WriteFile(apiserver, []byte("another"), 0o600))

	assert.EqualError(t, Check(bin, "pulumi", "etcd", "kube-apiserver", "kube-scheduler", "kwok"),
		"tools in "+bin+": pulumi was not put there by make tools; etcd is missing; "+
			"kube-apiserver was changed after make tools put it there; kube-scheduler is 1.32.0, must be 1.33.13; "+
			"kwok was built before tools/kwok changed: run make tools")
	assert.ErrorContains(t, Check(bin, "kubeadm"), `tool "kubeadm": unknown`)
	assert.ErrorContains(t, Check(bin), "pulumi-resource-tls is missing", "no name means all")

	builder = b.builder("bin")
	require.NoError(t, builder.Run(t.Context(), "pulumi", "etcd", "kube-apiserver", "kube-scheduler", "kwok"))
	assert.NoError(t, Check(bin, "pulumi", "etcd", "kube-apiserver", "kube-scheduler", "kwok"))
}

func TestCheckWithoutBin(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bin")
	assert.EqualError(t, Check(dir, "etcd"), "tools in "+dir+": etcd is missing: run make tools")
}

func TestBrokenManifest(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, manifestName)
	require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
	assert.EqualError(t, Check(dir), file+": unexpected end of JSON input: remove the file")
}

// installPulumi puts a command on PATH that says it is Pulumi of this version.
func installPulumi(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "pulumi")
	script := fmt.Sprintf("#!/bin/sh\n[ \"$1\" = version ] && echo %s\n", version)
	require.NoError(t, os.WriteFile(path, []byte(script), 0o700))
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return path
}

func TestInstalledPulumiIsUsed(t *testing.T) {
	b := newBench(t, "ok")
	path := installPulumi(t, "v3.260.1")
	builder := b.builder("bin")
	require.NoError(t, builder.Run(t.Context(), "pulumi"))
	assert.Contains(t, b.out.String(), "installed 3.260.1 ("+path+")\n")
	assert.Zero(t, b.builds())
	require.NoError(t, Check(builder.Bin, "pulumi"))

	builder = b.builder("bin")
	builder.BuildPulumi = true
	require.NoError(t, builder.Run(t.Context(), "pulumi"))
	assert.Equal(t, 2, b.builds(), "the opt-out builds it, its generator first")
	require.NoError(t, Check(builder.Bin, "pulumi"))

	require.NoError(t, b.builder("bin").Run(t.Context(), "pulumi"))
	require.NoError(t, os.Remove(path))
	assert.EqualError(t, Check(builder.Bin, "pulumi"),
		"tools in "+builder.Bin+": pulumi links to "+path+", which is gone: run make tools")
	require.NoError(t, b.builder("bin").Run(t.Context(), "pulumi"))
	assert.NoError(t, Check(builder.Bin, "pulumi"))
}

func TestUnsuitablePulumiIsNotUsed(t *testing.T) {
	for _, version := range []string{"v3.255.9", "v4.0.0", "v3.256.0-dev", "nonsense"} {
		b := newBench(t, "ok")
		installPulumi(t, version)
		require.NoError(t, b.builder("bin").Run(t.Context(), "pulumi"))
		assert.Equal(t, 2, b.builds(), version)
	}
}

func TestOwnPulumiOnPathIsNotAnInstalledOne(t *testing.T) {
	b := newBench(t, "ok")
	bin := filepath.Join(b.root, "bin")
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	require.NoError(t, b.builder("bin").Run(t.Context(), "pulumi"))
	require.NoError(t, b.builder("bin").Run(t.Context(), "pulumi"))
	assert.Contains(t, b.out.String(), "up to date")
}

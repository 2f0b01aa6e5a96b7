package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/engine"
)

func TestInventoryIsWrittenAndTheRestLeftAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "homelab")
	files := map[string]string{"hosts.yaml": "all: {}\n", "group_vars/all/all.yml": "ansible_user: ops\n"}
	changed, err := writeInventory(dir, files)
	require.NoError(t, err)
	assert.Equal(t, []string{"group_vars/all/all.yml", "hosts.yaml"}, changed, "hosts.yaml must come last")

	own := filepath.Join(dir, "group_vars", "all", "zz-local.yml")
	require.NoError(t, os.WriteFile(own, []byte("mine: true\n"), 0o600))
	files["group_vars/all/all.yml"] = "ansible_user: root\n"
	changed, err = writeInventory(dir, files)
	require.NoError(t, err)
	assert.Equal(t, []string{"group_vars/all/all.yml"}, changed)
	assert.FileExists(t, own)

	var found []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, filepath.Base(path))
		}
		return err
	}))
	assert.Equal(t, []string{"all.yml", "zz-local.yml", "hosts.yaml"}, found, "nothing temporary is left")
}

func TestInventoryOfAStack(t *testing.T) {
	got, err := inventoryFiles("homelab", map[string]any{"hosts.yaml": "x"})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"hosts.yaml": "x"}, got)

	const old = "; run `streamforge up -s homelab` with this version of the program"
	for name, tt := range map[string]struct {
		output any
		want   string
	}{
		"no run yet": {nil, "inventory of homelab: the stack has none yet, its machines are still to be made; " +
			"run `streamforge up -s homelab` first"},
		"outside the folder": {map[string]any{"../x": "y"}, `inventory of homelab: "../x" is no file of an inventory` + old},
		"not text":           {map[string]any{"x": 1.0}, `inventory of homelab: "x" is no file of an inventory` + old},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inventoryFiles("homelab", tt.output)
			require.EqualError(t, err, tt.want)
		})
	}
}

func TestHandoverReadsAFileOrStandardInput(t *testing.T) {
	a := &app{in: bytes.NewBufferString("from a pipe")}
	raw, err := a.read(t.Context(), "-")
	require.NoError(t, err)
	assert.Equal(t, "from a pipe", string(raw))

	_, err = a.read(t.Context(), "missing/admin.conf")
	require.EqualError(t, err, "kubeconfig: open missing/admin.conf: no such file or directory; "+
		"Kubespray writes it at the end of cluster.yml; see docs/deploy.md")
	assert.Equal(t, engine.NotReady, engine.KindOf(err))
}

func TestHandoverListsEveryProblem(t *testing.T) {
	err := refused("-", errors.New("one"))
	require.EqualError(t, err, "kubeconfig from standard input is not taken: one")
	err = refused("admin.conf", errors.New("one"))
	require.EqualError(t, err, "kubeconfig admin.conf is not taken: one")
	err = refused("admin.conf", errors.Join(errors.New("one"), errors.New("two")))
	require.EqualError(t, err, "kubeconfig admin.conf is not taken: 2 problems\n  one\n  two")
	assert.Equal(t, engine.Refused, engine.KindOf(err))
}

func TestHandoverReadsTheCluster(t *testing.T) {
	dir := t.TempDir()
	write := func(cluster string) engine.Project {
		content := "config:\n  streamforge:handover: {cluster: true}\n  streamforge:cluster: " + cluster + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.homelab.yaml"), []byte(content), 0o600))
		return engine.Project{Dir: dir, Stack: "homelab"}
	}
	c, done, err := clusterOf(write("{vip: 192.168.1.150, apiPort: 6443}"))
	require.NoError(t, err)
	assert.Equal(t, "https://192.168.1.150:6443", c.Server())
	assert.True(t, done)

	_, _, err = clusterOf(write("{apiPort: 6443}"))
	require.EqualError(t, err, "stack homelab: cluster.vip is missing, so there is no address to hand over")
}

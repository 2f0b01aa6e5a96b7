package toolchain

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReplaceFileKeepsTheOldOneOnFailure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	broken := errors.New("broken")
	require.ErrorIs(t, replaceFile(path, func(tmp string) error {
		require.NoError(t, os.WriteFile(tmp, []byte("ne"), 0o600))
		return broken
	}), broken)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestCopyKeepsTheMode(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	require.NoError(t, os.WriteFile(from, []byte("text"), 0o500))
	require.NoError(t, copyFile(from, to))
	fi, err := os.Stat(to)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), fi.Mode().Perm())
}

func TestPruneRemovesWhatWasNotUsedForLong(t *testing.T) {
	cache := t.TempDir()
	for _, name := range []string{"old", "young"} {
		require.NoError(t, os.Mkdir(filepath.Join(cache, name), 0o750))
	}
	long := time.Now().Add(-unused - time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(cache, "old"), long, long))
	require.NoError(t, prune(cache, time.Now()))
	assert.NoDirExists(t, filepath.Join(cache, "old"))
	assert.DirExists(t, filepath.Join(cache, "young"))
}

func TestDefaultCache(t *testing.T) {
	t.Setenv(CacheVariable, "/elsewhere")
	dir, err := DefaultCache()
	require.NoError(t, err)
	assert.Equal(t, "/elsewhere", dir)
	t.Setenv(CacheVariable, "")
	t.Setenv("XDG_CACHE_HOME", "/xdg")
	dir, err = DefaultCache()
	require.NoError(t, err)
	assert.Equal(t, "/xdg/streamforge/toolchain", dir)
}

func TestProgressOfALog(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, total: 12}
	p.next("etcd")
	p.begin("building", nil)
	p.end("built 3s")
	assert.Equal(t, "[ 1/12] etcd                        building…\n[ 1/12] etcd                        built 3s\n", out.String())
}

func TestProgressOfATerminal(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, live: true, total: 2}
	p.next("etcd")
	p.begin("building", func() string { return "7 packages" })
	p.mu.Lock()
	p.draw(72 * time.Second)
	p.mu.Unlock()
	p.end("built 1m13s")
	const line = "\r\x1b[K[1/2] etcd                        "
	assert.Equal(t, line+"building…"+line+"building… 1m12s, 7 packages"+line+"built 1m13s\n", out.String())
}

func TestOutputTellsHowFarABuildIs(t *testing.T) {
	var log bytes.Buffer
	o := &output{log: &log}
	for _, step := range []struct{ text, want string }{
		{"go: downloading example.org/dep v1.0.0\n", "downloading example.org/dep"},
		{"example.org/", "downloading example.org/dep"},
		{"dep\nexample.org/other\n", "2 packages"},
		{"# example.org/other\nx.go:1:1: no\n", "2 packages"},
	} {
		_, err := o.Write([]byte(step.text))
		require.NoError(t, err)
		assert.Equal(t, step.want, o.progress(), step.text)
	}
	assert.Equal(t, o.String(), log.String())
}

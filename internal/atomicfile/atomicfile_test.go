package atomicfile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	require.NoError(t, Write(file, []byte("old"), 0o600))
	require.NoError(t, os.Symlink("file", link))
	reader, err := os.Open(file)
	require.NoError(t, err)
	defer reader.Close()

	require.NoError(t, Write(link, []byte("new"), 0o640))
	seen, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.Equal(t, "old", string(seen), "who reads meanwhile has the whole of the old content")
	now, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "new", string(now))
	info, err := os.Lstat(file)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o640), info.Mode(), "the mode does not depend on the umask")
	info, err = os.Lstat(link)
	require.NoError(t, err)
	assert.Equal(t, fs.ModeSymlink, info.Mode().Type())
	onlyThese(t, dir, "file", "link")
}

func TestWriteToAPipe(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // for reading alone it would wait for a writer
	require.NoError(t, err)
	defer reader.Close()
	require.NoError(t, Write(pipe, []byte("text"), 0o600))
	got := make([]byte, 4)
	_, err = io.ReadFull(reader, got)
	require.NoError(t, err)
	assert.Equal(t, "text", string(got))
	onlyThese(t, dir, "pipe")
}

func TestWriteThatFails(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	require.ErrorIs(t, Write(filepath.Join(dir, "none", "file"), nil, 0o600), fs.ErrNotExist)
	require.ErrorContains(t, Write(filepath.Join(dir, "folder"), nil, 0o600), "is a directory")
	onlyThese(t, dir, "folder")
}

func onlyThese(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, want, names)
}

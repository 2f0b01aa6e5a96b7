package toolchain

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// CacheVariable names the environment variable that overrides where artifacts are kept.
const CacheVariable = "STREAMFORGE_TOOLCHAIN_CACHE"

// unused is how long an artifact stays in the cache after its last use.
const unused = 60 * 24 * time.Hour

// DefaultCache is the folder that keeps the artifacts of all clones of one user:
// $STREAMFORGE_TOOLCHAIN_CACHE, else streamforge/toolchain in the user's cache
// directory. It fails when neither is known.
func DefaultCache() (string, error) {
	if dir := os.Getenv(CacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("cache directory: %w: set %s", err, CacheVariable)
	}
	return filepath.Join(dir, "streamforge", "toolchain"), nil
}

// artifact is one built program in the cache.
type artifact struct{ dir, name string }

func (a artifact) path() string { return filepath.Join(a.dir, a.name) }
func (a artifact) log() string  { return filepath.Join(a.dir, "build.log") }

// exists says whether the artifact is complete: it is moved into place when it is.
func (a artifact) exists() bool {
	fi, err := os.Stat(a.path())
	return err == nil && fi.Mode().IsRegular() && fi.Size() > 0
}

// install puts the artifact into bin, as a hard link where both are on one disk,
// and marks it as used. A program that runs keeps its old file.
func (a artifact) install(bin string) error {
	now := time.Now()
	if err := os.Chtimes(a.dir, now, now); err != nil {
		return err
	}
	return replaceFile(filepath.Join(bin, a.name), func(tmp string) error {
		if os.Link(a.path(), tmp) == nil {
			return nil
		}
		return copyFile(a.path(), tmp)
	})
}

// prune removes artifacts that were not used for long. What another process is
// building now is young.
func prune(cache string, now time.Time) error {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if fi, err := e.Info(); err == nil && e.IsDir() && now.Sub(fi.ModTime()) > unused {
			errs = append(errs, os.RemoveAll(filepath.Join(cache, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// replaceFile lets write create a new file and moves it over path: readers see
// the old file or the new one, an interruption leaves the old one.
func replaceFile(path string, write func(tmp string) error) error {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	tmp := filepath.Join(dir, filepath.Base(path))
	if err := write(tmp); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// copyFile copies contents and mode.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	fi, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fi.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return nil
}

// isMissing says whether a path does not exist, without following a link.
func isMissing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// Package charts fills a mirror: a folder that holds every pinned chart and manifest, so that a
// site needs nothing from upstream while it deploys.
package charts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"helm.sh/helm/v3/pkg/repo"

	"github.com/streamforge/infrastructure/internal/atomicfile"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Mirror is a folder to fill and the lock file that it must agree with.
type Mirror struct {
	Dir  string    // made if it does not exist
	Lock string    // internal/pins/lock.json or one like it; made if it does not exist
	Out  io.Writer // a line for each file
}

// ErrChanged marks a file whose content is not what was pulled the first time.
var ErrChanged = errors.New("content changed upstream")

// Pull brings every chart and manifest into the mirror and writes the index that makes the folder
// a Helm repository when served over HTTP. Files that are there and match the lock are kept. All
// failures come back together; what could be pulled stays, and the lock file names it.
func (m Mirror) Pull(ctx context.Context, charts []pins.Chart, manifests []pins.Manifest) error {
	lock, err := readLock(m.Lock)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range charts {
		errs = append(errs, m.ensure(ctx, lock, c.File(), fmt.Sprintf("chart %s %s from %s", c.Name, c.Version, c.Repo),
			func() ([]byte, error) { return fetchChart(c) }))
	}
	for _, f := range manifests {
		for _, name := range f.Files {
			errs = append(errs, m.ensure(ctx, lock, f.File(name), fmt.Sprintf("manifest %s %s from %s", f.Name, f.Version, f.URL(name)),
				func() ([]byte, error) { return get(ctx, f.URL(name)) }))
		}
	}
	if err := ctx.Err(); err != nil {
		errs = append(errs, fmt.Errorf("pull into %s: %w; what was pulled stays, run it again for the rest", m.Dir, err))
	}
	errs = append(errs, lock.write(m.Lock), m.index())
	return errors.Join(errs...)
}

// ensure has one file in the mirror, fetched when it is missing or damaged, unless ctx has ended.
func (m Mirror) ensure(ctx context.Context, lock lock, file, what string, fetch func() ([]byte, error)) error {
	if ctx.Err() != nil {
		return nil
	}
	path := filepath.Join(m.Dir, filepath.FromSlash(file))
	if have, err := os.ReadFile(path); err == nil && lock[file] == digest(have) {
		fmt.Fprintf(m.Out, "kept    %s\n", file)
		return nil
	}
	content, err := fetch()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	sum := digest(content)
	if want, known := lock[file]; known && want != sum {
		return fmt.Errorf("%s: %w: sha256 %s, locked %s; if upstream's reason for it is known, delete the line of %s in %s",
			what, ErrChanged, sum, want, file, m.Lock)
	}
	if err := store(path, content); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	lock[file] = sum
	fmt.Fprintf(m.Out, "pulled  %s\n", file)
	return nil
}

func (m Mirror) index() error {
	if err := os.MkdirAll(m.Dir, 0o755); err != nil {
		return err
	}
	index, err := repo.IndexDirectory(m.Dir, "")
	if err != nil {
		return fmt.Errorf("index of %s: %w", m.Dir, err)
	}
	index.SortEntries()
	return index.WriteFile(filepath.Join(m.Dir, "index.yaml"), 0o644)
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// store makes the file's folder too.
func store(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, content, 0o644)
}

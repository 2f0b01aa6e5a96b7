package toolchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// manifestName is the file in bin/ that says what every program there is.
const manifestName = ".toolchain.json"

// manifest describes the programs of a bin/ folder by name.
type manifest map[string]entry

// entry describes one program as it was put into bin/.
type entry struct {
	Version  string    `json:"version"`
	Key      string    `json:"key,omitempty"`      // of the artifact in the cache
	Sources  string    `json:"sources,omitempty"`  // hash of the module it was built from
	External string    `json:"external,omitempty"` // installed program that the link in bin/ points to
	Size     int64     `json:"size"`               // of the program, or of what the link points to
	Modified time.Time `json:"modified"`           // likewise
}

// sameFile says whether a file still is what the entry was written for.
func (e entry) sameFile(fi fs.FileInfo) bool {
	return fi.Size() == e.Size && fi.ModTime().Equal(e.Modified)
}

// readManifest returns an empty manifest when bin has none.
func readManifest(bin string) (manifest, error) {
	m := manifest{}
	b, err := os.ReadFile(filepath.Join(bin, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s: %w: remove the file", filepath.Join(bin, manifestName), err)
	}
	return m, nil
}

// record puts the program that is now in bin under name into the manifest.
func record(bin, name string, e entry) error {
	m, err := readManifest(bin)
	if err != nil {
		return err
	}
	fi, err := os.Stat(filepath.Join(bin, name))
	if err != nil {
		return err
	}
	e.Size, e.Modified = fi.Size(), fi.ModTime()
	m[name] = e
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(bin, manifestName), func(tmp string) error {
		return os.WriteFile(tmp, append(b, '\n'), 0o644)
	})
}

package toolchain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Check says whether the named tools of dir, all without names, are there and are
// what this version of the project needs. Its error names each one that is not
// and how to get it. It runs none of them and takes a few milliseconds, so it is
// fit to be called before every use.
func Check(dir string, names ...string) error {
	tools, err := find(names)
	if err != nil {
		return err
	}
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	var problems []string
	for _, t := range tools {
		if p := problem(dir, t, m); p != "" {
			problems = append(problems, t.Name+" "+p)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("tools in %s: %s: run make tools", dir, strings.Join(problems, "; "))
}

// problem says what is wrong with one tool, empty when nothing is.
func problem(dir string, t Tool, m manifest) string {
	path := filepath.Join(dir, t.Name)
	if isMissing(path) {
		return "is missing"
	}
	e, known := m[t.Name]
	if !known {
		return "was not put there by make tools"
	}
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.External != "":
		return "links to " + e.External + ", which is gone"
	case err != nil:
		return fmt.Sprintf("cannot be read (%v)", err)
	case !e.sameFile(fi):
		return "was changed after make tools put it there"
	case e.External != "" && !suits(e.Version, t.Version):
		return fmt.Sprintf("is %s, must be %s or a later minor version", e.Version, t.Version)
	case e.External == "" && e.Version != t.Version:
		return fmt.Sprintf("is %s, must be %s", e.Version, t.Version)
	}
	if e.External != "" {
		return ""
	}
	// Without the sources at hand the version alone decides.
	if now, err := sourceHash(filepath.Join(dir, "..", "tools", t.Module)); err == nil && now != e.Sources {
		return "was built before tools/" + t.Module + " changed"
	}
	return ""
}

// Needed is the disk space that building every tool takes, with empty caches; in bytes.
func Needed() (bytes uint64) {
	for _, t := range Tools() {
		bytes += (t.Disk.Build + t.Disk.Modules) << 20
	}
	return bytes + scratch<<20
}

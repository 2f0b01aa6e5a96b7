// Command gen writes, into ./generated, build.mod and build.sum: the module's own with pulumi/pkg
// replaced by a copy with the edits of this package. The toolchain runs it in the module's folder before it
// builds the CLI.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	module = "github.com/pulumi/pulumi/pkg/v3"
	outDir = "generated"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := moduleDir()
	if err != nil {
		return err
	}
	copied := filepath.Join(outDir, "pkg")
	if err := copyModule(dir, copied); err != nil {
		return err
	}
	for _, e := range slices.Concat(edits, encodeOnce) {
		if err := e.apply(copied); err != nil {
			return fmt.Errorf("%s: %w", e.file, err)
		}
	}
	if err := addEncoded(copied); err != nil {
		return err
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	mod = fmt.Appendf(mod, "\nreplace %s => ./%s\n", module, filepath.ToSlash(copied))
	return errors.Join(
		os.WriteFile(filepath.Join(outDir, "build.mod"), mod, 0o644),
		os.WriteFile(filepath.Join(outDir, "build.sum"), sum, 0o644),
	)
}

// moduleDir returns the folder of pulumi/pkg, downloading it if need be.
func moduleDir() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if json.Unmarshal(out, &m) == nil && m.Error != "" {
		return "", fmt.Errorf("module %s: %s", module, m.Error)
	}
	if err != nil {
		return "", fmt.Errorf("module %s: %w", module, err)
	}
	return m.Dir, nil
}

// copyModule leaves out what no build reads, which is most of it.
func copyModule(from, to string) error {
	return fs.WalkDir(os.DirFS(from), ".", func(rel string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case strings.HasSuffix(rel, "_test.go") || !d.Type().IsRegular():
			return nil
		}
		raw, err := os.ReadFile(filepath.Join(from, rel))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), raw, 0o644)
	})
}

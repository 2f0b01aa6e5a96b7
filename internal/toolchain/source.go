package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// recipe is part of every key: a new number rebuilds everything. Raise it when
// the way of building changes what comes out of the same sources.
const recipe = "1"

// generated is the folder of a module that its ./gen fills: no source.
const generated = "generated"

// sourceHash is a hash over names and contents of a module's files, go.mod and
// go.sum among them.
func sourceHash(dir string) (string, error) {
	h := sha256.New()
	err := walkSources(dir, func(rel string) error {
		f, err := os.Open(filepath.Join(dir, rel))
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		part := sha256.New()
		if _, err := io.Copy(part, f); err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%x  %s\n", part.Sum(nil), rel)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("sources in %s: %w", dir, err)
	}
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}

// walkSources calls visit for each regular file of a module, slash-separated and
// relative to dir, in lexical order.
func walkSources(dir string, visit func(rel string) error) error {
	return fs.WalkDir(os.DirFS(dir), ".", func(rel string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && rel == generated:
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		return visit(rel)
	})
}

// stage copies a module's sources to an empty folder. Building there keeps the
// working tree clean of generated files and the sources fixed while a build runs.
func stage(dir, to string) error {
	return walkSources(dir, func(rel string) error {
		b, err := os.ReadFile(filepath.Join(dir, rel))
		if err != nil {
			return err
		}
		dst := filepath.Join(to, rel)
		if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
			return err
		}
		return os.WriteFile(dst, b, 0o644)
	})
}

// key names an artifact by all that decides what it is: sources, recipe, and the
// Go environment of the build.
func key(t Tool, sources string, env goEnv) string {
	parts := append([]string{recipe, t.Name, t.Version, t.Package, t.LDFlags, sources, env.identity()}, t.Generate...)
	if t.Tags != "" {
		parts = append(parts, "-tags="+t.Tags)
	}
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:])[:32]
}

package kube

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/streamforge/infrastructure/internal/atomicfile"
	"github.com/streamforge/infrastructure/internal/pins"
)

// reader gives one file of a manifest.
type reader func(file string) ([]byte, error)

// open prepares reading a manifest's files. Those of a mirror are not held to upstream's digests:
// they were checked when the mirror was filled, and a sandbox's mirror has content of its own.
func (c Charts) open(ctx context.Context, pin pins.Manifest) (reader, error) {
	name := pin.Name + "-" + pin.Version
	mirror := strings.TrimSuffix(c.Mirror, "/")
	switch {
	case strings.HasPrefix(mirror, "oci://"):
		return artifact(ctx, strings.TrimPrefix(mirror, "oci://")+"/"+pin.Name, pin.Version)
	case strings.Contains(mirror, "://"):
		return func(file string) ([]byte, error) { return download(ctx, mirror+"/"+name+"/"+file) }, nil
	case mirror != "":
		return func(file string) ([]byte, error) {
			local := filepath.Join(mirror, name, file)
			if err := present(local); err != nil {
				return nil, err
			}
			return os.ReadFile(local)
		}, nil
	}
	return func(file string) ([]byte, error) { return cached(ctx, name+"/"+file, pin.URL(file)) }, nil
}

// cached reads an upstream file from the user's cache, where a first run leaves it: upstream
// need not answer for every preview.
func cached(ctx context.Context, path, url string) ([]byte, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("no folder for the cache: %w", err)
	}
	file := filepath.Join(dir, "streamforge", "manifests", filepath.FromSlash(path))
	content, err := os.ReadFile(file)
	if err == nil && checkDigest(path, content) == nil {
		return content, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the cache cannot be read: %w", err)
	}
	if content, err = download(ctx, url); err != nil {
		return nil, err
	}
	if err := checkDigest(path, content); err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return content, store(file, content)
}

// store writes a cache file whole or not at all: another run may read it at any moment.
func store(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("the cache cannot be written: %w", err)
	}
	if err := atomicfile.Write(file, content, 0o600); err != nil {
		return fmt.Errorf("the cache cannot be written: %w", err)
	}
	return nil
}

// checkDigest compares content with the lock; what the lock does not know passes.
func checkDigest(path string, content []byte) error {
	want, locked := pins.Digest(path)
	sum := sha256.Sum256(content)
	if got := hex.EncodeToString(sum[:]); locked && got != want {
		return fmt.Errorf("has SHA-256 %s, the lock says %s: upstream changed a released file, or something between changed it", got, want)
	}
	return nil
}

package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// build makes the files. The checksums come last: without them a folder is no release.
func (r Release) build(ctx context.Context, commit string) (err error) {
	work, err := os.MkdirTemp("", "release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	// Folders of different lengths: a path that gets into a binary shows.
	clones := []string{filepath.Join(work, "a"), filepath.Join(work, "another", "folder")}
	for _, dir := range clones {
		if _, err := run(ctx, r.Root, nil, "git", "clone", "--quiet", "--no-tags", r.Root, dir); err != nil {
			return err
		}
		if _, err := run(ctx, dir, nil, "git", "checkout", "--quiet", "--detach", commit); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(r.Dist); err != nil {
		return err
	}
	if err := os.MkdirAll(r.Dist, 0o755); err != nil { //nolint:gosec // to be published
		return err
	}
	var sums strings.Builder
	for _, platform := range r.Platforms {
		name := "streamforge-" + r.Version + "-" + strings.ReplaceAll(platform, "/", "-")
		sum, err := r.twice(ctx, platform, commit, work, clones, filepath.Join(r.Dist, name))
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		fmt.Fprintf(&sums, "%s  %s\n", sum, name)
		fmt.Fprintf(r.Out, "%s  %s, twice the same\n", sum, name)
	}
	return os.WriteFile(filepath.Join(r.Dist, "SHA256SUMS"), []byte(sums.String()), 0o644) //nolint:gosec // likewise
}

// twice builds one platform from both clones and gives the checksum of the file it leaves at path.
func (r Release) twice(ctx context.Context, platform, commit, work string, clones []string, path string) (string, error) {
	var sums [][]byte
	for i, dir := range clones {
		env := []string{}
		if i == 1 && r.Cold {
			env = append(env, "GOCACHE="+filepath.Join(work, "cache"))
		}
		file := filepath.Join(work, fmt.Sprint("binary-", i))
		if err := r.compile(ctx, dir, platform, commit, file, env); err != nil {
			return "", err
		}
		sum, err := digest(file)
		if err != nil {
			return "", err
		}
		sums = append(sums, sum)
	}
	if !bytes.Equal(sums[0], sums[1]) {
		return "", fmt.Errorf("two builds of the same commit differ, SHA-256 %x and %x: nobody could check what is released", sums[0], sums[1])
	}
	return hex.EncodeToString(sums[0]), move(filepath.Join(work, "binary-0"), path)
}

// compile leaves out what differs between clones: paths, and what Go would stamp by itself from the
// repository and its tags. Version and commit are stamped here.
func (r Release) compile(ctx context.Context, dir, platform, commit, file string, env []string) error {
	system, processor, _ := strings.Cut(platform, "/")
	env = append(env, "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor, "GOFLAGS=-trimpath -buildvcs=false -mod=readonly",
		"GOWORK=off", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=")
	_, err := run(ctx, dir, env, "go", "build", "-ldflags=-s -w -X main.version="+r.Version+" -X main.commit="+commit[:12], "-o", file, "./cmd/streamforge")
	return err
}

func digest(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return sum.Sum(nil), nil
}

// move works between file systems too.
func move(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755) //nolint:gosec // a program for everybody
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close() // the first error says more
		return fmt.Errorf("%s: %w", to, err)
	}
	return out.Close()
}

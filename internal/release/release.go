// Package release builds the files of a release: one binary a platform, the same bytes wherever the
// same Go builds the same commit, and their checksums.
package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Platforms are those that binaries are built for.
func Platforms() []string {
	return []string{"linux/amd64", "linux/arm64", "darwin/arm64", "darwin/amd64"}
}

// Release is one to be built.
type Release struct {
	Root      string   // working copy
	Version   string   // tag, e.g. v0.1.0
	Tagged    bool     // the tag exists and is this commit, as in a pipeline of a tag; else there must be none
	Platforms []string // of Platforms
	Dist      string   // folder for the files; emptied first
	Cold      bool     // build the second time with an empty cache: proves the compiler too, and takes minutes a platform
	Out       io.Writer
}

// form of a tag, without a suffix: there are no releases before a release.
var form = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// Run checks that the commit may be released, builds every file twice from clones of it, and keeps
// them when both times gave the same bytes.
func (r Release) Run(ctx context.Context) error {
	commit, err := r.check(ctx)
	if err != nil {
		return fmt.Errorf("release %s: %w", r.Version, err)
	}
	if err := r.build(ctx, commit); err != nil {
		return fmt.Errorf("release %s: %w", r.Version, err)
	}
	return nil
}

// check gives the commit, or every reason why it is not fit to be released.
func (r Release) check(ctx context.Context) (commit string, err error) {
	if !form.MatchString(r.Version) {
		return "", fmt.Errorf("%q is no version; it has the form v1.2.3", r.Version)
	}
	var problems []error
	if commit, err = r.git(ctx, "rev-parse", "HEAD"); err != nil {
		return "", err
	}
	changed, err := r.git(ctx, "status", "--porcelain")
	if err != nil {
		return "", err
	}
	if changed != "" {
		first, _, _ := strings.Cut(changed, "\n")
		problems = append(problems, fmt.Errorf("the working copy has changes that are in no commit, such as %q; commit or remove them", first))
	}
	if err := r.changelog(); err != nil {
		problems = append(problems, err)
	}
	return commit, errors.Join(append(problems, r.tag(ctx, commit))...)
}

// tag: one that exists is never made anew, because somebody may have built on it.
func (r Release) tag(ctx context.Context, commit string) error {
	at, err := r.git(ctx, "rev-parse", "--quiet", "--verify", "refs/tags/"+r.Version+"^{commit}")
	exists := err == nil
	switch {
	case exists && !r.Tagged:
		return errors.New("the tag exists already; a release is never made twice, take the next version")
	case !exists && r.Tagged:
		return errors.New("there is no such tag; make it on the commit that is released")
	case exists && at != commit:
		return fmt.Errorf("the tag is commit %s, not this one, %s; check out the tag", at[:12], commit[:12])
	}
	return nil
}

var section = regexp.MustCompile(`(?m)^## (\S+)`)

// changelog wants the newest section of CHANGELOG.md to be the release's.
func (r Release) changelog() error {
	raw, err := os.ReadFile(filepath.Join(r.Root, "CHANGELOG.md"))
	if err != nil {
		return fmt.Errorf("changelog: %w", err)
	}
	newest := section.FindSubmatch(raw)
	switch {
	case newest == nil:
		return fmt.Errorf("CHANGELOG.md has no section; begin it with `## %s`", r.Version)
	case string(newest[1]) != r.Version:
		return fmt.Errorf("the newest section of CHANGELOG.md is %q; it must be `## %s`", newest[1], r.Version)
	}
	return nil
}

func (r Release) git(ctx context.Context, args ...string) (string, error) {
	return run(ctx, r.Root, nil, "git", args...)
}

// run gives what a command prints. Its error ends with what the command says.
func run(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, args[0], err, strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

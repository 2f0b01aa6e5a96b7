package release

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const program = `package main

import "fmt"

var version, commit string

func main() { fmt.Println(version, commit) }
`

// repository is a small one with a commit that may be released as v0.1.0.
func repository(t *testing.T) Release {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	root := t.TempDir()
	r := Release{Root: root, Version: "v0.1.0", Platforms: []string{runtime.GOOS + "/" + runtime.GOARCH}, Dist: filepath.Join(t.TempDir(), "dist"), Out: io.Discard}
	put(t, r, "CHANGELOG.md", "# Changelog\n\n## v0.1.0\n\n- all\n\n## v0.0.1\n")
	put(t, r, "go.mod", "module example.test/small\n\ngo 1.25\n")
	put(t, r, "cmd/streamforge/main.go", program)
	git(t, r, "init", "--quiet")
	commit(t, r)
	return r
}

func put(t *testing.T, r Release, path, content string) {
	t.Helper()
	path = filepath.Join(r.Root, path)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

func git(t *testing.T, r Release, args ...string) string {
	t.Helper()
	out, err := r.git(t.Context(), append([]string{"-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "commit.gpgsign=false"}, args...)...)
	require.NoError(t, err)
	return out
}

func commit(t *testing.T, r Release) {
	t.Helper()
	git(t, r, "add", ".")
	git(t, r, "commit", "--quiet", "-m", "x")
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(r *Release)
		want   string
	}{
		"no version":     {func(r *Release) { r.Version = "1.0" }, `"1.0" is no version; it has the form v1.2.3`},
		"suffix":         {func(r *Release) { r.Version = "v0.1.0-rc1" }, `"v0.1.0-rc1" is no version`},
		"dirty":          {func(r *Release) { put(t, *r, "new.go", "package x") }, `changes that are in no commit, such as "?? new.go"; commit or remove them`},
		"not the newest": {func(r *Release) { r.Version = "v0.0.1" }, "the newest section of CHANGELOG.md is \"v0.1.0\"; it must be `## v0.0.1`"},
		"unreleased": {func(r *Release) { put(t, *r, "CHANGELOG.md", "## Unreleased\n\n## v0.1.0\n"); commit(t, *r) },
			"the newest section of CHANGELOG.md is \"Unreleased\"; it must be `## v0.1.0`"},
		"no section":    {func(r *Release) { put(t, *r, "CHANGELOG.md", "# x\n"); commit(t, *r) }, "begin it with `## v0.1.0`"},
		"tag exists":    {func(r *Release) { git(t, *r, "tag", "v0.1.0") }, "the tag exists already; a release is never made twice, take the next version"},
		"tag is needed": {func(r *Release) { r.Tagged = true }, "there is no such tag; make it on the commit that is released"},
		"tag elsewhere": {func(r *Release) {
			git(t, *r, "tag", "v0.1.0")
			put(t, *r, "more", "")
			commit(t, *r)
			r.Tagged = true
		}, "not this one"},
	} {
		t.Run(name, func(t *testing.T) {
			r := repository(t)
			c.change(&r)
			err := r.Run(t.Context())
			require.ErrorContains(t, err, "release "+r.Version+": ")
			require.ErrorContains(t, err, c.want)
			require.NoDirExists(t, r.Dist)
		})
	}
}

func TestTwiceTheSame(t *testing.T) {
	r := repository(t)
	head := git(t, r, "rev-parse", "HEAD")
	require.NoError(t, r.Run(t.Context()))
	sums, err := os.ReadFile(filepath.Join(r.Dist, "SHA256SUMS"))
	require.NoError(t, err)
	name := "streamforge-v0.1.0-" + runtime.GOOS + "-" + runtime.GOARCH
	require.Regexp(t, `^[0-9a-f]{64}  `+name+`\n$`, string(sums))
	check(t, r)
	out, err := exec.Command(filepath.Join(r.Dist, name)).Output()
	require.NoError(t, err)
	require.Equal(t, "v0.1.0 "+head[:12]+"\n", string(out))

	git(t, r, "tag", "v0.1.0") // a tag that is there changes no byte, and a folder with files is no hindrance
	r.Tagged = true
	require.NoError(t, r.Run(t.Context()))
	again, err := os.ReadFile(filepath.Join(r.Dist, "SHA256SUMS"))
	require.NoError(t, err)
	require.Equal(t, string(sums), string(again))
}

// check does what a reader of the release does.
func check(t *testing.T, r Release) {
	t.Helper()
	cmd := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	cmd.Dir = r.Dist
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestDifference: a build that is not the same twice is not released. Here the program holds the path
// that it was built at.
func TestDifference(t *testing.T) {
	r := repository(t)
	bin := t.TempDir()
	real, err := exec.LookPath("go")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "go"), []byte("#!/bin/sh\nexec '"+real+"' \"$1\" \"$2$PWD\" \"$3\" \"$4\" \"$5\"\n"), 0o700))
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	require.ErrorContains(t, r.Run(t.Context()), "two builds of the same commit differ, SHA-256 ")
	require.NoFileExists(t, filepath.Join(r.Dist, "SHA256SUMS"))
}

// TestThisProject releases a clone of this repository for one platform.
func TestThisProject(t *testing.T) {
	if testing.Short() {
		t.Skip("links streamforge twice: run without -short")
	}
	r := repository(t)
	here, err := run(t.Context(), ".", nil, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		t.Skipf("needs the repository: %v", err)
	}
	require.NoError(t, os.RemoveAll(r.Root))
	_, err = run(t.Context(), here, nil, "git", "clone", "--quiet", "--no-tags", here, r.Root)
	require.NoError(t, err)
	put(t, r, "CHANGELOG.md", "## v0.1.0\n")
	commit(t, r)
	require.NoError(t, r.Run(t.Context()))
	check(t, r)
	out, err := exec.Command(filepath.Join(r.Dist, "streamforge-v0.1.0-"+runtime.GOOS+"-"+runtime.GOARCH), "version").Output()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(out), "streamforge v0.1.0 ("+git(t, r, "rev-parse", "HEAD")[:12]+")\n"), "%s", out)
}

// Package pipeline_test runs the pipeline of platform/ for real, in a runner emulator and
// against local repositories: no containers, nothing leaves the machine but what npm and
// pip fetch.
package pipeline_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/pipeline/emulator"
)

const (
	prefix  = "gitlab.dmz.home:5050/infra/platform" // as deploy/kustomization.yaml has it
	token   = "glpat-very-secret-0123456789"        //nolint:gosec // made up
	model   = "dummy-service"
	iacFile = "services/dummy-service/kustomization.yaml"
)

// platform is the folder under test.
func platform(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../platform")
	require.NoError(t, err)
	return dir
}

// site is a clone of the platform project, and the bare repository of desired state.
type site struct {
	t    *testing.T
	work string // clone of platform, on main, pushed
	iac  string // bare, with the model's desired state on main
	env  []string
}

func newSite(t *testing.T) *site {
	t.Helper()
	emulator.Needs(t, "git", "python3")
	root := t.TempDir()
	s := &site{t: t, work: filepath.Join(root, "platform"), iac: filepath.Join(root, "iac.git")}
	s.env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@localhost", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@localhost")
	bare := filepath.Join(root, "platform.git")
	for _, repo := range []string{bare, s.iac} {
		s.git(root, "init", "--quiet", "--bare", "--initial-branch=main", repo)
	}

	s.git(root, "clone", "--quiet", bare, s.work)
	copyTree(t, platform(t), s.work)
	s.commit(s.work, "the platform")
	s.git(s.work, "push", "--quiet", "origin", "HEAD:main")
	s.git(s.work, "remote", "set-head", "origin", "main")
	// The emulator reads host and path of the project from this remote.
	s.git(s.work, "remote", "add", "gcl-origin", "git@gitlab.dmz.home:infra/platform.git")

	seed := filepath.Join(root, "iac_kubeadm") // where the guide has it, beside platform
	s.git(root, "clone", "--quiet", s.iac, seed)
	copyTree(t, filepath.Join(s.work, "services", model, "deploy"), filepath.Join(seed, "services", model))
	s.commit(seed, "desired state")
	s.git(seed, "push", "--quiet", "origin", "HEAD:main")
	return s
}

func (s *site) git(dir string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, s.env
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

func (s *site) commit(dir, message string) {
	s.t.Helper()
	s.git(dir, "add", "--all")
	s.git(dir, "commit", "--quiet", "--message", message)
}

// sh runs a command in the clone and returns what it printed.
func (s *site) sh(env []string, args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = s.work, append(append([]string{}, s.env...), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// pipeline runs the emulator and returns its log.
func (s *site) pipeline(args ...string) (string, error) {
	s.t.Helper()
	all := append([]string{
		filepath.Join(emulator.Dir(s.t), "index.js"), "--cwd", ".", "--home", s.t.TempDir(),
		"--force-shell-executor", "--shell-isolation", "--max-job-name-padding", "0",
		"--variable", "CI_REGISTRY_IMAGE=" + prefix, "--variable", "KANIKO_DRY_RUN=true",
		"--variable", "CA_FILE=/nowhere/ca.crt", "--variable", "IAC_REPOSITORY=file://" + s.iac,
	}, args...)
	out, err := s.sh([]string{"IAC_TOKEN=" + token}, append([]string{"node"}, all...)...)
	return colour.ReplaceAllString(out, ""), err
}

// copyTree copies what a clone would have: no caches, no build output.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			switch d.Name() {
			case ".venv", "__pycache__", ".gitlab-ci-local", "base":
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if filepath.Ext(path) == ".whl" || d.Name() == "base.env" || d.Name() == "report.xml" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644) //nolint:gosec // as in a clone
	}))
}

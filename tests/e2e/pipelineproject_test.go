package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/pipeline/emulator"
)

// noteToken is the marked secret of the pipeline: it must never come out.
const noteToken = "glpat-MARKED-0123456789"

// notes plays the part of GitLab's API: the notes of one merge request, all by the token's own user.
type notes struct {
	sync.Mutex
	bodies []string
}

func (n *notes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.Lock()
	defer n.Unlock()
	const at = "/projects/1217/merge_requests/9/notes"
	var in struct{ Body string }
	raw, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(raw, &in)
	switch id := strings.TrimPrefix(r.URL.Path, at+"/"); {
	case r.Header.Get("PRIVATE-TOKEN") != noteToken:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/user":
		fmt.Fprint(w, `{"id": 7}`)
	case r.Method == http.MethodPut && id == "0":
		n.bodies[0] = in.Body
	case r.Method == http.MethodPost:
		n.bodies = append(n.bodies, in.Body)
	default:
		all := []map[string]any{}
		for i, body := range n.bodies {
			all = append(all, map[string]any{"id": i, "body": body, "author": map[string]int{"id": 7}})
		}
		_ = json.NewEncoder(w).Encode(all)
	}
}

// project is a clone of this project with a stack of its own, as a runner of GitLab has it: state and
// passphrase come from variables.
type project struct {
	*site
	dir   string
	stack string // path of the stack's file
	env   []string
	notes *notes
}

// newProject makes a stack of the sandbox's machines alone: small, and enough for every job.
func newProject(t *testing.T, s *site) *project {
	t.Helper()
	p := &project{site: s, dir: filepath.Join(s.root, "project"), notes: &notes{}}
	p.stack = filepath.Join(p.dir, "Pulumi.ci.yaml")
	require.NoError(t, os.MkdirAll(filepath.Join(p.dir, ".ci"), 0o755))
	for _, name := range []string{"Pulumi.yaml", ".gitlab-ci.yml", ".gitignore", ".ci/gate", ".ci/gate-fork"} {
		raw, err := os.ReadFile(filepath.Join(repo, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(p.dir, name), raw, 0o755)) //nolint:gosec // scripts among them
	}
	stack := strings.NewReplacer("cluster: true #", "cluster: false #", "vault: true\n", "vault: false\n").Replace(s.stackFile())
	require.NoError(t, os.WriteFile(p.stack, []byte(stack), 0o600))

	// What would be built by `make tools` is there already.
	tools := filepath.Join(s.root, "tools")
	require.NoError(t, os.MkdirAll(tools, 0o755))
	for name, script := range map[string]string{
		"make": "mkdir -p bin && ln -sf " + repo + "/bin/* bin/ && ln -sf " + streamforge + " bin/streamforge",
		"go":   "cp " + streamforge + " bin/streamforge",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755)) //nolint:gosec // a program
	}
	state := filepath.Join(s.root, "state")
	require.NoError(t, os.MkdirAll(state, 0o755))
	p.env = append(os.Environ(),
		"PATH="+tools+":"+os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@localhost", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@localhost",
		"HOME="+s.root, "PULUMI_HOME="+filepath.Join(s.root, "home"), "PULUMI_SKIP_UPDATE_CHECK=true")
	p.initStack()
	p.git("init", "--quiet", "--initial-branch=main")
	p.git("remote", "add", "origin", p.dir)
	p.git("remote", "add", "gcl-origin", "git@gitlab.dmz.home:infra/infrastructure.git")
	p.commit("the stack")
	p.git("remote", "set-head", "origin", "main")
	return p
}

// initStack makes the stack in its state, as a person does once.
func (p *project) initStack() {
	p.t.Helper()
	cmd := exec.Command(filepath.Join(repo, "bin", "pulumi"), "stack", "init", "ci", "--non-interactive")
	cmd.Dir, cmd.Env = p.dir, append(p.env, p.stateAccess()...)
	out, err := cmd.CombinedOutput()
	require.NoError(p.t, err, "%s", out)
}

// stateAccess are the variables by which the state is found and read.
func (p *project) stateAccess() []string {
	p.t.Helper()
	passphrase, err := os.ReadFile(filepath.Join(p.sb.Dir(), "passphrase"))
	require.NoError(p.t, err)
	return []string{"PULUMI_BACKEND_URL=file://" + filepath.Join(p.root, "state"),
		"PULUMI_CONFIG_PASSPHRASE=" + strings.TrimSpace(string(passphrase))}
}

func (p *project) git(args ...string) {
	p.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	require.NoError(p.t, err, "git %v: %s", args, out)
}

func (p *project) commit(message string) {
	p.t.Helper()
	p.git("add", "--all")
	p.git("commit", "--quiet", "--allow-empty", "--message", message)
	p.git("fetch", "--quiet", "origin")
}

// rewrite replaces a text of the stack's file and commits.
func (p *project) rewrite(from, to string) {
	p.t.Helper()
	raw, err := os.ReadFile(p.stack)
	require.NoError(p.t, err)
	require.Contains(p.t, string(raw), from)
	require.NoError(p.t, os.WriteFile(p.stack, []byte(strings.Replace(string(raw), from, to, 1)), 0o600))
	p.commit("change the stack")
}

var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// jobs runs jobs of the pipeline; variables are pairs as GitLab would set them. secrets says whether
// the project's own are among them.
func (p *project) jobs(secrets bool, variables []string, jobs ...string) (string, error) {
	p.t.Helper()
	args := []string{
		filepath.Join(emulator.Dir(p.t), "index.js"), "--cwd", ".", "--home", p.root, "--force-shell-executor",
		"--shell-isolation", "--no-artifacts-to-source", "--max-job-name-padding", "0", "--no-json-schema-validation",
	}
	cache := filepath.Join(p.root, "cache")
	for _, v := range append([]string{"STACK=ci", "XDG_CACHE_HOME=" + cache, "GOPATH=" + cache}, variables...) {
		args = append(args, "--variable", v)
	}
	cmd := exec.Command("node", append(args, jobs...)...)
	cmd.Dir, cmd.Env = p.dir, p.env
	if secrets {
		cmd.Env = append(append(cmd.Env, p.stateAccess()...), "STREAMFORGE_NOTE_TOKEN="+noteToken)
	}
	out, err := cmd.CombinedOutput()
	log := colours.ReplaceAllString(string(out), "")
	assert.NotContains(p.t, log, noteToken)
	return log, err
}

// artifact reads what a job has kept.
func (p *project) artifact(job, name string) string {
	p.t.Helper()
	raw, err := os.ReadFile(filepath.Join(p.dir, ".gitlab-ci-local", "artifacts", job, name))
	require.NoError(p.t, err)
	return string(raw)
}

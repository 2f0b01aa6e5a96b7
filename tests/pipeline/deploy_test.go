package pipeline_test

import (
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deploy runs the deploy job's script as the job would, for a service and a commit.
func (s *site) deploy(service, sha string, more ...string) (string, error) {
	return s.sh(append([]string{
		"SERVICE_NAME=" + service, "SERVICE_PATH=services/dummy-service", "IMAGE_PREFIX=" + prefix,
		"CI_COMMIT_SHORT_SHA=" + sha, "CI_COMMIT_SHA=" + sha, "CI_PROJECT_URL=https://gitlab.dmz.home/infra/platform",
		"CI_SERVER_HOST=gitlab.dmz.home", "CA_FILE=/nowhere/ca.crt",
		"IAC_REPOSITORY=file://" + s.iac, "IAC_BRANCH=main",
	}, more...), "sh", ".gitlab/scripts/deploy.sh")
}

// second adds the desired state of one more service, as the guide does.
func (s *site) second(name string) {
	s.t.Helper()
	seed := filepath.Join(filepath.Dir(s.work), "iac_kubeadm")
	data, err := os.ReadFile(filepath.Join(seed, iacFile))
	require.NoError(s.t, err)
	dir := filepath.Join(seed, "services", name)
	require.NoError(s.t, os.MkdirAll(dir, 0o750))
	text := strings.ReplaceAll(string(data), model, name)
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600))
	s.commit(seed, "add "+name)
	s.git(seed, "push", "--quiet", "origin", "HEAD:main")
}

func (s *site) tagLine(service string) string {
	for line := range strings.Lines(s.git(s.iac, "show", "main:services/"+service+"/kustomization.yaml")) {
		if strings.Contains(line, "newTag:") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func TestDeployTwiceIsOneCommit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	out, err := s.deploy(model, "1e100000") // a float, were it not quoted
	require.NoError(t, err, out)
	after := s.git(s.iac, "rev-parse", "main")
	out, err = s.deploy(model, "1e100000")
	require.NoError(t, err, out)
	assert.Equal(t, prefix+"/dummy-service:1e100000 is deployed already\n", out)
	assert.Equal(t, after, s.git(s.iac, "rev-parse", "main"))
	assert.Equal(t, `newTag: "1e100000"`, s.tagLine(model))
}

// TestDeployLandsAfterAnotherOvertookIt lets a second deploy land between the first one's
// clone and push, so that the first push is refused for certain.
func TestDeployLandsAfterAnotherOvertookIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.second("other")
	real, err := exec.LookPath("git")
	require.NoError(t, err)
	shims, marker := t.TempDir(), filepath.Join(t.TempDir(), "overtaken")
	shim := fmt.Sprintf(`#!/bin/sh
if [ "$1" = push ] && [ ! -e %[1]s ]; then
  : >%[1]s
  (cd %[2]s && PATH=%[3]s SERVICE_NAME=other CI_COMMIT_SHORT_SHA=22222222 CI_COMMIT_SHA=22222222 sh .gitlab/scripts/deploy.sh) || exit 9
fi
exec %[4]s "$@"
`, marker, s.work, os.Getenv("PATH"), real)
	require.NoError(t, os.WriteFile(filepath.Join(shims, "git"), []byte(shim), 0o700)) //nolint:gosec // a program

	out, err := s.deploy(model, "11111111", "PATH="+shims+":"+os.Getenv("PATH"))
	require.NoError(t, err, out)
	assert.Contains(t, out, "the push was refused: trying again on what is there now")
	assert.Equal(t, `newTag: "11111111"`, s.tagLine(model))
	assert.Equal(t, `newTag: "22222222"`, s.tagLine("other"))
}

func TestDeploysAtTheSameTimeAllLand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	services := []string{model, "two", "three", "four"}
	for _, name := range services[1:] {
		s.second(name)
	}
	done := make(chan error, len(services))
	for i, name := range services {
		go func() {
			out, err := s.deploy(name, fmt.Sprintf("%08d", i+1))
			if err != nil {
				err = fmt.Errorf("%s: %w: %s", name, err, out)
			}
			done <- err
		}()
	}
	for range services {
		assert.NoError(t, <-done)
	}
	for i, name := range services {
		assert.Equal(t, fmt.Sprintf(`newTag: "%08d"`, i+1), s.tagLine(name))
	}
}

// TestTokenReachesGitAndNothingElse pushes over HTTP to a server that asks for the token.
func TestTokenReachesGitAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.git(s.iac, "config", "http.receivepack", "true")
	backend := &cgi.Handler{
		Path: filepath.Join(s.git(s.work, "--exec-path"), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(s.iac), "GIT_HTTP_EXPORT_ALL=1"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "oauth2" || password != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	defer server.Close()

	url := server.URL + "/iac.git"
	out, err := s.deploy(model, "33333333", "IAC_REPOSITORY="+url, "IAC_TOKEN="+token, "GIT_TRACE=1")
	require.NoError(t, err, out)
	assert.Equal(t, `newTag: "33333333"`, s.tagLine(model))
	assert.NotContains(t, out, token, "with git's own trace on")

	out, err = s.deploy(model, "44444444", "IAC_REPOSITORY="+url, "IAC_TOKEN=wrong")
	assert.Error(t, err)
	assert.Contains(t, out, "Authentication failed")
	assert.NotContains(t, out, "wrong")
}

func TestDeployRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.git(s.iac, "rev-parse", "main")
	for want, c := range map[string]struct {
		service string
		env     []string
	}{
		"error: IAC_TOKEN is empty: nobody may push to https://gitlab.dmz.home/x.git": {
			model, []string{"IAC_REPOSITORY=https://gitlab.dmz.home/x.git"}},
		"error: IAC_REPOSITORY holds a login, which would be printed": {
			model, []string{"IAC_REPOSITORY=https://u:p@gitlab.dmz.home/x.git"}},
		"error: services/nobody/kustomization.yaml is not in file://": {"nobody", nil},
		"error: " + iacFile + " does not name elsewhere/dummy-service with one newTag": {
			model, []string{"IMAGE_PREFIX=elsewhere"}},
		"error: SERVICE_NAME 'Big' is no DNS label": {"Big", nil},
	} {
		out, err := s.deploy(c.service, "1", c.env...)
		assert.Error(t, err, want)
		assert.Contains(t, out, want)
	}
	assert.Equal(t, before, s.git(s.iac, "rev-parse", "main"))

	hook := filepath.Join(s.iac, "hooks", "pre-receive")
	require.NoError(t, os.WriteFile(hook, []byte("#!/bin/sh\necho protected >&2\nexit 1\n"), 0o700)) //nolint:gosec // a hook
	out, err := s.deploy(model, "1", "DEPLOY_TRIES=2")
	assert.Error(t, err)
	assert.Contains(t, out, "error: the push was refused 2 times")
}

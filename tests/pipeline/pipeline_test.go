package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPipelineRunsFromSetupToDeploy runs every job of the model service on the default
// branch; only kaniko itself is left out.
func TestPipelineRunsFromSetupToDeploy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.git(s.iac, "rev-parse", "main")
	log, err := s.pipeline("--no-evaluate-rule-changes")
	require.NoError(t, err, log)

	for _, job := range []string{
		"wheel", "base-image", model + ":build", model + ":test", "streamforge_utils:test", model + ":deploy",
	} {
		assert.Regexp(t, `PASS +`+regexp.QuoteMeta(job)+`\s`, log)
	}
	assert.Contains(t, log, "7 passed", "streamforge_utils' own tests")
	assert.Contains(t, log, "9 passed", "the model's tests")
	assert.NotContains(t, log, token)

	sha := s.git(s.work, "rev-parse", "HEAD")
	base := regexp.MustCompile(`BASE_IMAGE=(\S+/base:[0-9a-f]{12})`).FindStringSubmatch(log)
	require.NotNil(t, base, log)
	assertKaniko(t, log, "base-image", "Dockerfile", base[1], sha)
	assertKaniko(t, log, model+":build", "services/dummy-service/Dockerfile", prefix+"/"+model+":"+sha[:8], sha,
		"--build-arg", "BASE_IMAGE="+base[1], "--build-arg", "SERVICE_PATH=services/dummy-service")

	assert.Equal(t, []string{`-    newTag: "none" # written by the first deploy`, `+    newTag: "` + sha[:8] + `"`}, s.changed(before))
	assert.Equal(t, model+": deploy "+sha[:8], s.git(s.iac, "log", "-1", "--format=%s", "main"))
}

// assertKaniko compares the whole command line of kaniko that a job printed.
func assertKaniko(t *testing.T, log, job, dockerfile, destination, sha string, more ...string) {
	t.Helper()
	const root = "/builds/infra/platform" // what the emulator says the project's folder is
	want := append([]string{
		"--context", "dir://" + root, "--dockerfile", root + "/" + dockerfile, "--destination", destination,
		"--cache=true", "--cache-repo", prefix + "/cache",
		"--label", "org.opencontainers.image.revision=" + sha,
		"--label", "org.opencontainers.image.source=https://gitlab.dmz.home/infra/platform",
	}, more...)
	var got []string
	for _, found := range regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(job)+` +>   (.*)$`).FindAllStringSubmatch(log, -1) {
		got = append(got, found[1])
	}
	assert.Equal(t, want, got, job)
}

// changed returns the lines that differ in the whole repository of desired state.
func (s *site) changed(since string) (lines []string) {
	s.t.Helper()
	for line := range strings.Lines(s.git(s.iac, "diff", "--unified=0", since, "main")) {
		line = strings.TrimRight(line, "\n")
		if len(line) > 0 && strings.ContainsAny(line[:1], "+-") && !strings.HasPrefix(line, "+++") && !strings.HasPrefix(line, "---") {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestJobsRefuseWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	file := filepath.Join(s.work, "services", model, ".gitlab-ci.yml")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)

	for name, c := range map[string]struct{ edit, job, want string }{
		"service name": {"    SERVICE_NAME: dummy-service\n", model + ":build", "error: SERVICE_NAME is not set"},
		"service path": {"    SERVICE_PATH: services/dummy-service\n", model + ":build", "error: SERVICE_PATH is not set for dummy-service"},
		"wheel":        {"", "base-image", "error: no streamforge_utils-*.whl in wheels: the base image cannot be built without it"},
		"base image":   {"", model + ":build --no-base", "error: BASE_IMAGE is not set: the job wheel did not hand it over"},
	} {
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(whole), c.edit, "", 1)), 0o600))
		job, bare := strings.CutSuffix(c.job, " --no-base")
		args := []string{job, "--no-evaluate-rule-changes"}
		if !bare {
			args = append(args, "--variable", fmt.Sprintf("BASE_IMAGE=%s/base:1", prefix))
		}
		log, err := s.pipeline(args...)
		assert.Error(t, err, name)
		assert.Contains(t, log, c.want, name)
		assert.NotContains(t, log, "kaniko would run", name)
	}
}

func TestBuildRunsKanikoWithWhatTheDryRunShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stub := filepath.Join(t.TempDir(), "executor")
	require.NoError(t, os.WriteFile(stub, []byte("#!/bin/sh\nprintf '  %s\\n' \"$@\"\n"), 0o700)) //nolint:gosec // a program
	ca := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(ca, []byte("PEM"), 0o600))
	env := []string{
		"IMAGE_PREFIX=" + prefix, "BASE_IMAGE=b", "SERVICE_NAME=dummy-service", "SERVICE_PATH=services/dummy-service",
		"CI_PROJECT_DIR=/p", "CI_PROJECT_URL=u", "CI_COMMIT_SHA=c", "CA_FILE=" + ca, "KANIKO_EXECUTOR=" + stub,
	}
	args := []string{"sh", ".gitlab/scripts/build.sh", prefix + "/dummy-service:1", "services/dummy-service/Dockerfile"}
	loose := filepath.Join(s.work, "Dockerfile")
	require.NoError(t, os.Chmod(loose, 0o666)) //nolint:gosec // as a runner checks out
	ran, err := s.sh(env, args...)
	require.NoError(t, err, ran)
	info, err := os.Stat(loose)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o644), info.Mode(), "of a file that images get")
	dry, err := s.sh(append(env, "KANIKO_DRY_RUN=true"), args...)
	require.NoError(t, err, dry)
	assert.Equal(t, "kaniko would run with:\n"+ran, dry)
	assert.Contains(t, ran, "  --registry-certificate\n  gitlab.dmz.home:5050="+ca+"\n")
}

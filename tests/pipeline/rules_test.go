package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/tests/pipeline/emulator"
)

const guide = "../../docs/howto-pipeline.md"

// block returns the shell lines that the guide marks with a name: what people copy is
// what runs here.
func block(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)<!-- test: " + name + " -->\n```sh\n(.*?)```").FindSubmatch(text)
	require.NotNil(t, found, "block %s of %s", name, guide)
	return "set -eu\n" + string(found[1])
}

// TestGuideMakesAServiceWhosePipelineRuns follows docs/howto-pipeline.md for a service hello.
func TestGuideMakesAServiceWhosePipelineRuns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	emulator.Dir(t)
	out, err := s.sh(nil, "sh", "-c", block(t, "scaffold"))
	require.NoError(t, err, out)
	out, err = s.sh(nil, "bash", "-c", block(t, "laptop"))
	require.NoError(t, err, out)
	assert.Contains(t, out, "9 passed")
	out, err = s.sh(nil, "sh", "-c", block(t, "state"))
	require.NoError(t, err, out)
	seed := filepath.Join(filepath.Dir(s.work), "iac_kubeadm")
	assert.FileExists(t, filepath.Join(seed, "apps", "hello.yaml"))
	s.commit(seed, "add hello")
	s.git(seed, "push", "--quiet", "origin", "HEAD:main")

	s.commit(s.work, "add hello")
	s.git(s.work, "push", "--quiet", "origin", "HEAD:main")
	// What stands between build and deploy ran above; the deploy is a real push.
	log, err := s.pipeline("--no-evaluate-rule-changes", "hello:deploy")
	require.NoError(t, err, log)
	assert.Equal(t, `newTag: "`+s.git(s.work, "rev-parse", "--short=8", "HEAD")+`"`, s.tagLine("hello"))
}

// TestRulesRunOnlyWhatAChangeTouches changes one place at a time on a branch of its own.
func TestRulesRunOnlyWhatAChangeTouches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	emulator.Dir(t)
	out, err := s.sh(nil, "sh", "-c", block(t, "scaffold"))
	require.NoError(t, err, out)
	s.commit(s.work, "add hello")
	s.git(s.work, "push", "--quiet", "origin", "HEAD:main")
	s.git(s.work, "fetch", "--quiet", "origin")

	s.expandRules()
	base := []string{"base-image", "wheel"}
	one := append([]string{"hello:build", "hello:test"}, base...)
	all := append([]string{"dummy-service:build", "dummy-service:test", "streamforge_utils:test"}, one...)
	for path, want := range map[string][]string{
		"services/hello/app/greeting.py":                     one,
		"services/hello/deploy/new.yaml":                     one,
		"streamforge_utils/src/streamforge_utils/service.py": all,
		"requirements/base.txt":                              all,
		".gitlab/ci-templates/build.yml":                     all,
		"README.md":                                          nil,
	} {
		sort.Strings(want)
		file := filepath.Join(s.work, path)
		old, _ := os.ReadFile(file)
		require.NoError(t, os.WriteFile(file, append(old, "\n# changed\n"...), 0o600))
		s.git(s.work, "add", "--all")
		assert.Equal(t, want, s.jobs("merge_request_event", "change"), path)
		s.git(s.work, "reset", "--quiet", "--hard", "origin/main")
	}

	require.NoError(t, os.WriteFile(filepath.Join(s.work, "services/hello/note"), []byte("x"), 0o600))
	s.git(s.work, "add", "--all")
	onMain := append([]string{"hello:deploy"}, one...)
	sort.Strings(onMain)
	assert.Equal(t, onMain, s.jobs("push", "main"), "the default branch deploys")
}

const expanded = ".gitlab-ci-local/expanded.yml"

// expandRules writes the whole pipeline as one file for jobs. The emulator takes variables
// in rules:changes literally, GitLab puts the job's own in first; so that is done here.
func (s *site) expandRules() {
	s.t.Helper()
	preview, err := s.pipeline("--preview", "--no-evaluate-rule-changes")
	require.NoError(s.t, err, preview)
	var doc map[string]any
	require.NoError(s.t, yaml.Unmarshal([]byte(preview[strings.Index(preview, "---\n"):]), &doc))
	for _, job := range doc {
		expand(job)
	}
	data, err := yaml.Marshal(doc)
	require.NoError(s.t, err)
	require.NoError(s.t, os.MkdirAll(filepath.Join(s.work, ".gitlab-ci-local"), 0o750))
	require.NoError(s.t, os.WriteFile(filepath.Join(s.work, expanded), data, 0o600))
}

// jobs lists what a pipeline of that kind would run.
func (s *site) jobs(source, branch string) (names []string) {
	s.t.Helper()
	s.git(s.work, "checkout", "--quiet", "-B", branch)
	defer s.git(s.work, "checkout", "--quiet", "main")
	list, err := s.pipeline("--list-csv", "--no-json-schema-validation", "--file", expanded,
		"--variable", "CI_PIPELINE_SOURCE="+source)
	require.NoError(s.t, err, list)
	_, rows, found := strings.Cut(list, "allowFailure;needs\n")
	require.True(s.t, found, list)
	for row := range strings.Lines(rows) {
		name, _, _ := strings.Cut(row, ";")
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func expand(job any) {
	fields, _ := job.(map[string]any)
	variables, _ := fields["variables"].(map[string]any)
	rules, _ := fields["rules"].([]any)
	for _, rule := range rules {
		changes, _ := rule.(map[string]any)["changes"].([]any)
		for i, glob := range changes {
			changes[i] = os.Expand(glob.(string), func(key string) string { return fmt.Sprint(variables[key]) })
		}
	}
}

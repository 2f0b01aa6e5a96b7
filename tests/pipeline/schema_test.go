package pipeline_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/streamforge/infrastructure/tests/pipeline/emulator"
)

// schema compiles GitLab's JSON Schema of .gitlab-ci.yml, as the emulator ships it.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	module := filepath.Join(emulator.Dir(t), "schema", "schema.js")
	raw, err := exec.Command("node", "--input-type=module", "--eval",
		"import {schema} from 'file://"+module+"'; process.stdout.write(JSON.stringify(schema))").Output()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("ci.json", doc))
	compiled, err := compiler.Compile("ci.json")
	require.NoError(t, err)
	return compiled
}

func TestEveryPipelineFileFitsGitLabsSchema(t *testing.T) {
	t.Parallel()
	compiled := schema(t)
	files := []string{filepath.Join(filepath.Dir(platform(t)), ".gitlab-ci.yml")} // of this project
	for _, glob := range []string{".gitlab-ci.yml", ".gitlab/ci-templates/*.yml", "services/*/.gitlab-ci.yml"} {
		found, err := filepath.Glob(filepath.Join(platform(t), glob))
		require.NoError(t, err)
		require.NotEmpty(t, found, glob)
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var doc any
		require.NoError(t, yaml.Unmarshal(text, &doc), file)
		assert.NoError(t, compiled.Validate(doc), file)
	}
	for _, bad := range []string{"j: {script: 1}", "j: {script: [a], when: maybe}", "stages: build", "j: {script: [a], exends: x}"} {
		var doc any
		require.NoError(t, yaml.Unmarshal([]byte(bad), &doc))
		assert.Error(t, compiled.Validate(doc), bad)
	}
}

func TestScriptsAndDockerfilesAreClean(t *testing.T) {
	t.Parallel()
	dockerfiles, err := filepath.Glob(filepath.Join(platform(t), "services", "*", "Dockerfile"))
	require.NoError(t, err)
	require.NotEmpty(t, dockerfiles)
	out, err := exec.Command(hadolint(t), append(dockerfiles, filepath.Join(platform(t), "Dockerfile"), filepath.Join(platform(t), "..", "Dockerfile"))...).CombinedOutput() //nolint:gosec // ours
	assert.NoError(t, err, "%s", out)

	emulator.Needs(t, "shellcheck")
	scripts, err := filepath.Glob(filepath.Join(platform(t), ".gitlab", "scripts", "*.sh"))
	require.NoError(t, err)
	cmd := exec.Command("shellcheck", append([]string{"--external-sources", "platform/docker/install-wheel.sh", ".ci/gate", ".ci/gate-fork", ".ci/release", ".ci/run"}, scripts...)...) //nolint:gosec // ours
	cmd.Dir = filepath.Dir(platform(t))
	out, err = cmd.CombinedOutput()
	assert.NoError(t, err, "%s", out)
}

// TestPipelinesRunForMergeRequestsAndTheDefaultBranch pins what the emulator does not evaluate.
func TestPipelinesRunForMergeRequestsAndTheDefaultBranch(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(platform(t), ".gitlab-ci.yml"))
	require.NoError(t, err)
	var root struct {
		Stages   []string
		Workflow struct{ Rules []map[string]string }
	}
	require.NoError(t, yaml.Unmarshal(text, &root))
	assert.Equal(t, []string{"setup", "build", "test", "deploy"}, root.Stages)
	assert.Equal(t, []map[string]string{
		{"if": `$CI_PIPELINE_SOURCE == "merge_request_event"`},
		{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"},
	}, root.Workflow.Rules)
}

// TestBaseImageIsOnePin keeps the Dockerfile's image and the job's image equal, by digest.
func TestBaseImageIsOnePin(t *testing.T) {
	t.Parallel()
	pin := regexp.MustCompile(`docker\.io/library/python:\S+@sha256:[0-9a-f]{64}`)
	seen := map[string]bool{}
	for _, name := range []string{"Dockerfile", ".gitlab/ci-templates/setup.yml"} {
		text, err := os.ReadFile(filepath.Join(platform(t), name))
		require.NoError(t, err)
		found := pin.FindAllString(string(text), -1)
		require.Len(t, found, 1, name)
		seen[found[0]] = true
	}
	assert.Len(t, seen, 1)
}

// TestGoIsOnePin keeps the images that build this project at the Go version that go.mod asks for.
func TestGoIsOnePin(t *testing.T) {
	t.Parallel()
	root := filepath.Dir(platform(t))
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(string(mod))
	require.NotNil(t, version)
	for _, name := range []string{"Dockerfile", ".gitlab-ci.yml"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		assert.Contains(t, string(text), "docker.io/library/golang:"+version[1]+"-bookworm", name)
	}
}

// TestDesiredStateBuilds renders the model's manifests as Argo CD does after a deploy.
func TestDesiredStateBuilds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	out, err := s.deploy(model, "12345678")
	require.NoError(t, err, out)
	dir := filepath.Join(t.TempDir(), "iac")
	s.git(s.work, "clone", "--quiet", s.iac, dir)
	rendered, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(dir, "services", model))
	require.NoError(t, err)
	kinds := map[string]bool{}
	strict := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	for _, r := range rendered.Resources() {
		if r.GetGvk().Group != "monitoring.coreos.com" {
			_, _, err := strict.Decode([]byte(r.MustYaml()), nil, nil)
			assert.NoError(t, err, r.GetKind())
		}
		kinds[r.GetKind()] = true
		assert.Equal(t, "services", r.GetNamespace(), r.GetKind())
		if sel, err := r.GetFieldValue("spec.selector.matchLabels"); err == nil {
			assert.Equal(t, map[string]any{"app.kubernetes.io/name": model}, sel, r.GetKind())
		}
		if r.GetKind() == "NetworkPolicy" { // kustomize gives an empty selector no labels: it would be for the whole namespace
			sel, err := r.GetFieldValue("spec.podSelector.matchLabels")
			assert.NoError(t, err)
			assert.Equal(t, map[string]any{"app.kubernetes.io/name": model}, sel)
		}
	}
	assert.Equal(t, map[string]bool{
		"Deployment": true, "PodDisruptionBudget": true, "Service": true,
		"NetworkPolicy": true, "ServiceMonitor": true, "PrometheusRule": true,
	}, kinds)
	text, err := rendered.AsYaml()
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(text), "image: "+prefix+"/"+model+":12345678\n"))
}

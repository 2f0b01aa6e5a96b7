package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/recorded"
	"github.com/streamforge/infrastructure/internal/report"
	"github.com/streamforge/infrastructure/tests/upgrade"
)

// releases has the engine and the providers say what this version would do to what each release left.
func (s *site) releases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repo, "tests/upgrade/testdata/*/sandbox.state.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	here, err := upgrade.Site(t.Context(), s.root)
	require.NoError(t, err)
	for _, file := range files {
		state, err := recorded.Read(file)
		require.NoError(t, err)
		t.Run(state.Release, func(t *testing.T) {
			r := s.previewFrom(t, here, state)
			assert.Empty(t, upgrade.Lost(r), "%s", describe(r))
		})
		if file == files[len(files)-1] {
			t.Run("what would be lost is named", func(t *testing.T) { s.losing(t, here, state) })
		}
	}
}

// previewFrom judges what `up` would do if a recorded state were this sandbox's.
func (s *site) previewFrom(t *testing.T, here *recorded.Site, state recorded.State) report.Report {
	t.Helper()
	restored, err := here.Restore(state)
	require.NoError(t, err)
	raw, err := json.Marshal(restored)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(file, raw, 0o600))

	kept, now := filepath.Join(t.TempDir(), "kept"), filepath.Join(s.sb.Dir(), "state")
	require.NoError(t, os.CopyFS(kept, os.DirFS(now)))
	defer func() {
		require.NoError(t, os.RemoveAll(now))
		require.NoError(t, os.Rename(kept, now))
	}()
	cmd := exec.Command(filepath.Join(repo, "bin/pulumi"), "stack", "import", "--stack", "sandbox", "--file", file)
	cmd.Dir, cmd.Env = s.sb.Project(), os.Environ()
	for key, value := range s.sb.Env() {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	got := s.run("gate", "-q", "-s", "sandbox", "--report", "upgrade.json")
	r := readReport(t, filepath.Join(s.root, "upgrade.json"))
	require.True(t, got.code < 40, "%s\n%s", got.out, describe(r))
	return r
}

// losses are changes of a recorded state that make this version do harm to it: what it has under one
// name, number or form had another then. Each with what has to be said of it.
var losses = []struct {
	urn   string // end of it
	path  []string
	value any
	says  string
}{
	{"core/v1:Namespace::minio", []string{"metadata", "name"}, "objects", "replace Namespace minio ("},
	{"VirtualMachine::proxmox-k2w-3", nil, "::proxmox-k2w-4", "delete VirtualMachine proxmox-k2w-4 ("},
	{"PrivateKey::root-ca-key", []string{"algorithm"}, "RSA", "replace PrivateKey root-ca-key ("},
	{"KafkaTopic::k3-market.trades", nil, "::k3-market.deals", "delete KafkaTopic k3-market.deals ("},
	{"::vault-content-engine", nil, "::vault-engine", "delete Mount vault-engine ("},
}

// losing expects an upgrade that would lose something to be refused by name, with the way out.
func (s *site) losing(t *testing.T, here *recorded.Site, state recorded.State) {
	raw, err := json.Marshal(state)
	require.NoError(t, err)
	text := string(raw)
	for _, l := range losses {
		if l.path == nil { // it was called otherwise
			require.Contains(t, text, l.urn+`"`)
			name := l.urn[strings.LastIndex(l.urn, "::"):]
			text = strings.ReplaceAll(text, l.urn+`"`, strings.TrimSuffix(l.urn, name)+l.value.(string)+`"`)
		}
	}
	var worse recorded.State
	require.NoError(t, json.Unmarshal([]byte(text), &worse))
	for _, l := range losses {
		for _, r := range worse.Resources {
			if l.path == nil || !strings.HasSuffix(string(r.URN), l.urn) {
				continue
			}
			for _, values := range []map[string]any{r.Inputs, r.Outputs} {
				if values != nil {
					require.NoError(t, unstructured.SetNestedField(values, l.value, l.path...))
				}
			}
		}
	}
	said := strings.Join(upgrade.Lost(s.previewFrom(t, here, worse)), "\n")
	for _, l := range losses {
		assert.Contains(t, said, l.says)
	}
	assert.Contains(t, said, "add a migration to stacks/migrations")
}

package elastic

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// odd has what a shell and curl's configuration would each like to change.
const odd = `a&b"c d$e 'f' %41\n#x\`

// stub plays Elasticsearch: it knows one user, takes what it is given, and writes all of it down.
type stub struct {
	mu       sync.Mutex
	password string
	early    int    // requests that are refused before the user is known
	refuse   string // path whose PUT is refused
	calls    []string
	bodies   map[string]string
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	user, password, _ := r.BasicAuth()
	if s.early > 0 || user != "logs-setup" || password != s.password {
		s.early--
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"security_exception"}`)
		return
	}
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	if r.Method == http.MethodPut {
		if r.URL.Path == s.refuse {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"unknown setting"}`)
			return
		}
		if !json.Valid(body) || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusNotAcceptable)
			return
		}
		s.bodies[r.URL.Path] = string(body)
	}
	fmt.Fprint(w, `{"acknowledged":true}`)
}

var stored = Args{
	Name: "logs", NodeSets: []NodeSet{{Count: 3}},
	Prefixes: []Prefix{{Name: "internal", RetentionDays: 30}, {Name: "platform", RetentionDays: 14}},
}

// run runs the script against s as the Job does.
func run(t *testing.T, s *stub, more ...string) (string, error) {
	t.Helper()
	for _, tool := range []string{"sh", "curl"} {
		need.Program(t, tool)
	}
	s.bodies = map[string]string{}
	web := httptest.NewTLSServer(s)
	defer web.Close()
	dir := t.TempDir()
	write := func(name, content string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	files, err := plan(stored)
	require.NoError(t, err)
	for name, content := range files {
		write("plan/"+name, content)
	}
	write("login/username", "logs-setup")
	write("login/password", odd)
	write("ca.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})))
	cmd := exec.Command("sh", filepath.Join(dir, "plan", scriptKey))
	cmd.Env = append(os.Environ(), "ENDPOINT="+web.URL, "CA="+dir+"/ca.crt", "LOGIN="+dir+"/login", "PLAN="+dir+"/plan",
		"ATTEMPTS=3", "PAUSE=0", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	cmd.Env = append(cmd.Env, more...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	assert.NotContains(t, out.String(), odd, "logs are read by many")
	return out.String(), err
}

func TestSetup(t *testing.T) {
	s := &stub{password: odd, early: 2}
	out, err := run(t, s)
	require.NoError(t, err, out)
	assert.Equal(t, []string{
		"GET /_security/_authenticate",
		"PUT /_ilm/policy/streamforge-internal", "PUT /_ilm/policy/streamforge-platform",
		"PUT /_index_template/streamforge-internal", "PUT /_index_template/streamforge-platform",
	}, s.calls, "policies first; and no index is touched")
	files, err := plan(stored)
	require.NoError(t, err)
	assert.Equal(t, files["streamforge-internal.template.json"], s.bodies["/_index_template/streamforge-internal"])
	first := s.calls
	s.calls = nil
	_, err = run(t, s)
	require.NoError(t, err)
	assert.Equal(t, first, s.calls, "again, and the same")
}

func TestSetupFailures(t *testing.T) {
	out, err := run(t, &stub{password: odd, refuse: "/_index_template/streamforge-internal"})
	require.Error(t, err)
	assert.Contains(t, out, `setup: /_index_template/streamforge-internal: {"error":"unknown setting"}`)
	assert.NotContains(t, out, "wrote /_index_template")

	out, err = run(t, &stub{password: "another"})
	require.Error(t, err)
	assert.Contains(t, out, "setup: login is not accepted after 3 attempts")

	out, err = run(t, &stub{password: odd}, "PLAN="+t.TempDir())
	require.Error(t, err)
	assert.Contains(t, out, "setup: no policy in")

	s := &stub{password: odd}
	out, err = run(t, s, "LOGIN="+t.TempDir())
	require.Error(t, err)
	assert.Contains(t, out, "setup: no username in")
	assert.Empty(t, s.calls)

	_, err = run(t, s, "CA=/dev/null")
	require.Error(t, err)
	assert.Empty(t, s.calls, "nobody is told the password who does not prove who he is")
}

func TestShellcheck(t *testing.T) {
	out, err := exec.Command(need.Program(t, "shellcheck"), "setup.sh").CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestPlan(t *testing.T) {
	files, err := plan(stored)
	require.NoError(t, err)
	decoded := func(name string) (v object) {
		require.NoError(t, json.Unmarshal([]byte(files[name]), &v), name)
		return v
	}
	life := decoded("streamforge-internal.policy.json")["policy"].(object)["phases"].(object)
	assert.Equal(t, "31d", life["delete"].(object)["min_age"], "the last record of a day is kept 30 days, too")
	template := decoded("streamforge-platform.template.json")
	assert.Equal(t, []any{"platform-*"}, template["index_patterns"])
	assert.Greater(t, template["priority"], 200.0, "above those that come with Elasticsearch")
	assert.NotContains(t, template, "data_stream", "the output makes plain indices of a day")
	inside := template["template"].(object)
	settings := inside["settings"].(object)
	assert.Equal(t, "streamforge-platform", settings["index.lifecycle.name"])
	assert.Equal(t, 1.0, settings["index.number_of_replicas"])
	fields := inside["mappings"].(object)["properties"].(object)
	assert.Equal(t, "flattened", fields["fields"].(object)["type"], "fields of messages never clash")
	kubernetes := fields["kubernetes"].(object)["properties"].(object)
	assert.Equal(t, "flattened", kubernetes["labels"].(object)["type"])
	assert.Contains(t, kubernetes["namespace_name"].(object)["fields"], "keyword", "what dashboards count by")

	alone := stored
	alone.NodeSets = []NodeSet{{Count: 1}, {Count: 3, Roles: []string{"master"}}}
	files, err = plan(alone)
	require.NoError(t, err)
	assert.True(t, strings.Contains(files["streamforge-internal.template.json"], `"index.number_of_replicas": 0`), "one server for data has nobody for a copy")
}

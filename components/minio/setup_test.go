package minio

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// stub is an mc that writes down what it is called with and keeps just enough state in files.
const stub = `#!/bin/sh
log() { printf '%s\n' "$*" >>"$STATE/log"; }
case "$*" in
"admin user add store") read -r name; read -r key; log "admin user add store <$name $key"; exit ;;
"ilm rule import "*) log "$* <$(tr -d ' \n')"; exit ;;
esac
log "$*"
case "$*" in
"ilm rule export "*) [ -e "$STATE/rules" ] || { echo "The lifecycle configuration does not exist" >&2; exit 1; } ;;
"version info "*) if [ -e "$STATE/versioned" ]; then printf '{\n "versioning": {"status": "Enabled"}\n}'; else echo '{"versioning":{"status":""}}'; fi ;;
"admin user info --json store "*) [ -e "$STATE/denied" ] && exit 1; printf '{\n "policyName": "%s",\n "userStatus": "enabled"\n}' "$(cat "$STATE/held" 2>/dev/null)" ;;
"admin user list "*) printf '{\n "status": "success",\n "accessKey": "gnn"\n}\n{"accessKey":"former","userStatus":"enabled"}\n' ;;
esac
exit 0
`

// world is a place for the script: a plan, keys, and nothing in PATH that the image lacks.
type world struct {
	dir string
	env []string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{dir: t.TempDir()}
	bin := filepath.Join(w.dir, "bin")
	require.NoError(t, os.Mkdir(bin, 0o755))
	for _, tool := range []string{"sh", "cat", "cp", "mkdir", "tr"} {
		found, err := exec.LookPath(tool)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(found, filepath.Join(bin, tool)))
	}
	w.write(t, "bin/mc", stub)
	files, err := plan(Args{
		Buckets: []Bucket{{Name: "models", Versioning: true, NoncurrentDays: 30}, {Name: "scratch", ExpireDays: 7}, {Name: "plain"}},
		Users:   []User{{Name: "gnn", Grants: []Grant{{Bucket: "models", Read: true, Write: true}}}},
	})
	require.NoError(t, err)
	for name, content := range files {
		w.write(t, "plan/"+name, content)
	}
	w.write(t, "users/gnn", "secret-of-gnn")
	w.write(t, "ca.crt", "CERTIFICATE")
	w.env = []string{
		"PATH=" + bin, "STATE=" + w.dir, "ENDPOINT=https://minio.minio.svc:9000", "REGION=home-1", "ROOT_USER=root",
		"ROOT_PASSWORD=secret-of-root", "CA=" + w.dir + "/ca.crt", "PLAN=" + w.dir + "/plan", "USERS=" + w.dir + "/users",
		"MC_CONFIG_DIR=" + w.dir + "/mc",
	}
	return w
}

func (w world) write(t *testing.T, name, content string) {
	t.Helper()
	file := filepath.Join(w.dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o755)) //nolint:gosec // the stub is a command
}

// run gives the calls of mc and what the script said.
func (w world) run(t *testing.T, more ...string) (calls []string, said string, err error) {
	t.Helper()
	require.NoError(t, os.RemoveAll(filepath.Join(w.dir, "log")))
	cmd := exec.Command(filepath.Join(w.dir, "bin", "sh"), filepath.Join(w.dir, "plan", scriptKey))
	cmd.Env = slices.Concat(w.env, more)
	out, err := cmd.CombinedOutput()
	log, readErr := os.ReadFile(filepath.Join(w.dir, "log"))
	if readErr == nil {
		calls = strings.Split(strings.TrimSpace(string(log)), "\n")
	}
	return calls, string(out), err
}

func TestSetupOfAnEmptyStore(t *testing.T) {
	w := newWorld(t)
	calls, said, err := w.run(t)
	require.NoError(t, err, said)
	policies := filepath.Join(w.dir, "plan")
	assert.Equal(t, []string{
		"ready store",
		"mb --ignore-existing --region home-1 store/models",
		"version enable store/models",
		`ilm rule import store/models <{"Rules":[{"ID":"noncurrent","Status":"Enabled","Expiration":{"ExpiredObjectDeleteMarker":true},` +
			`"NoncurrentVersionExpiration":{"NoncurrentDays":30}}]}`,
		"mb --ignore-existing --region home-1 store/scratch",
		"version info --json store/scratch",
		`ilm rule import store/scratch <{"Rules":[{"ID":"expire","Status":"Enabled","Expiration":{"Days":7}}]}`,
		"mb --ignore-existing --region home-1 store/plain",
		"version info --json store/plain",
		"ilm rule export store/plain",
		"admin policy create store gnn " + policies + "/gnn.policy.json",
		"admin user add store <gnn secret-of-gnn",
		"admin user info --json store gnn",
		"admin policy attach store gnn --user gnn",
		"admin user list --json store",
		"admin user disable store former",
	}, calls)
	assert.NotContains(t, said, "secret-of", "logs are read by many")
	ca, err := os.ReadFile(filepath.Join(w.dir, "mc/certs/CAs/ca.crt"))
	require.NoError(t, err)
	assert.Equal(t, "CERTIFICATE", string(ca))
}

func TestSetupTakesBackWhatLeftThePlan(t *testing.T) {
	w := newWorld(t)
	w.write(t, "rules", "")
	w.write(t, "versioned", "")
	w.write(t, "held", "gnn,consoleAdmin")
	calls, said, err := w.run(t)
	require.NoError(t, err, said)
	assert.Contains(t, calls, "ilm rule rm --all --force store/plain")
	assert.Contains(t, calls, "version suspend store/plain")
	assert.Contains(t, calls, "admin policy detach store consoleAdmin --user gnn")
	assert.NotContains(t, calls, "admin policy attach store gnn --user gnn", "attaching twice is an error of mc's")
	for _, call := range calls {
		assert.NotContains(t, call, "rb ", "no bucket is ever removed")
	}
}

func TestSetupFailures(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, os.Remove(filepath.Join(w.dir, "users/gnn")))
	_, said, err := w.run(t)
	require.Error(t, err)
	assert.Contains(t, said, "setup: user gnn has no secret key in "+w.dir+"/users")

	w = newWorld(t)
	w.write(t, "denied", "")
	calls, said, err := w.run(t)
	require.Error(t, err)
	assert.Contains(t, said, "setup: user gnn cannot be read")
	assert.NotContains(t, calls, "admin user list --json store", "nobody is disabled after a failure")

	_, said, err = w.run(t, "PLAN=")
	require.Error(t, err)
	assert.Contains(t, said, "PLAN")
}

func TestShellcheck(t *testing.T) {
	out, err := exec.Command(need.Program(t, "shellcheck"), "setup.sh").CombinedOutput()
	require.NoError(t, err, string(out))
}

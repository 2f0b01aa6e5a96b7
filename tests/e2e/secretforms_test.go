package e2e_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/vault"
)

// handedOver adds what no Secret of the cluster holds: shares and token of Vault, secrets of
// Keycloak, the sandbox's own keys and the stack's passphrase.
func (s *site) handedOver(values map[string]string, at sandbox.Endpoints) {
	shares, err := vault.ReadShares(at.Vault.Shares)
	require.NoError(s.t, err)
	require.NotEmpty(s.t, shares.Keys)
	for i, share := range shares.Keys {
		raw, err := base64.StdEncoding.DecodeString(share)
		require.NoError(s.t, err)
		name := "share " + string(rune('1'+i)) + " of Vault"
		addForms(values, name, raw)
		values[name+", hex"] = hex.EncodeToString(raw)
	}
	addForms(values, "Vault's token", []byte(s.stackSecret("vaultToken")))
	if at.Identity != nil {
		addForms(values, "Keycloak's administrator", []byte(at.Identity.Password))
		k := &realm{t: s.t, at: at.Identity}
		for _, id := range []string{"grafana", "argocd", "kibana"} {
			var found []struct{ Secret string }
			k.admin(http.MethodGet, "/clients?clientId="+id, nil, &found)
			require.Len(s.t, found, 1)
			addForms(values, "client "+id, []byte(found[0].Secret))
		}
	}
	addForms(values, "passphrase", s.read("passphrase"))
	keys, err := filepath.Glob(filepath.Join(s.sb.Dir(), "pki", "*.key"))
	require.NoError(s.t, err)
	require.NotEmpty(s.t, keys)
	for _, key := range keys {
		raw, err := os.ReadFile(key)
		require.NoError(s.t, err)
		addForms(values, filepath.Base(key), raw)
	}
}

// stackSecret is a secret of the stack's configuration.
func (s *site) stackSecret(key string) string {
	cmd := exec.Command(filepath.Join(repo, "bin", "pulumi"), "config", "get", key, "--stack", "sandbox")
	cmd.Dir, cmd.Env = s.sb.Project(), os.Environ()
	for name, value := range s.sb.Env() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, string(out))
	return strings.TrimSpace(string(out))
}

// addForms adds a value as it is and as it would travel: in base64, escaped in JSON, and the first
// line of a key.
func addForms(values map[string]string, name string, value []byte) {
	value = []byte(strings.TrimSpace(string(value)))
	if len(value) < 8 {
		return
	}
	values[name] = string(value)
	values[name+", base64"] = base64.StdEncoding.EncodeToString(value)
	if quoted, err := json.Marshal(string(value)); err == nil && len(quoted) > len(value)+2 {
		values[name+", JSON"] = string(quoted[1 : len(quoted)-1])
	}
	if block, _ := pem.Decode(value); block != nil {
		values[name+", first line"] = strings.Split(string(value), "\n")[1]
	}
}

// TestSecretSearchFinds plants a secret in every place that is searched, in every form.
func TestSecretSearchFinds(t *testing.T) {
	const key = "-----BEGIN PRIVATE KEY-----\nMHcCAQEEIKZz012345678901\n-----END PRIVATE KEY-----\n"
	values := map[string]string{}
	addForms(values, "key", []byte(key))
	addForms(values, "password", []byte("correct horse"))
	require.Equal(t, "MHcCAQEEIKZz012345678901", values["key, first line"])
	for name, text := range map[string]string{
		"password":         "--password='correct horse'",
		"password, base64": "data: {password: Y29ycmVjdCBob3JzZQ==}",
		"key, JSON":        `{"key":"-----BEGIN PRIVATE KEY-----\nMHcCAQEEIKZz012345678901\n-----END PRIVATE KEY-----\n"}`,
		"key, first line":  "-----BEGIN PRIVATE KEY----- MHcCAQEEIKZz012345678901",
	} {
		require.Contains(t, leaks(values, []byte(text)), name)
	}
	require.Empty(t, leaks(values, []byte("a horse that is correct")))

	s := &site{t: t, root: t.TempDir(), tool: streamforge}
	for file, text := range map[string]string{"gate.html": "<td>correct horse</td>", ".sandbox/logs/keycloak.log": "said Y29ycmVjdCBob3JzZQ==", "drift.md": "nothing"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(s.root, file)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(s.root, file), []byte(text), 0o600))
	}
	found, searched := inFiles(t, s.root, values)
	require.Equal(t, 3, searched)
	require.ElementsMatch(t, []string{"password stands in clear in ../gate.html", "password, base64 stands in clear in logs/keycloak.log"}, found)

	for name, plant := range map[string]func(*exec.Cmd){
		"arguments":   func(c *exec.Cmd) { c.Args = append(c.Args, "correct horse") },
		"environment": func(c *exec.Cmd) { c.Env = append(c.Environ(), "PASSWORD=correct horse") },
	} {
		t.Run(name, func(t *testing.T) {
			seen := s.watchProcesses()
			cmd := exec.Command("sh", "-c", "echo ready; read line", "sh")
			cmd.Dir = s.root
			plant(cmd)
			in, err := cmd.StdinPipe()
			require.NoError(t, err)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			_, err = io.ReadFull(out, make([]byte, len("ready")))
			require.NoError(t, err)
			var where []string
			for place, text := range seen() { // which looks once more
				if len(leaks(values, text)) > 0 {
					where = append(where, place)
				}
			}
			require.NoError(t, in.Close())
			_ = cmd.Wait() // read says that nothing came
			require.Len(t, where, 1)
			require.Contains(t, where[0], name+" of ")
		})
	}
}

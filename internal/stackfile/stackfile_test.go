package stackfile

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const committed = `# the platform in small
config:
  p:site:
    domain: sandbox.test # ends every host
    lan: 127.53.0.0/24
  p:compute:
    endpoint: https://127.0.0.1:8006 # the simulator
    pools:
      - {name: a, labels: {x: "true"}}
`

const earlier = `encryptionsalt: v1:abc
config:
  p:site:
    domain: old.test
  p:compute:
    gone: true
  p:token:
    secure: v1:secret
`

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Pulumi.dev.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestDerive(t *testing.T) {
	f, err := Read(file(t, committed))
	require.NoError(t, err)
	old, err := ReadIfThere(file(t, earlier))
	require.NoError(t, err)
	require.NoError(t, f.Set("https://127.0.0.1:41000", "p:compute", "endpoint"))
	require.NoError(t, f.Set(41001, "p:cluster", "apiPort"))
	f.KeepSecrets(old)

	path := filepath.Join(t.TempDir(), "deep", "Pulumi.dev.yaml")
	require.NoError(t, f.Write(path))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, `# the platform in small
config:
  p:site:
    domain: sandbox.test # ends every host
    lan: 127.53.0.0/24
  p:compute:
    endpoint: https://127.0.0.1:41000 # the simulator
    pools:
      - {name: a, labels: {x: "true"}}
  p:cluster:
    apiPort: 41001
  p:token:
    secure: v1:secret
encryptionsalt: v1:abc
`, string(got))

	before, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, f.Write(path))
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after), "the same content is not written again")
	require.Equal(t, os.FileMode(0o600), after.Mode())
}

func TestSection(t *testing.T) {
	f, err := Read(file(t, committed))
	require.NoError(t, err)
	var site struct {
		LAN netip.Prefix `json:"lan"`
	}
	require.NoError(t, f.Section("p:site", &site))
	require.Equal(t, "127.53.0.0/24", site.LAN.String())
	require.ErrorContains(t, f.Section("p:none", &site), "p:none: section is missing")
	require.ErrorContains(t, f.Set(1, "p:site", "domain", "x"), "p:site.domain.x: x is inside a value that is no mapping")
}

func TestUnreadable(t *testing.T) {
	_, err := Read(file(t, "config: [\n"))
	require.ErrorContains(t, err, "stack file ")
	_, err = Read(file(t, "- a\n"))
	require.ErrorContains(t, err, "must be a mapping")
	f, err := Read(file(t, ""))
	require.NoError(t, err)
	require.NoError(t, f.Set("x", "p:charts", "mirror"))
	none, err := ReadIfThere(filepath.Join(t.TempDir(), "none"))
	require.NoError(t, err)
	require.Nil(t, none)
}

func TestValues(t *testing.T) {
	f, err := Read(file(t, "config:\n  p:name: text\n  p:count: 3\n  p:token: {secure: v1:abc}\n"+
		"  p:site: {domain: x, login: {secure: v1:def}, list: [{secure: v1:ghi}, 1]}\n"))
	require.NoError(t, err)
	values, encrypted, err := f.Values()
	require.NoError(t, err)
	require.Equal(t, []string{"p:token"}, encrypted)
	require.Equal(t, map[string]string{
		"p:name": "text", "p:count": "3", "p:site": `{"domain":"x","list":["encrypted",1],"login":"encrypted"}`,
	}, values)
}

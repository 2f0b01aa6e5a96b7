package e2e_test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// healthy expects the doctor to find nothing wrong with a deployed sandbox, and to leave all as it was.
// This site does not promise Vault, whose token is there: that is worth a warning.
func (s *site) healthy() {
	s.t.Helper()
	stored := s.stackFile()
	out := s.ok("doctor", "-s", "sandbox")
	for _, check := range []string{"tools", "sandbox", "state", "lock", "secrets", "configuration", "proxmox", "cluster", "charts"} {
		require.Regexp(s.t, `(?m)^  ok +`+check+` `, out)
	}
	require.Contains(s.t, out, "a vaultToken is stored, but handover.vault is false; set handover.vault to true")
	require.NotContains(s.t, out, "  problem ")
	require.True(s.t, stored == s.stackFile(), "the doctor changed the stack file")
}

// ill expects the doctor to name what is broken, and the way out.
func (s *site) ill() {
	s.t.Helper()
	project := filepath.Join(s.sb.Project(), "Pulumi.sandbox.yaml")
	passphrase := filepath.Join(s.sb.Dir(), "passphrase")
	chart, err := filepath.Glob(filepath.Join(s.sb.Dir(), "mirror", "traefik-*.tgz"))
	require.NoError(s.t, err)
	require.Len(s.t, chart, 1)
	right := s.stackFile()

	var file map[string]any
	require.NoError(s.t, yaml.Unmarshal([]byte(right), &file))
	delete(file["config"].(map[string]any), "streamforge:kubeconfig")
	raw, err := yaml.Marshal(file)
	require.NoError(s.t, err)
	s.broken(project, raw, "handover", "handover.cluster is true, but no kubeconfig is stored; run `streamforge kubespray handover -s sandbox FILE`")
	s.broken(project, []byte(strings.ReplaceAll(right, "proxmoxToken:", "proxmoxTokens:")), "configuration", "proxmoxToken: missing")
	s.broken(passphrase, []byte("another"), "secrets", "wrong passphrase")
	s.broken(chart[0], nil, "charts", "not in the mirror")

	s.ok("sandbox", "stop")
	r := s.run("doctor", "-s", "sandbox")
	require.Equal(s.t, 6, r.code, r.out)
	require.Contains(s.t, r.out, "the sandbox is stopped; run `make up`, or only `streamforge sandbox start`")
	require.Regexp(s.t, `(?m)^  ok +ports `, r.out)
	s.ok("doctor") // a stopped sandbox is nothing that the machine lacks
}

// broken puts content in the place of a file, nothing for nil, and expects one check to tell. The file
// comes back.
func (s *site) broken(path string, content []byte, check, says string) {
	s.t.Helper()
	right, err := os.ReadFile(path)
	require.NoError(s.t, err)
	if content == nil {
		require.NoError(s.t, os.Remove(path))
	} else {
		require.NoError(s.t, os.WriteFile(path, content, 0o600))
	}
	r := s.run("doctor", "-s", "sandbox")
	require.NoError(s.t, os.WriteFile(path, right, 0o600))
	require.Equal(s.t, 6, r.code, r.out)
	require.Regexp(s.t, `(?m)^  problem +`+check+` `, r.out)
	require.Contains(s.t, r.out, says)
}

package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// vaults are the places that exist to hold secrets: the stores of the sandbox's own servers, and
// the files through which they are handed over, all readable by their owner only.
var vaults = []string{"etcd", "pki", "admin.conf", "passphrase", "proxmox-token", "vault/raft", "vault-shares.json",
	"keycloak/data", "keycloak/conf", "keycloak-password"}

// public are the keys of Kubernetes Secrets that hold no secret but stand beside one.
var public = []string{"PULUMI_BACKEND_URL", "AWS_ACCESS_KEY_ID", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_REGION",
	"PGDATABASE", "PGHOST", "PGPORT", "PGSSLMODE", "PGUSER",
	"bootstrap.servers", "sasl.mechanism", "security.protocol", "username", "tls.crt", "ca.crt",
	"name", "project", "type", "url", "admin.passwordMtime", // of a repository and of Argo CD's administrator
	"roles", "roles.yml", "admin-user"} // of Elasticsearch's and Grafana's users

// noSecretInClear looks for every secret value of the deployment in everything that was written,
// printed and shown to others on this machine: state, stack files, logs, outputs, reports of gate
// and audit, arguments and environments of processes.
func (s *site) noSecretInClear(t *testing.T) {
	seen := s.watchProcesses()
	before := s.secretValues()
	printed := s.ok("outputs", "-s", "sandbox", "--json") + s.ok("preview", "-s", "sandbox", "--json") +
		s.ok("refresh", "-s", "sandbox", "--verbose") + s.ok("sandbox", "status") +
		s.ok("vault", "handover", "-s", "sandbox", "--shares-file", filepath.Join(s.sb.Dir(), "vault-shares.json"), "--rotate") +
		s.ok("rotate", "minio-user-gnn", "-s", "sandbox", "--yes", "--verbose") + s.reports()
	needles := s.secretValues() // with those that took the others' places
	maps.Copy(needles, rename(before, "earlier "))
	require.GreaterOrEqual(t, len(needles), 150, "found %d secrets only", len(needles))
	t.Logf("%d forms of secrets are looked for", len(needles))

	shown := seen()
	require.GreaterOrEqual(t, len(shown), 50, "of the sandbox and of what was run meanwhile")
	shown["what was printed"] = []byte(printed)
	for where, text := range shown {
		assert.Empty(t, leaks(needles, text), "in clear in %s", where)
	}
	found, searched := inFiles(t, s.root, needles)
	assert.Empty(t, found)
	require.Greater(t, searched, 20)
}

// reports has gate and audit write all they can, of a Secret that somebody changed by hand too, and
// takes the changes back.
func (s *site) reports() string {
	path, collector := filepath.Join(s.root, "Pulumi.sandbox.yaml"), []string{"-n", "streams", "patch", "secret", "kafka-collector", "--type", "merge", "-p"}
	before, err := os.ReadFile(path)
	require.NoError(s.t, err)
	s.kubectl(append(collector, `{"stringData":{"username":"somebody-else"}}`)...)
	printed := s.run("drift", "--verbose", "--html", "drift.html", "--markdown", "drift.md", "--junit", "drift.xml", "--prometheus", "drift.prom").out
	s.edit("gitops", func(values map[string]any) { values["runner"].(map[string]any)["concurrent"] = 3 })
	printed += s.run("gate", "--verbose", "-s", "sandbox", "--html", "gate.html", "--markdown", "gate.md", "--junit", "gate.xml").out
	for file, says := range map[string]string{
		"drift-report.json": "kafka-collector", "drift.html": "kafka-collector", "drift.md": "kafka-collector", "drift.xml": "kafka-collector", "drift.prom": "",
		"gate-report.json": "gitlab-runner", "gate.html": "gitlab-runner", "gate.md": "gitlab-runner", "gate.xml": "gitlab-runner",
	} {
		raw, err := os.ReadFile(filepath.Join(s.root, file))
		require.NoError(s.t, err, printed)
		require.Contains(s.t, string(raw), says, file)
	}
	s.kubectl(append(collector, `{"stringData":{"username":"collector"}}`)...)
	require.NoError(s.t, os.WriteFile(path, before, 0o644))
	return printed
}

func rename(values map[string]string, prefix string) map[string]string {
	all := map[string]string{}
	for name, v := range values {
		all[prefix+name] = v
	}
	return all
}

// leaks are the names of the secrets that stand in a text.
func leaks(needles map[string]string, text []byte) (found []string) {
	for name, value := range needles {
		if bytes.Contains(text, []byte(value)) {
			found = append(found, name)
		}
	}
	return found
}

// inFiles looks into every file below a site's folder that does not exist to hold secrets.
func inFiles(t *testing.T, root string, needles map[string]string) (found []string, searched int) {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(filepath.Join(root, ".sandbox"), path)
		if slices.Contains(vaults, rel) {
			info, err := entry.Info()
			require.NoError(t, err)
			require.Zero(t, info.Mode().Perm()&0o077, "%s is open to others", rel)
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		raw, err := os.ReadFile(path)
		searched++
		for _, name := range leaks(needles, raw) {
			found = append(found, name+" stands in clear in "+rel)
		}
		return err
	})
	require.NoError(t, err)
	return found, searched
}

// secretValues are the values themselves and the forms in which they would travel.
func (s *site) secretValues() map[string]string {
	values := map[string]string{}
	at, err := s.sb.Endpoints()
	require.NoError(s.t, err)
	_, token, _ := strings.Cut(at.ProxmoxToken, "=")
	addForms(values, "Proxmox token", []byte(token))
	s.handedOver(values, at)

	raw, err := os.ReadFile(at.AdminKubeconfig)
	require.NoError(s.t, err)
	var admin struct {
		Users []struct {
			User map[string]string `yaml:"user"`
		} `yaml:"users"`
	}
	require.NoError(s.t, yaml.Unmarshal(raw, &admin))
	key, err := base64.StdEncoding.DecodeString(admin.Users[0].User["client-key-data"])
	require.NoError(s.t, err)
	addForms(values, "kubeconfig key", key)

	var list struct {
		Items []struct {
			Metadata struct{ Namespace, Name string }
			Type     string
			Data     map[string][]byte
		}
	}
	require.NoError(s.t, json.Unmarshal([]byte(s.kubectl("get", "secrets", "-A", "-o", "json")), &list))
	for _, secret := range list.Items {
		if secret.Type == "helm.sh/release.v1" { // Helm's own record, compressed, in the cluster only
			continue
		}
		for key, value := range secret.Data {
			if !slices.Contains(public, key) && !strings.HasSuffix(key, ".crt") {
				addForms(values, secret.Metadata.Namespace+"/"+secret.Metadata.Name+" "+key, value)
			}
		}
	}
	return values
}

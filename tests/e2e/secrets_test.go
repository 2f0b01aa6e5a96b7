package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io/fs"
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
var vaults = []string{"etcd", "pki", "admin.conf", "passphrase", "proxmox-token"}

// public are the keys of Kubernetes Secrets that hold no secret but stand beside one.
var public = []string{"AWS_ACCESS_KEY_ID", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_REGION",
	"PGDATABASE", "PGHOST", "PGPORT", "PGSSLMODE", "PGUSER",
	"bootstrap.servers", "sasl.mechanism", "security.protocol", "username", "tls.crt", "ca.crt",
	"name", "project", "type", "url", "admin.passwordMtime", // of a repository and of Argo CD's administrator
	"roles", "roles.yml", "admin-user"} // of Elasticsearch's and Grafana's users

// noSecretInClear looks for every secret value of the deployment in everything that was written
// and printed: state, stack files, logs, outputs, reports.
func (s *site) noSecretInClear(t *testing.T) {
	needles := s.secretValues()
	require.GreaterOrEqual(t, len(needles), 6, "found %d secrets only", len(needles))
	printed := s.ok("outputs", "-s", "sandbox", "--json") + s.ok("preview", "-s", "sandbox", "--json") +
		s.ok("refresh", "-s", "sandbox", "--verbose") + s.ok("sandbox", "status")
	for name, value := range needles {
		assert.False(t, strings.Contains(printed, value), "%s is printed", name)
	}
	searched := 0
	err := filepath.WalkDir(s.sb.Dir(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(s.sb.Dir(), path)
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
		for name, value := range needles {
			assert.False(t, bytes.Contains(raw, []byte(value)), "%s stands in clear in %s", name, rel)
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, searched, 20)
}

// TestSecretSearchFinds proves that the search above would notice a leak.
func TestSecretSearchFinds(t *testing.T) {
	values := map[string]string{}
	addForms(values, "key", []byte("-----BEGIN PRIVATE KEY-----\nMHcCAQEEIKZz012345678901\n-----END PRIVATE KEY-----\n"))
	require.Contains(t, values, "key")
	require.Contains(t, values, "key, base64")
	require.Equal(t, "MHcCAQEEIKZz012345678901", values["key, first line"])
}

// secretValues are the values themselves and the forms in which they would travel.
func (s *site) secretValues() map[string]string {
	values := map[string]string{}
	at, err := s.sb.Endpoints()
	require.NoError(s.t, err)
	_, token, _ := strings.Cut(at.ProxmoxToken, "=")
	addForms(values, "Proxmox token", []byte(token))

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

func addForms(values map[string]string, name string, value []byte) {
	if len(value) < 8 {
		return
	}
	values[name] = string(value)
	values[name+", base64"] = base64.StdEncoding.EncodeToString(value)
	if block, _ := pem.Decode(value); block != nil {
		values[name+", first line"] = strings.Split(string(value), "\n")[1]
	}
}

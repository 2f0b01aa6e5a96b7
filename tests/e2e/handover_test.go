package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// kubeconfigs are what a hurried person might hand over, and what streamforge then says.
var kubeconfigs = []struct {
	name   string
	change func(s *site, file map[string]any)
	code   int
	says   string
}{
	{"expired", func(s *site, f map[string]any) { s.expire(userOf(f)) }, 3,
		"client certificate expired on "},
	{"exec plugin", func(_ *site, f map[string]any) {
		u := userOf(f)
		clear(u)
		u["exec"] = map[string]any{"command": "kubelogin", "apiVersion": "client.authentication.k8s.io/v1"}
	}, 3, `exec plugin "kubelogin" would run wherever the stack is deployed`},
	{"no CA", func(_ *site, f map[string]any) { delete(clusterOf(f), "certificate-authority-data") }, 3,
		"no certificate-authority-data, so the server cannot be verified"},
	{"files instead of data", func(_ *site, f map[string]any) {
		clusterOf(f)["certificate-authority"] = "/etc/kubernetes/pki/ca.crt"
		delete(clusterOf(f), "certificate-authority-data")
	}, 3, `certificate-authority names the file "/etc/kubernetes/pki/ca.crt", which other machines do not have`},
	{"unverified", func(_ *site, f map[string]any) { clusterOf(f)["insecure-skip-tls-verify"] = true }, 3,
		"insecure-skip-tls-verify is on"},
	{"another cluster", func(s *site, f map[string]any) {
		clusterOf(f)["certificate-authority-data"] = base64.StdEncoding.EncodeToString(s.read("pki", "etcd-ca.crt"))
	}, 3, "signed by"},
}

func clusterOf(f map[string]any) map[string]any {
	return f["clusters"].([]any)[0].(map[string]any)["cluster"].(map[string]any)
}

func userOf(f map[string]any) map[string]any {
	return f["users"].([]any)[0].(map[string]any)["user"].(map[string]any)
}

// TestHandover hands over what must be refused, then what is right.
func TestHandover(t *testing.T) {
	s := newSite(t, 33)
	s.machinesOnly()
	s.ok("sandbox", "start")
	s.ok("up", "-s", "sandbox", "--yes")
	for _, k := range kubeconfigs {
		t.Run(k.name, func(t *testing.T) {
			s.t = t
			var file map[string]any
			require.NoError(t, yaml.Unmarshal(s.read("admin.conf"), &file))
			k.change(s, file)
			raw, err := yaml.Marshal(file)
			require.NoError(t, err)
			s.refused(raw, k.code, k.says)
		})
	}
	t.Run("not a kubeconfig", func(t *testing.T) {
		s.t = t
		s.refused([]byte("apiVersion: v1\nkind: Pod\n"), 3, "not a kubeconfig")
	})
	t.Run("wrong server is set right", func(t *testing.T) {
		s.t = t
		file := filepath.Join(t.TempDir(), "admin.conf")
		raw := strings.ReplaceAll(string(s.read("admin.conf")), "127.53.33.10", "192.0.2.1")
		require.NoError(t, os.WriteFile(file, []byte(raw), 0o600))
		require.Contains(t, s.ok("kubespray", "handover", "-s", "sandbox", file), "https://127.53.33.10:")
		s.ok("preview", "-s", "sandbox", "--expect-no-changes")
	})
	t.Run("promised and missing", func(t *testing.T) {
		s.t = t
		path := filepath.Join(s.sb.Project(), "Pulumi.sandbox.yaml")
		var file map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(s.stackFile()), &file))
		delete(file["config"].(map[string]any), "streamforge:kubeconfig")
		s.edit("handover", func(v map[string]any) { v["cluster"] = true })
		raw, err := yaml.Marshal(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		r := s.run("up", "-s", "sandbox", "--yes")
		require.Equal(t, 3, r.code, r.out)
		require.Contains(t, r.out, "kubeconfig: missing although handover.cluster is true; run `streamforge kubespray handover -s sandbox FILE`")
		require.Len(t, s.machines(), 9)
	})
	s.t = t
	t.Run("and a good run follows", func(t *testing.T) {
		s.t = t
		s.ok("sandbox", "start")
		s.ok("up", "-s", "sandbox", "--yes")
		s.unchanged()
		require.Len(t, s.machines(), 9)
	})
	t.Run("what the doctor says", func(t *testing.T) {
		s.t = t
		s.healthy()
		s.ill()
	})
}

// refused expects a kubeconfig not to be taken, and nothing to be stored.
func (s *site) refused(raw []byte, code int, says string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "admin.conf")
	require.NoError(s.t, os.WriteFile(file, raw, 0o600))
	stored := s.stackFile()
	r := s.run("kubespray", "handover", "-s", "sandbox", file)
	require.Equal(s.t, code, r.code, r.out)
	require.Contains(s.t, r.out, says)
	require.True(s.t, stored == s.stackFile(), "a refused kubeconfig changed the stack file")
}

func (s *site) read(path ...string) []byte {
	s.t.Helper()
	raw, err := os.ReadFile(filepath.Join(append([]string{s.sb.Dir()}, path...)...))
	require.NoError(s.t, err)
	return raw
}

func (s *site) stackFile() string { return string(s.read("project", "Pulumi.sandbox.yaml")) }

// expire replaces a client certificate by one of the same CA that ended yesterday.
func (s *site) expire(user map[string]any) {
	s.t.Helper()
	caCert, err := x509.ParseCertificate(decodePEM(s.t, s.read("pki", "ca.crt")))
	require.NoError(s.t, err)
	caKey, err := x509.ParsePKCS8PrivateKey(decodePEM(s.t, s.read("pki", "ca.key")))
	if err != nil {
		caKey, err = x509.ParseECPrivateKey(decodePEM(s.t, s.read("pki", "ca.key")))
	}
	require.NoError(s.t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(s.t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kubernetes-admin", Organization: []string{"system:masters"}},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(0, 0, -1),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, caCert, key.Public(), caKey)
	require.NoError(s.t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(s.t, err)
	user["client-certificate-data"] = encodePEM("CERTIFICATE", der)
	user["client-key-data"] = encodePEM("PRIVATE KEY", keyDER)
}

func decodePEM(t *testing.T, raw []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(raw)
	require.NotNil(t, block)
	return block.Bytes
}

func encodePEM(kind string, der []byte) string {
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

package e2e_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// TestVault logs in to the real Vault as pods do, and does what policies allow and deny.
func TestVault(t *testing.T) {
	s := newSite(t, 61)
	s.ok("sandbox", "start")
	s.ok("up", "-s", "sandbox", "--yes")
	v := newVaultClient(s)
	cluster := v.cluster()
	for _, name := range []string{"trainer", "stranger"} {
		_, err := cluster.CoreV1().ServiceAccounts("ml").Create(t.Context(), &corev1.ServiceAccount{
			ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}

	read := "" // a secret value that went over the wire
	t.Run("a consumer reads what it mounts and nothing else", func(t *testing.T) {
		token := v.login(t, "gnn", v.jwt(t, cluster, "ml", "trainer", "vault"))
		code, body := v.call(t, token, http.MethodGet, "kv/data/platform/s3/gnn", nil)
		require.Equal(t, http.StatusOK, code, body)
		var secret struct {
			Data struct{ Data map[string]string }
		}
		require.NoError(t, json.Unmarshal([]byte(body), &secret))
		assert.Equal(t, "gnn", secret.Data.Data["access-key"])
		read = secret.Data.Data["secret-key"]
		for _, path := range []string{"kv/data/platform/s3/ppo", "kv/data/experiments/one", "sys/policies/acl", "sys/storage/raft/snapshot"} {
			code, _ := v.call(t, token, http.MethodGet, path, nil)
			assert.Equal(t, http.StatusForbidden, code, path)
		}
	})
	t.Run("a role of the configuration writes where it may", func(t *testing.T) {
		token := v.login(t, "experiments", v.jwt(t, cluster, "ml", "trainer", "vault"))
		value := map[string]any{"data": map[string]string{"score": "1"}}
		code, body := v.call(t, token, http.MethodPost, "kv/data/experiments/one", value)
		require.Equal(t, http.StatusOK, code, body)
		code, _ = v.call(t, token, http.MethodPost, "kv/data/platform/s3/gnn", value)
		assert.Equal(t, http.StatusForbidden, code)
	})
	for name, jwt := range map[string]string{
		"another account":   v.jwt(t, cluster, "ml", "stranger", "vault"),
		"another namespace": v.jwt(t, cluster, "default", "default", "vault"),
		"another audience":  v.jwt(t, cluster, "ml", "trainer", "https://kubernetes.default.svc"),
		"no token":          "eyJhbGciOiJub25lIn0.e30.",
	} {
		t.Run(name+" is turned away", func(t *testing.T) {
			code, body := v.call(t, "", http.MethodPost, "auth/kubernetes/login", map[string]string{"role": "gnn", "jwt": jwt})
			assert.GreaterOrEqual(t, code, 400, body)
			assert.NotContains(t, body, "client_token")
		})
	}
	t.Run("everything is in the audit log, no secret is", func(t *testing.T) {
		log := string(s.read("vault", "audit.log"))
		assert.Contains(t, log, "auth/kubernetes/login")
		assert.Contains(t, log, "kv/data/platform/s3/gnn")
		require.NotEmpty(t, read)
		assert.NotContains(t, log, read)
	})
	s.unchanged()

	t.Run("a rotated token leaves nothing to change", func(t *testing.T) {
		shares := filepath.Join(s.sb.Dir(), "vault-shares.json")
		out := s.ok("vault", "handover", "-s", "sandbox", "--shares-file", shares, "--rotate")
		assert.Contains(t, out, "A token for the program is stored as a secret of stack sandbox")
		out = s.ok("vault", "handover", "-s", "sandbox", "--shares-file", shares)
		assert.NotContains(t, out, "Revoked")
		s.ok("up", "-s", "sandbox", "--yes")
		s.unchanged()
	})
	t.Run("a restarted server is opened again", func(t *testing.T) {
		s.ok("sandbox", "stop")
		s.ok("sandbox", "start")
		code, body := v.call(t, "", http.MethodGet, "sys/health", nil)
		assert.Equal(t, http.StatusOK, code, body)
		s.unchanged()
	})
	t.Run("what a killed run was making is taken over", func(t *testing.T) {
		s.t = t
		s.cutOff("vault:index/audit:Audit", "vault:index/mount:Mount", "vault:index/authBackend:AuthBackend")
		s.ok("up", "-s", "sandbox", "--yes")
		s.unchanged()
	})
	t.Run("destroy takes the content along, every version of it", func(t *testing.T) {
		s.t = t
		s.ok("destroy", "-s", "sandbox", "--yes")
		assert.Contains(t, string(s.read("vault", "audit.log")), `"path":"kv/metadata/platform/s3/gnn"`)
		code, _ := v.call(t, "", http.MethodPost, "auth/kubernetes/login", map[string]string{"role": "gnn", "jwt": "x"})
		assert.GreaterOrEqual(t, code, 400, "the log-in is gone")
	})
	s.t = t
}

// vaultClient talks to a sandbox's Vault.
type vaultClient struct {
	s       *site
	address string
	http    *http.Client
}

func newVaultClient(s *site) vaultClient {
	at, err := s.sb.Endpoints()
	require.NoError(s.t, err)
	ca, err := os.ReadFile(at.Vault.CA)
	require.NoError(s.t, err)
	pool := x509.NewCertPool()
	require.True(s.t, pool.AppendCertsFromPEM(ca))
	return vaultClient{s, at.Vault.URL, &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}}
}

func (v vaultClient) cluster() kubernetes.Interface {
	conf, err := clientcmd.BuildConfigFromFlags("", v.s.sb.AdminKubeconfig())
	require.NoError(v.s.t, err)
	c, err := kubernetes.NewForConfig(conf)
	require.NoError(v.s.t, err)
	return c
}

// jwt is the token that a kubelet would give to a pod of the account.
func (v vaultClient) jwt(t *testing.T, c kubernetes.Interface, namespace, account, audience string) string {
	t.Helper()
	r, err := c.CoreV1().ServiceAccounts(namespace).CreateToken(t.Context(), account, &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{Audiences: []string{audience}}}, metav1.CreateOptions{})
	require.NoError(t, err)
	return r.Status.Token
}

func (v vaultClient) login(t *testing.T, role, jwt string) string {
	t.Helper()
	code, body := v.call(t, "", http.MethodPost, "auth/kubernetes/login", map[string]string{"role": role, "jwt": jwt})
	require.Equal(t, http.StatusOK, code, body)
	var answer struct {
		Auth struct {
			Token string `json:"client_token"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	return answer.Auth.Token
}

func (v vaultClient) call(t *testing.T, token, method, path string, value any) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	raw, err := json.Marshal(value)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(ctx, method, v.address+"/v1/"+path, bytes.NewReader(raw))
	require.NoError(t, err)
	if token != "" {
		r.Header.Set("X-Vault-Token", token)
	}
	resp, err := v.http.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

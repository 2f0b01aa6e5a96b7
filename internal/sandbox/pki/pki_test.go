package pki

import (
	"crypto/tls"
	"crypto/x509"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
)

var (
	site = Site{
		APIAddress: netip.MustParseAddr("127.53.0.10"), APIHost: "api.sandbox.home",
		ServiceIP: netip.MustParseAddr("10.233.0.1"), DNSDomain: "cluster.local",
	}
	day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	all := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		all[filepath.Base(f)] = string(data)
	}
	return all
}

// changed lists the certificates that differ between two snapshots.
func changed(before, after map[string]string) (names []string) {
	for name := range after {
		if filepath.Ext(name) == ".crt" && before[name] != after[name] {
			names = append(names, name)
		}
	}
	return names
}

func TestEnsureKeepsWhatIsGood(t *testing.T) {
	dir := t.TempDir()
	_, err := Ensure(dir, site, day)
	require.NoError(t, err)
	before := snapshot(t, dir)
	_, err = Ensure(dir, site, day.AddDate(0, 6, 0))
	require.NoError(t, err)
	assert.Equal(t, before, snapshot(t, dir))
}

func TestEnsureRenews(t *testing.T) {
	other := site
	other.APIHost = "api.dmz.home"
	for name, c := range map[string]struct {
		site   Site
		at     time.Time
		damage func(t *testing.T, dir string)
		want   []string
	}{
		"leaves near their end": {site: site, at: day.AddDate(0, 0, 340), want: []string{
			"apiserver.crt", "serving.crt", "proxmox.crt", "keycloak.crt", "vault.crt", "admin.crt", "controller-manager.crt",
			"scheduler.crt", "kwok.crt", "etcd.crt", "etcd-client.crt", "front-proxy.crt"}},
		"changed name": {site: other, at: day, want: []string{"apiserver.crt"}},
		"damaged key": {site: site, at: day, want: []string{"admin.crt"}, damage: func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "admin.key"), []byte("x"), 0o600))
		}},
		"lost authority": {site: site, at: day, want: []string{"front-proxy-ca.crt", "front-proxy.crt"},
			damage: func(t *testing.T, dir string) {
				require.NoError(t, os.Remove(filepath.Join(dir, "front-proxy-ca.crt")))
			}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := Ensure(dir, site, day)
			require.NoError(t, err)
			before := snapshot(t, dir)
			if c.damage != nil {
				c.damage(t, dir)
			}
			_, err = Ensure(dir, c.site, c.at)
			require.NoError(t, err)
			assert.ElementsMatch(t, c.want, changed(before, snapshot(t, dir)))
		})
	}
}

func TestCertificatesServeTheirNames(t *testing.T) {
	dir := t.TempDir()
	set, err := Ensure(dir, site, day)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(set.CA.Cert)
	require.NoError(t, err)
	require.True(t, roots.AppendCertsFromPEM(pem))
	pair, err := tls.LoadX509KeyPair(set.APIServer.Cert, set.APIServer.Key)
	require.NoError(t, err)
	for _, host := range []string{"127.53.0.10", "127.0.0.1", "localhost", "10.233.0.1", "api.sandbox.home",
		"kubernetes.default.svc", "kubernetes.default.svc.cluster.local"} {
		_, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: day})
		assert.NoError(t, err, host)
	}
	_, err = pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "elsewhere", CurrentTime: day})
	assert.Error(t, err)
	for _, f := range []string{set.Admin.Key, set.CA.Key, set.ServiceAccountPrivate} {
		info, err := os.Stat(f)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), f)
	}
}

func TestKubeconfigIsWholeAndKept(t *testing.T) {
	dir := t.TempDir()
	set, err := Ensure(dir, site, day)
	require.NoError(t, err)
	file := filepath.Join(dir, "admin.conf")
	access := Access{Server: "https://127.53.0.10:6443", Cluster: "cluster.local",
		User: "kubernetes-admin-cluster.local", CA: set.CA.Cert, Client: set.Admin}
	require.NoError(t, WriteKubeconfig(file, access))
	first, err := os.Stat(file)
	require.NoError(t, err)
	require.NoError(t, WriteKubeconfig(file, access))
	second, err := os.Stat(file)
	require.NoError(t, err)
	assert.True(t, os.SameFile(first, second), "an unchanged file must not be written again")

	conf, err := clientcmd.LoadFromFile(file)
	require.NoError(t, err)
	assert.Equal(t, "kubernetes-admin-cluster.local@cluster.local", conf.CurrentContext)
	assert.Equal(t, "https://127.53.0.10:6443", conf.Clusters["cluster.local"].Server)
	assert.NotEmpty(t, conf.Clusters["cluster.local"].CertificateAuthorityData)
	user := conf.AuthInfos["kubernetes-admin-cluster.local"]
	_, err = tls.X509KeyPair(user.ClientCertificateData, user.ClientKeyData)
	assert.NoError(t, err)
	assert.Nil(t, user.Exec)
}

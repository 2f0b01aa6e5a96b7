package kubeconfig

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

const vip = "https://192.168.1.150:6443"

// admin is what Kubespray writes, for the server vip.
func admin(t *testing.T, ca *pair) *file {
	t.Helper()
	c := client(t, ca, forever)
	return &file{
		APIVersion: "v1", Kind: "Config", CurrentContext: "kubernetes-admin-cluster.local",
		Clusters: []namedCluster{{"cluster.local", cluster{Server: vip, CAData: ca.certData()}}},
		Contexts: []namedContext{{"kubernetes-admin-cluster.local", contextRef{Cluster: "cluster.local", User: "admin"}}},
		Users:    []namedUser{{"admin", user{CertData: c.certData(), KeyData: c.keyData(t)}}},
	}
}

func encode(t *testing.T, f *file) []byte {
	t.Helper()
	raw, err := yaml.Marshal(f)
	require.NoError(t, err)
	return raw
}

func TestCheckNamesEveryProblem(t *testing.T) {
	ca, other := authority(t, "kubernetes"), authority(t, "other")
	old := issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "kubernetes"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(0, 0, -1),
	}, nil)
	withClient := func(c *pair) func(*cluster, *user) {
		return func(_ *cluster, u *user) { u.CertData, u.KeyData = c.certData(), c.keyData(t) }
	}
	const take = "take artifacts/admin.conf from the inventory folder, where Kubespray writes it"
	const embed = "embed it with `kubectl config view --raw --flatten --minify`"
	const again = "renew it on a control plane node with `kubeadm certs renew admin.conf` and hand it over again"
	for name, tt := range map[string]struct {
		change func(*cluster, *user)
		want   string
	}{
		"nothing wrong": {func(*cluster, *user) {}, ""},
		"token":         {func(_ *cluster, u *user) { *u = user{Token: "t"} }, ""},
		"wrong server": {func(c *cluster, _ *user) { c.Server = "https://127.0.0.1:6443" },
			`cluster "cluster.local": server is "https://127.0.0.1:6443", want "https://192.168.1.150:6443", ` +
				"the virtual address that outlives every single node; `streamforge kubespray handover` rewrites it"},
		"unverified": {func(c *cluster, _ *user) { c.Insecure, c.CAData = true, "" },
			`cluster "cluster.local": insecure-skip-tls-verify is on, so anyone on the network can answer for the cluster; remove it` + "\n" +
				`cluster "cluster.local": no certificate-authority-data, so the server cannot be verified; ` + take},
		"proxy": {func(c *cluster, _ *user) { c.ProxyURL = "http://proxy:3128" },
			`cluster "cluster.local": proxy-url is set; the cluster is on the LAN, remove it`},
		"CA file": {func(c *cluster, _ *user) { c.CAFile = "/etc/kubernetes/ssl/ca.crt" },
			`cluster "cluster.local": certificate-authority names the file "/etc/kubernetes/ssl/ca.crt", which other machines do not have; ` + embed},
		"CA not base64": {func(c *cluster, _ *user) { c.CAData = "***" },
			`cluster "cluster.local": certificate-authority-data: not base64; ` + take},
		"CA not PEM": {func(c *cluster, _ *user) { c.CAData = base64.StdEncoding.EncodeToString([]byte("x")) },
			`cluster "cluster.local": certificate-authority-data: no PEM certificate in it; ` + take},
		"CA is no CA": {func(c *cluster, u *user) { c.CAData = u.CertData },
			`cluster "cluster.local": certificate-authority-data: "kubernetes-admin" is not a CA certificate; ` + take + "\n" +
				`user "admin": client certificate is not signed by the CA of the cluster; its two halves come from two clusters, ` + take},
		"CA expired": {func(c *cluster, u *user) {
			c.CAData = old.certData()
			withClient(client(t, old, forever))(c, u)
		}, `cluster "cluster.local": CA "kubernetes" expired on 2026-02-28 12:00 UTC; the cluster needs a new one before anything else`},
		"certificate expired": {withClient(client(t, ca, now.Add(-time.Minute))),
			`user "admin": client certificate expired on 2026-03-01 11:59 UTC; ` + again},
		"certificate about to expire": {withClient(client(t, ca, now.Add(90*time.Minute))),
			`user "admin": client certificate expires on 2026-03-01 13:30 UTC, in 1h30m0s; ` + again},
		"certificate from tomorrow": {withClient(issue(t, &x509.Certificate{
			NotBefore: now.AddDate(0, 0, 1), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}, ca)), `user "admin": client certificate is not valid before 2026-03-02 12:00 UTC; check the clock`},
		"certificate of another cluster": {withClient(client(t, other, forever)),
			`user "admin": client certificate is not signed by the CA of the cluster; its two halves come from two clusters, ` + take},
		"server certificate": {withClient(server(t, ca, "192.168.1.150")),
			`user "admin": client certificate is not made for client authentication; ` + take},
		"key of another certificate": {func(_ *cluster, u *user) { u.KeyData = other.keyData(t) },
			`user "admin": client-key-data is not the key of client-certificate-data; ` + take},
		"no key": {func(_ *cluster, u *user) { u.KeyData = "" },
			`user "admin": client-certificate-data without client-key-data; ` + take},
		"key alone": {func(_ *cluster, u *user) { u.CertData = "" },
			`user "admin": client-key-data without client-certificate-data; ` + take},
		"certificate unreadable": {func(_ *cluster, u *user) { u.CertData = "***" },
			`user "admin": client-certificate-data: not base64; ` + take},
		"no credentials": {func(_ *cluster, u *user) { *u = user{} }, `user "admin": no credentials; ` + take},
		"exec plugin": {func(_ *cluster, u *user) { *u = user{Exec: &exec{Command: "kubelogin"}} },
			`user "admin": exec plugin "kubelogin" would run wherever the stack is deployed; ` + take},
		"auth provider": {func(_ *cluster, u *user) { *u = user{AuthProvider: &named{Name: "oidc"}} },
			`user "admin": auth-provider "oidc" was removed from Kubernetes; ` + take},
		"password": {func(_ *cluster, u *user) { *u = user{Username: "a", Password: "b"} },
			`user "admin": username and password were removed from Kubernetes; ` + take},
		"user files": {func(_ *cluster, u *user) { *u = user{CertFile: "a.crt", KeyFile: "a.key", TokenFile: "a.token"} },
			`user "admin": client-certificate names the file "a.crt", which other machines do not have; ` + embed + "\n" +
				`user "admin": client-key names the file "a.key", which other machines do not have; ` + embed + "\n" +
				`user "admin": tokenFile names the file "a.token", which other machines do not have; ` + embed},
		"everything at once": {func(c *cluster, u *user) {
			c.Server, c.Insecure = "https://10.0.0.1:6443", true
			withClient(client(t, other, now.Add(-time.Minute)))(c, u)
		}, `cluster "cluster.local": server is "https://10.0.0.1:6443", want "https://192.168.1.150:6443", ` +
			"the virtual address that outlives every single node; `streamforge kubespray handover` rewrites it" + "\n" +
			`cluster "cluster.local": insecure-skip-tls-verify is on, so anyone on the network can answer for the cluster; remove it` + "\n" +
			`user "admin": client certificate expired on 2026-03-01 11:59 UTC; ` + again + "\n" +
			`user "admin": client certificate is not signed by the CA of the cluster; its two halves come from two clusters, ` + take},
	} {
		t.Run(name, func(t *testing.T) {
			f := admin(t, ca)
			tt.change(&f.Clusters[0].Cluster, &f.Users[0].User)
			err := Check(encode(t, f), vip, now)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.want)
		})
	}
}

func TestCheckRefusesWhatIsNoKubeconfig(t *testing.T) {
	const take = "; take artifacts/admin.conf from the inventory folder, where Kubespray writes it"
	const head = "apiVersion: v1\nkind: Config\n"
	for name, tt := range map[string]struct{ raw, want string }{
		"empty":        {" \n", "not a kubeconfig: it is empty" + take},
		"secret text":  {"hvs.CAESIJ-not-to-be-shown", "not a kubeconfig: its fields have other types" + take},
		"broken YAML":  {"a: b: c", "not a kubeconfig: yaml: mapping values are not allowed in this context" + take},
		"another kind": {"apiVersion: v1\nkind: Pod\n", `not a kubeconfig: apiVersion and kind are "v1" and "Pod", want "v1" and "Config"` + take},
		"no context": {head, "0 contexts, want exactly one; " +
			"pick it with `kubectl config view --raw --flatten --minify --context NAME`"},
		"two contexts": {head + "contexts: [{name: a}, {name: b}]", "2 contexts (a, b), want exactly one; " +
			"pick it with `kubectl config view --raw --flatten --minify --context NAME`"},
		"dangling": {head + "contexts: [{name: a, context: {cluster: c, user: u}}]",
			`context "a": its cluster "c" is not in the file` + take + "\n" + `context "a": its user "u" is not in the file` + take},
	} {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, Check([]byte(tt.raw), vip, now), tt.want)
			_, err := Handover([]byte(tt.raw), vip)
			require.EqualError(t, err, tt.want)
		})
	}
}

func TestHandoverRewritesTheServerAndDropsTheRest(t *testing.T) {
	f := admin(t, authority(t, "kubernetes"))
	f.Clusters[0].Cluster.Server = "https://192.168.1.51:6443"
	f.Clusters = append(f.Clusters, namedCluster{Name: "unused"})
	raw := append(encode(t, f), "preferences: {colors: true}\n# a remark\n"...)

	got, err := Handover(raw, vip)
	require.NoError(t, err)
	require.NoError(t, Check(got, vip, now))
	f.Clusters = f.Clusters[:1]
	f.Clusters[0].Cluster.Server = vip
	back, err := parse(got)
	require.NoError(t, err)
	assert.Equal(t, f, back)
	assert.NotContains(t, string(got), "remark")
	assert.NotContains(t, string(got), "preferences")

	again, err := Handover(got, vip)
	require.NoError(t, err)
	assert.Equal(t, string(got), string(again))
}

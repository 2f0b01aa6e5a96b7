package cert_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/streamforge/infrastructure/tests/need"
)

var savedFiles = []string{
	"-rw-r--r-- ca.crt",
	"-rw-r--r-- grafana.dmz.home.crt",
	"-rw-r--r-- grafana.dmz.home.fullchain.crt",
	"-rw------- grafana.dmz.home.key",
}

func TestIssue(t *testing.T) {
	b := newBench(t, "")
	r := b.issue("--dns", "Grafana.DMZ.home", "--dns=graphs", "--ip", "fd00::1", "--ip", "FD00::1")
	require.Equal(t, 0, r.code, r.stderr)
	assert.Equal(t, "script.sh: waiting up to 2m for ClusterIssuer/homelab-ca-issuer to sign default/grafana.dmz.home-ID\n", r.stderr)
	assert.Equal(t, `certificate grafana.dmz.home
names     grafana.dmz.home, graphs, 192.168.1.153, fd00::1
issuer    ClusterIssuer/homelab-ca-issuer
key       ECDSA P-256
valid     DATE until DATE
sha256    SHA256
files     TMP/out/grafana.dmz.home.key TMP/out/grafana.dmz.home.crt TMP/out/grafana.dmz.home.fullchain.crt TMP/out/ca.crt
`, r.stdout)
	assert.Equal(t, savedFiles, b.files())
	assert.Equal(t, []string{"issuer", "create", "watch", "get", "get", "delete"}, b.calls())

	pair, err := tls.X509KeyPair([]byte(b.read("out", host+".crt")), []byte(b.read("out", host+".key")))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM([]byte(b.read("out", "ca.crt"))))
	for _, name := range []string{host, "graphs", "192.168.1.153", "fd00::1"} {
		_, err = pair.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: name})
		assert.NoError(t, err)
	}
	assert.Equal(t, b.read("out", host+".crt")+b.read("out", "ca.crt"), b.read("out", host+".fullchain.crt"))
}

// TestRequest looks at what is sent: cert-manager refuses a CSR whose key usages differ
// from the request's, and the private key must stay at home.
func TestRequest(t *testing.T) {
	b := newBench(t, "")
	b.write("kubeconfig", "")
	r := b.run("--name=*.dmz.home", "--namespace=edge", "--issuer=own", "--issuer-kind=Issuer", "--duration=90d",
		"--kubeconfig="+b.root+"/kubeconfig", "--context=lab", "--out="+b.out)
	require.Equal(t, 0, r.code, r.stderr)

	var sent struct {
		APIVersion, Kind string
		Metadata         struct{ Name, Namespace string }
		Spec             map[string]any
	}
	manifest := b.read("state", "manifest.yaml")
	require.NoError(t, yaml.UnmarshalStrict([]byte(manifest), &sent))
	assert.Equal(t, "cert-manager.io/v1 CertificateRequest", sent.APIVersion+" "+sent.Kind)
	assert.Regexp(t, `^wildcard\.dmz\.home-[0-9a-f]{8}$`, sent.Metadata.Name)
	assert.Equal(t, "edge", sent.Metadata.Namespace)
	encoded := sent.Spec["request"].(string)
	delete(sent.Spec, "request")
	assert.Equal(t, map[string]any{
		"duration": "7776000s", "isCA": false,
		"usages":    []any{"digital signature", "key encipherment", "server auth"},
		"issuerRef": map[string]any{"name": "own", "kind": "Issuer", "group": "cert-manager.io"},
	}, sent.Spec)

	raw, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	block, rest := pem.Decode(raw)
	assert.Empty(t, rest)
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	require.NoError(t, err)
	require.NoError(t, csr.CheckSignature())
	assert.Equal(t, []string{"*.dmz.home"}, csr.DNSNames)
	assert.Equal(t, "CN=*.dmz.home", csr.Subject.String())
	assert.Len(t, csr.Extensions, 1, "only the SAN")
	assert.Equal(t, x509.ECDSA, csr.PublicKeyAlgorithm)
	assert.NotContains(t, manifest, "PRIVATE")
	for _, file := range b.files() {
		assert.Regexp(t, `^-rw[-r]+ (wildcard\.dmz\.home\.(key|crt|fullchain\.crt)|ca\.crt)$`, file)
	}
	assert.Contains(t, b.read("state", "calls"), "create: --namespace=edge --kubeconfig="+b.root+"/kubeconfig --context=lab create")
}

// TestAnswers covers good answers of other shapes.
func TestAnswers(t *testing.T) {
	plain := []string{"issuer", "create", "watch", "get", "get", "delete"}
	for mode, want := range map[string]struct {
		args   []string
		calls  []string
		files  []string
		stderr string // after the line about waiting
	}{
		"intermediate":  {calls: plain, files: savedFiles},
		"ca-in-chain":   {calls: plain, files: []string{savedFiles[0], savedFiles[1], savedFiles[3]}},
		"issuer-hidden": {calls: plain, files: savedFiles},
		"kept":          {args: []string{"--keep-request"}, calls: plain[:5], files: savedFiles},
		"flaky":         {calls: []string{"issuer", "create", "watch", "watch", "get", "get", "delete"}, files: savedFiles},
		"no-delete": {calls: plain, files: savedFiles, stderr: "script.sh: warning: request default/grafana.dmz.home-ID may be left over: " +
			"Error from server (Forbidden): certificaterequests.cert-manager.io \"x\" is forbidden: User \"ci\" cannot delete resource\n"},
	} {
		t.Run(mode, func(t *testing.T) {
			b := newBench(t, mode)
			r := b.issue(want.args...)
			require.Equal(t, 0, r.code, r.stderr)
			assert.Equal(t, waiting("2m")+want.stderr, r.stderr)
			assert.Equal(t, want.calls, b.calls())
			assert.Equal(t, want.files, b.files())
		})
	}
}

// TestEnvironment: every setting that has a variable can come from it.
func TestEnvironment(t *testing.T) {
	b := newBench(t, "")
	b.env = append(b.env, "CERT_NAME="+host, "CERT_DNS=a.dmz.home, b.dmz.home", "CERT_IP=10.0.0.1 10.0.0.2",
		"CERT_NAMESPACE=edge", "CERT_ISSUER=own", "CERT_ISSUER_KIND=Issuer", "CERT_DURATION=48h",
		"CERT_KEY_TYPE=rsa", "CERT_TIMEOUT=30s", "CERT_CONTEXT=lab", "CERT_OUT="+b.out)
	r := b.run("--dns", "c.dmz.home")
	require.Equal(t, 0, r.code, r.stderr)
	assert.Contains(t, r.stdout, "names     grafana.dmz.home, c.dmz.home, 10.0.0.1, 10.0.0.2\nissuer    Issuer/own\nkey       RSA 3072\n")
	assert.Equal(t, "script.sh: waiting up to 30s for Issuer/own to sign edge/grafana.dmz.home-ID\n", r.stderr)
	assert.Contains(t, b.read("state", "manifest.yaml"), "duration: 172800s")
}

// TestLongName: a common name holds 64 characters, the SAN 253.
func TestLongName(t *testing.T) {
	b := newBench(t, "")
	const long = "a-service-with-quite-a-long-name.in-a-namespace-with-a-long-name-too.dmz.home"
	r := b.run("--name", long, "--out", b.out)
	require.Equal(t, 0, r.code, r.stderr)
	assert.Contains(t, b.files(), "-rw------- "+long+".key")
}

func TestShellcheck(t *testing.T) {
	t.Parallel()
	out, err := exec.Command(need.Program(t, "shellcheck"), "--external-sources", "--enable=quote-safe-variables,check-set-e-suppressed,require-double-brackets", "script.sh").CombinedOutput()
	assert.NoError(t, err, string(out))
}

func waiting(timeout string) string {
	return "script.sh: waiting up to " + timeout + " for ClusterIssuer/homelab-ca-issuer to sign default/grafana.dmz.home-ID\n"
}

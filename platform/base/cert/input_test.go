package cert_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	hostRule = " (labels of a-z, 0-9 and -, 63 characters each, joined by dots, 253 in all)"
	ipRule   = " is not an IPv4 or IPv6 address (no port, no mask, no leading zeros)"
)

var longLabel = strings.Repeat("a", 64) + ".dmz.home"

var badInputs = map[string]struct {
	args []string
	want []string
}{
	"nothing given":  {nil, []string{"--name: missing; give the host name the certificate is for"}},
	"short name":     {[]string{"--name=grafana"}, []string{`--name: "grafana" is not a fully qualified host name` + hostRule}},
	"address":        {[]string{"--name=10.0.0.1"}, []string{`--name: "10.0.0.1" is an address; name a host and give the address with --ip`}},
	"path in name":   {[]string{"--name=../../etc/x.y"}, []string{`--name: "../../etc/x.y" is not a fully qualified host name` + hostRule}},
	"config in name": {[]string{"--name=a.b\nca=1"}, []string{"--name: \"a.b\nca=1\" is not a fully qualified host name" + hostRule}},
	"long label":     {[]string{"--name=" + longLabel}, []string{`--name: "` + longLabel + `" is not a fully qualified host name` + hostRule}},
	"wildcard below": {[]string{"--name=a.*.home"}, []string{`--name: "a.*.home" is not a fully qualified host name` + hostRule}},
	"dns": {[]string{"--name=a.b", "--dns=x_y", "--dns", "10.0.0.1", "--dns=a.b."}, []string{
		`--dns: "x_y" is not a host name` + hostRule,
		`--dns: "10.0.0.1" is an address; give it with --ip`,
		`--dns: "a.b." is not a host name` + hostRule,
	}},
	"ip": {[]string{"--name=a.b", "--ip=256.1.1.1", "--ip=010.1.1.1", "--ip=10.0.0.0/8", "--ip=1::2::3", "--ip=fe80::1%eth0", "--ip=1:2:3:4:5:6:7:8:9", "--ip=:1", "--ip=::12345"}, []string{
		`--ip: "256.1.1.1"` + ipRule, `--ip: "010.1.1.1"` + ipRule, `--ip: "10.0.0.0/8"` + ipRule, `--ip: "1::2::3"` + ipRule,
		`--ip: "fe80::1%eth0"` + ipRule, `--ip: "1:2:3:4:5:6:7:8:9"` + ipRule, `--ip: ":1"` + ipRule, `--ip: "::12345"` + ipRule,
	}},
	"options": {[]string{"--name=a.b", "--nmae=x", "stray", "--force=yes", "--issuer", "--out"}, []string{
		"--nmae=x: unknown option; script.sh --help lists them",
		"stray: unknown option; script.sh --help lists them",
		"--force: takes no value", "--issuer: needs a value", "--out: needs a value",
	}},
	"issuer": {[]string{"--name=a.b", "--namespace=A", "--issuer=x y", "--issuer-kind=Isuer", "--key-type=dsa"}, []string{
		`--namespace: "A" is not a namespace name (a-z, 0-9 and -, 63 characters)`,
		`--issuer: "x y" is not an object name (a-z, 0-9, - and .)`,
		`--issuer-kind: cert-manager.io has ClusterIssuer and Issuer, not "Isuer"; --issuer-group names another group`,
		`--key-type: "dsa" is not known; take ecdsa or rsa`,
	}},
	"external issuer": {[]string{"--name=a.b", "--issuer-kind=issuer", "--issuer-group=Bad"}, []string{
		`--issuer-group: "Bad" is not an API group such as cert-manager.io`,
		`--issuer-kind: "issuer" is not a kind such as ClusterIssuer or Issuer`,
	}},
	"times": {[]string{"--name=a.b", "--duration=59m", "--timeout=0s"}, []string{
		`--duration: "59m" must be between 1h and 3650d, written such as 90d or 2160h`,
		`--timeout: "0s" must be between 1s and 1h, written such as 90s or 2m`,
	}},
	"times without unit": {[]string{"--name=a.b", "--duration=3651d", "--timeout=90"}, []string{
		`--duration: "3651d" must be between 1h and 3650d, written such as 90d or 2160h`,
		`--timeout: "90" must be between 1s and 1h, written such as 90s or 2m`,
	}},
	"paths": {[]string{"--name=a.b", "--kubeconfig=/no/such", "--ca=script.sh", "--out=script.sh"}, []string{
		`--kubeconfig: cannot read "/no/such"`,
		`--ca: "script.sh" is not a readable PEM certificate`,
		`--out: "script.sh" is not a folder`,
	}},
	"no parent":    {[]string{"--name=a.b", "--out=no/such"}, []string{`--out: "no" does not exist, so "no/such" cannot be made in it`}},
	"empty folder": {[]string{"--name=a.b", "--out="}, []string{`--out: empty; name a folder`}},
}

// TestBadInput: every mistake is told in one run, and nothing else happens.
func TestBadInput(t *testing.T) {
	for name, c := range badInputs {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "")
			r := b.run(c.args...)
			assert.Equal(t, 2, r.code)
			assert.Equal(t, "script.sh: error: bad input, nothing was done (--help explains the options)\n  "+
				strings.Join(c.want, "\n  ")+"\n", r.stderr)
			assert.Empty(t, r.stdout)
			assert.Nil(t, b.calls())
			assert.Empty(t, b.files())
		})
	}
}

func TestHelp(t *testing.T) {
	b := newBench(t, "")
	r := b.run("--name", "bad name", "--help")
	assert.Equal(t, 0, r.code)
	assert.Empty(t, r.stderr)
	for _, option := range []string{"--name FQDN", "--dns NAME", "--ip ADDRESS", "--keep-request", "Exit codes:", "7 files could not be written"} {
		assert.Contains(t, r.stdout, option)
	}
}

// TestMissingTools runs on a PATH that holds only what finds the script's own parts.
func TestMissingTools(t *testing.T) {
	b := newBench(t, "")
	bin := filepath.Join(b.root, "few")
	require.NoError(t, os.Mkdir(bin, 0o755))
	for _, tool := range []string{"bash", "dirname"} {
		path, err := exec.LookPath(tool)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(bin, tool)))
	}
	b.env = []string{"PATH=" + bin}
	r := b.issue()
	assert.Equal(t, 3, r.code)
	assert.Equal(t, "script.sh: error: missing on this machine: kubectl, openssl\n  way out: install it and see that it is on PATH\n", r.stderr)

	b.write("few/openssl", "#!/bin/sh\necho LibreSSL 3.3.6\n")
	require.NoError(t, os.Chmod(filepath.Join(bin, "openssl"), 0o755))
	r = b.issue()
	assert.Equal(t, 3, r.code)
	assert.Contains(t, r.stderr, "missing on this machine: kubectl, OpenSSL 1.1.1 or newer (this is LibreSSL 3.3.6)\n")
	assert.Empty(t, b.files())
}

package e2e_test

import (
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRotation does what docs/security.md says. Each rotation must reach who uses the secret, and
// leave nothing to do.
func TestRotation(t *testing.T) {
	s := newSite(t, 63)
	s.ok("sandbox", "start")
	s.ok("up", "-s", "sandbox", "--yes")
	secret := func(namespace, name, key string) string {
		return s.kubectl("get", "secret", "-n", namespace, name, "-o", "jsonpath={.data."+strings.ReplaceAll(key, ".", `\.`)+"}")
	}
	list := s.ok("rotate", "-s", "sandbox")
	for _, c := range []struct{ rotate, namespace, secret, key string }{
		{"k3-user-collector", "streams", "kafka-collector", "password"},
		{"streamforge-pg-signals", "streams", "postgres-streamforge-pg-signals", "PGPASSWORD"},
		{"minio-user-gnn", "minio", "s3-gnn", "AWS_SECRET_ACCESS_KEY"},
		{"oidc-grafana", "monitoring", "grafana-sso", "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"},
		{"root-ca-key", "cert-manager", "homelab-root-ca", "tls.crt"},
	} {
		if !t.Run(c.rotate, func(t *testing.T) {
			s.t = t
			require.Contains(t, list, c.rotate+"\n")
			var before, old string
			if c.secret != "" {
				before = secret(c.namespace, c.secret, c.key)
				require.NotEmpty(t, before)
			}
			if c.rotate == "root-ca-key" {
				old = s.ok("outputs", "rootCertificate", "-s", "sandbox")
				s.edit("network", func(v map[string]any) { v["ca"].(map[string]any)["previous"] = []any{old} })
				s.ok("sandbox", "start") // takes the committed file over
			}
			s.ok("rotate", c.rotate, "-s", "sandbox", "--yes")
			if c.secret != "" {
				require.NotEqual(t, before, secret(c.namespace, c.secret, c.key))
			}
			if old != "" {
				both := s.ok("outputs", "rootCertificate", "-s", "sandbox")
				require.Contains(t, both, strings.TrimSpace(old))
				first, rest := pem.Decode([]byte(both))
				second, _ := pem.Decode(rest)
				require.NotNil(t, second)
				require.NotEqual(t, first.Bytes, second.Bytes)
			}
			s.ok("preview", "-s", "sandbox", "--expect-no-changes")
		}) {
			return
		}
	}
	r := s.run("rotate", "nothing", "-s", "sandbox", "--yes")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.out, "rotate nothing: no such secret in stack sandbox; `streamforge rotate -s sandbox` lists them")
}

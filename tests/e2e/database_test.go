package e2e_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestDatabases lives one sandbox through what happens to databases.
func TestDatabases(t *testing.T) {
	s := newSite(t, 42)
	step := func(name string, body func(*testing.T)) {
		require.True(t, t.Run(name, func(t *testing.T) { s.t = t; body(t) }))
		s.t = t
	}
	const pg, ns = "streamforge-pg", "postgres"
	credentials := func(user string) string { return user + "." + pg + ".credentials.postgresql.acid.zalan.do" }
	step("up", func(t *testing.T) {
		s.ok("sandbox", "start")
		s.ok("up", "-s", "sandbox", "--yes")
		require.Equal(t, "Running", s.kubectl("get", "postgresql", "-n", ns, pg, "-o", "jsonpath={.status.PostgresClusterStatus}"))
		require.Equal(t, "True", s.kubectl("get", "arangodeployment", "-n", "arangodb", "arangodb",
			"-o", `jsonpath={.status.conditions[?(@.type=="Ready")].status}`))
		require.NotEmpty(t, s.kubectl("get", "arangobackuppolicy", "-n", "arangodb", "arangodb", "-o", "jsonpath={.status.scheduled}"))
	})
	step("nothing changes after that", func(t *testing.T) {
		require.Contains(t, s.ok("up", "-s", "sandbox", "--yes"), "no changes")
		s.unchanged()
	})
	step("the names are the real operators'", func(t *testing.T) {
		for _, service := range []string{pg, pg + "-repl", pg + "-config"} {
			s.kubectl("get", "service", "-n", ns, service)
		}
		for _, service := range []string{"arangodb", "arangodb-int", "arangodb-agent", "arangodb-exporter", "arango-kube-arangodb-operator"} {
			s.kubectl("get", "service", "-n", "arangodb", service)
		}
		require.NotContains(t, s.kubectl("get", "service", "-n", "arangodb", "-o", "name"), "arangodb-ea")
		for _, secret := range []string{"arangodb-jwt", "arangodb-ca", "arangodb-root-password"} {
			s.kubectl("get", "secret", "-n", "arangodb", secret)
		}
		s.kubectl("get", "secret", "-n", ns, credentials("postgres"), credentials("standby"))
	})
	step("a service finds the operator's password in its namespace", func(t *testing.T) {
		theirs := s.kubectl("get", "secret", "-n", "streams", "postgres-"+pg+"-signals", "-o", "jsonpath={.data.PGPASSWORD} {.data.PGUSER}")
		require.Equal(t, s.kubectl("get", "secret", "-n", ns, credentials("signals"), "-o", "jsonpath={.data.password} {.data.username}"), theirs)
		require.Greater(t, len(theirs), 50)
	})
	step("docs/howto-database.md works as written", func(t *testing.T) {
		s.edit("postgres", func(v map[string]any) {
			cluster := v["clusters"].([]any)[0].(map[string]any)
			cluster["users"] = append(cluster["users"].([]any), map[string]any{"name": "billing", "namespaces": []any{"streams"}})
			cluster["databases"] = append(cluster["databases"].([]any), map[string]any{"name": "billing", "owner": "billing"})
		})
		s.ok("sandbox", "start") // takes the committed file over
		s.ok("up", "-s", "sandbox", "--yes")
		const key = "jsonpath={.data.PGHOST} {.data.PGDATABASE} {.data.PGUSER} {.data.PGSSLMODE}"
		var got []string
		for _, word := range strings.Fields(s.kubectl("get", "secret", "-n", "streams", "postgres-"+pg+"-billing", "-o", key)) {
			raw, err := base64.StdEncoding.DecodeString(word)
			require.NoError(t, err)
			got = append(got, string(raw))
		}
		require.Equal(t, []string{pg + ".postgres.svc", "billing", "billing", "verify-full"}, got)
		require.Equal(t, "Running", s.kubectl("get", "postgresql", "-n", ns, pg, "-o", "jsonpath={.status.PostgresClusterStatus}"))
	})
	step("a cluster that is deleted leaves its volumes and passwords", func(t *testing.T) {
		require.Equal(t, 2, strings.Count(s.kubectl("get", "pvc", "-n", ns, "--no-headers"), " Bound "))
		s.kubectl("delete", "postgresql", "-n", ns, pg, "--wait")
		require.Eventually(t, func() bool {
			return !strings.Contains(s.kubectl("get", "statefulset", "-n", ns, "-o", "name"), pg)
		}, time.Minute, 200*time.Millisecond)
		require.Equal(t, 2, strings.Count(s.kubectl("get", "pvc", "-n", ns, "--no-headers"), " Bound "))
		s.kubectl("get", "secret", "-n", ns, credentials("postgres"), credentials("signals"))
	})
}

package config

import "testing"

func TestCARefusals(t *testing.T) { refuse(t, caRefusals) }

var caRefusals = map[string]refusal{
	"previous roots": {edits{"network.ca.previous": []any{
		"root", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}}, []string{
		"network.ca.previous[0]: must be one certificate in PEM and nothing else",
		"network.ca.previous[1]: must be one certificate in PEM and nothing else",
		"network.ca.previous[2]: is no certificate: x509: malformed certificate"}},
}

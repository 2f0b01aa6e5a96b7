package drift

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// shortest is the length from which a secret is looked for within other texts. The platform's own
// are all longer, and shorter ones are words that stand everywhere.
const shortest = 10

// secrets knows every secret value of the state.
type secrets struct{ known map[string]bool }

func (s *secrets) add(v string) {
	for _, text := range []string{v, decoded(v)} {
		if len(text) >= shortest {
			s.known[text] = true
		}
	}
}

func decoded(v string) string {
	raw, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

// telling are names of fields whose value is a secret, wherever they stand.
var telling = regexp.MustCompile(`(?i)passw|passphrase|token([^s]|$)|secret_?key|private_?key|api_?key|access_?key|credential|jwt|last-applied-configuration`)

// field is where a name such as DB_PASSWORD stands in a list of variables: containers.app.env.DB_PASSWORD.value.
var reference = regexp.MustCompile(`(?i)secretKeyRef|secretName|secretRef|TokenSecret|automountServiceAccountToken|tokenExpiration`)

// property makes a printable difference. Values of Secrets never are, and neither is anything that
// contains a secret of the state or has a telling name.
func (s *secrets) property(kind, path string, expected, actual any) report.Property {
	p := report.Property{Path: path, Before: gate.Text(expected), After: gate.Text(actual)}
	inSecret := kind == "Secret" && !strings.HasPrefix(path, "metadata.labels") && !strings.HasPrefix(path, "metadata.annotations") && path != "type" && path != "immutable"
	named := telling.MatchString(path) && !reference.MatchString(path)
	if inSecret || named {
		p.Before, p.After = covered(p.Before), covered(p.After)
		return p
	}
	p.Before, p.After = s.hide(p.Before), s.hide(p.After)
	return p
}

func covered(v string) string {
	if v == "" {
		return ""
	}
	return report.Masked
}

// tellingValue is a field with a telling name within a value written as JSON.
var tellingValue = regexp.MustCompile(`(?i)"(name":"[^"]*(passw|token|secret_?key|private_?key|api_?key|access_?key|credential)|[^"]*(passw|token|secret_?key|private_?key|api_?key|access_?key|credential)[^"]*":")`)

// hide masks a text that contains a secret.
func (s *secrets) hide(v string) string {
	if len(v) < shortest {
		return v
	}
	if tellingValue.MatchString(v) && !reference.MatchString(v) || strings.Contains(v, "PRIVATE KEY-----") {
		return report.Masked
	}
	for secret := range s.known {
		if strings.Contains(v, secret) {
			return report.Masked
		}
	}
	return v
}

// Printable masks a text in which a secret of the state stands.
func (a *Audit) Printable(text string) string { return a.State.secrets.hide(text) }

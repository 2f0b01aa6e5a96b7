package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/report"
)

// secretNames end names of properties that hold secrets.
var secretNames = []string{"password", "passwd", "token", "secretkey", "privatekey", "apikey", "clientsecret"}

func plainSecrets(w world) (all []breach) {
	for _, c := range w.all {
		leaves("", c.New.Inputs, func(path string, v any) {
			s, isText := v.(string)
			name := strings.ToLower(path[strings.LastIndexAny(path, ".[")+1:])
			name = strings.Trim(name, `"]`)
			if reference.MatchString(path) || isText && variable.MatchString(s) || s == "true" || s == "false" { // names where the secret is, or is a switch
				return
			}
			if isText && s != "" && s != report.Masked && !unknown(v) && slices.ContainsFunc(secretNames, func(n string) bool { return strings.HasSuffix(name, n) }) {
				all = append(all, breach{c, fmt.Sprintf("%s is not a secret of the stack", path)}) // never the value
			}
		})
	}
	return all
}

// reference matches properties within a reference to a Secret, such as passwordSecret.password.
var reference = regexp.MustCompile(`(?i)secret(ref|keyref)?\.[a-z]+$`)

// variable matches a reference to an environment variable, such as $GRAFANA_PASSWORD.
var variable = regexp.MustCompile(`^\$\{?[A-Z][A-Z0-9_]*\}?$`)

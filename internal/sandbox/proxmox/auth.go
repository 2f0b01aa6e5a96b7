package proxmox

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
)

// authorize accepts the one configured API token and nothing else. The texts are
// those a real node puts into its reason phrase.
func (s *Sim) authorize(r *http.Request) error {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "PVEAPIToken=")
	if !ok {
		return &apiError{status: http.StatusUnauthorized, message: "No ticket"}
	}
	id, secret, ok := strings.Cut(given, "=")
	user, name, isToken := strings.Cut(id, "!")
	if !ok || !isToken {
		return &apiError{status: http.StatusUnauthorized, message: "no tokenid specified"}
	}
	wantID, wantSecret, _ := strings.Cut(s.opt.Token, "=")
	if id != wantID {
		return &apiError{status: http.StatusUnauthorized,
			message: fmt.Sprintf("no such token '%s' for user '%s'", name, user)}
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(wantSecret)) != 1 {
		return &apiError{status: http.StatusUnauthorized, message: "invalid token value!"}
	}
	return nil
}

// tokenID is the caller's name in task ids, e.g. "root@pam!pulumi".
func (s *Sim) tokenID() string {
	id, _, _ := strings.Cut(s.opt.Token, "=")
	return id
}

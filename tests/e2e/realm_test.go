package e2e_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/streamforge/infrastructure/internal/sandbox"
)

// realm is the realm of the sandbox as a browser and an administrator see it.
type realm struct {
	t  *testing.T
	at *sandbox.Identity
}

type person struct{ name, password string }

// http is a browser that finds the published name at the sandbox's address, stays logged in, and
// stops where a redirect leads out of Keycloak.
func (k *realm) http() *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(k.t, err)
	roots := x509.NewCertPool()
	require.True(k.t, roots.AppendCertsFromPEM([]byte(k.at.CA)))
	there := strings.TrimPrefix(k.at.URL, "https://")
	return &http.Client{
		Jar: jar,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if address != "keycloak.sandbox.test:443" {
					return nil, fmt.Errorf("a login leads to %s", address)
				}
				return (&net.Dialer{}).DialContext(ctx, network, there)
			},
		},
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			if r.URL.Host != "keycloak.sandbox.test" {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

// admin calls the administration's interface and decodes the answer.
func (k *realm) admin(method, path string, body, into any) *http.Response {
	k.t.Helper()
	client := k.http()
	config := oauth2.Config{ClientID: "admin-cli", Endpoint: oauth2.Endpoint{
		TokenURL: "https://keycloak.sandbox.test/realms/master/protocol/openid-connect/token"}}
	ctx := oidc.ClientContext(k.t.Context(), client)
	token, err := config.PasswordCredentialsToken(ctx, "admin", k.at.Password)
	require.NoError(k.t, err)
	raw, err := json.Marshal(body)
	require.NoError(k.t, err)
	req, err := http.NewRequestWithContext(ctx, method, "https://keycloak.sandbox.test/admin/realms/streamforge"+path, bytes.NewReader(raw))
	require.NoError(k.t, err)
	req.Header.Set("Content-Type", "application/json")
	token.SetAuthHeader(req)
	resp, err := client.Do(req)
	require.NoError(k.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(k.t, err)
	require.Less(k.t, resp.StatusCode, 300, "%s %s: %s", method, path, text)
	if into != nil {
		require.NoError(k.t, json.Unmarshal(text, into))
	}
	return resp
}

// person makes somebody as an administrator would, in one group or none.
func (k *realm) person(name, group string) person {
	p := person{name: name, password: "correct horse battery " + name}
	user := map[string]any{
		"username": name, "enabled": true, "email": name + "@sandbox.test", "emailVerified": true,
		"firstName": name, "lastName": "Tester",
		"credentials": []any{map[string]any{"type": "password", "value": p.password + " staple"}},
	}
	p.password += " staple"
	if group != "" {
		user["groups"] = []string{"/" + group}
	}
	k.admin(http.MethodPost, "/users", user, nil)
	return p
}

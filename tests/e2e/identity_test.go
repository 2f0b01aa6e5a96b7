package e2e_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/streamforge/infrastructure/internal/toolchain"
	"github.com/streamforge/infrastructure/tests/need"
)

const issuer = "https://keycloak.sandbox.test/realms/streamforge"

// TestIdentityAndRestore logs people in to a real Keycloak as each system would. Then everything is
// lost and restored, and goes on as if nothing had happened.
func TestIdentityAndRestore(t *testing.T) {
	s := newSite(t, 62)
	if _, err := toolchain.Java(t.Context()); err != nil {
		need.Missing(t, err.Error())
	}
	s.ok("sandbox", "start")
	s.ok("up", "-s", "sandbox", "--yes")
	at, err := s.sb.Endpoints()
	require.NoError(t, err)
	k := &realm{t: t, at: at.Identity}
	admin := k.person("ada", "platform-admins")
	developer := k.person("dan", "developers")
	stranger := k.person("eve", "")
	systems := s.systems()
	for id, want := range map[string]struct{ admin, developer, roleOfAdmin, roleOfDeveloper string }{
		"grafana": {"admin", "editor", "GrafanaAdmin", "Editor"},
		"argocd":  {"admin", "readonly", "role:admin", "role:readonly"},
		"kibana":  {"user", "user", "let in", "let in"},
	} {
		t.Run(id, func(t *testing.T) {
			s.t = t
			k, c := &realm{t: t, at: at.Identity}, systems[id]
			require.Equal(t, id, c.ClientID)
			require.Equal(t, want.roleOfAdmin, c.role(k.claims(c, admin, "platform-admins", want.admin)))
			require.Equal(t, want.roleOfDeveloper, c.role(k.claims(c, developer, "developers", want.developer)))
			require.Empty(t, c.role(k.claims(c, stranger, "", "")))
			k.refuses(c)
		})
	}
	if !t.Run("restore", func(t *testing.T) { s.restore(t, admin, systems) }) {
		return
	}
	t.Run("everybody sets up a second factor once that is asked for", func(t *testing.T) {
		s.t = t
		s.edit("identity", func(values map[string]any) { values["secondFactor"] = true })
		s.ok("up", "-s", "sandbox", "--yes")
		s.unchanged()
		k := &realm{t: t, at: at.Identity}
		answer := k.login(k.http(), systems["grafana"].Config, k.person("fay", ""),
			oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))
		require.Equal(t, "CONFIGURE_TOTP", answer.Request.URL.Query().Get("execution"))
	})
	t.Run("destroy takes the realm along, even one that a killed run was making", func(t *testing.T) {
		s.t = t
		s.cutOff("keycloak:index/realm:Realm")
		s.ok("refresh", "-s", "sandbox", "--clear-pending")
		s.ok("destroy", "-s", "sandbox", "--yes")
		page, err := (&realm{t: t, at: at.Identity}).http().Get(issuer)
		require.NoError(t, err)
		require.NoError(t, page.Body.Close())
		require.Equal(t, http.StatusNotFound, page.StatusCode)
	})
	s.t = t
}

var form = regexp.MustCompile(`action="([^"]+)"`)

// login fills in the form and gives what the redirect back carries.
func (k *realm) login(browser *http.Client, c oauth2.Config, p person, options ...oauth2.AuthCodeOption) *http.Response {
	k.t.Helper()
	page, err := browser.Get(c.AuthCodeURL("a-state", options...))
	require.NoError(k.t, err)
	defer page.Body.Close()
	text, err := io.ReadAll(page.Body)
	require.NoError(k.t, err)
	action := form.FindSubmatch(text)
	require.NotNil(k.t, action, "%s: %s", page.Status, text)
	answer, err := browser.PostForm(html.UnescapeString(string(action[1])), url.Values{
		"username": {p.name}, "password": {p.password}})
	require.NoError(k.t, err)
	require.NoError(k.t, answer.Body.Close())
	return answer
}

// claims logs a person in as the system would, checks what it learns about him or her, and gives the
// groups.
func (k *realm) claims(c system, p person, group, role string) []string {
	k.t.Helper()
	browser := k.http()
	asked, proof := []oauth2.AuthCodeOption{oidc.Nonce("a-nonce")}, []oauth2.AuthCodeOption(nil)
	if c.pkce {
		verifier := oauth2.GenerateVerifier()
		asked, proof = append(asked, oauth2.S256ChallengeOption(verifier)), append(proof, oauth2.VerifierOption(verifier))
	}
	answer := k.login(browser, c.Config, p, asked...)
	require.Equal(k.t, http.StatusFound, answer.StatusCode)
	back, err := answer.Location()
	require.NoError(k.t, err)
	require.True(k.t, strings.HasPrefix(back.String(), c.RedirectURL), back)
	require.Equal(k.t, "a-state", back.Query().Get("state"))

	ctx := oidc.ClientContext(k.t.Context(), browser)
	provider, err := oidc.NewProvider(ctx, issuer)
	require.NoError(k.t, err)
	token, err := c.Exchange(ctx, back.Query().Get("code"), proof...)
	require.NoError(k.t, err)
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: c.ClientID}).Verify(ctx, raw)
	require.NoError(k.t, err)
	require.Equal(k.t, "a-nonce", id.Nonce)
	require.NotEmpty(k.t, id.Subject)
	k.learns(id.Claims, p, group, role)
	// What the access token is for, and what it opens.
	access, err := provider.Verifier(&oidc.Config{ClientID: c.ClientID}).Verify(ctx, token.AccessToken)
	require.NoError(k.t, err)
	require.Equal(k.t, []string{c.ClientID}, access.Audience)
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	require.NoError(k.t, err)
	require.Equal(k.t, p.name+"@sandbox.test", info.Email)
	require.True(k.t, info.EmailVerified)
	groups := k.learns(info.Claims, p, group, role)
	// A stolen refresh token is of no use without the system's secret.
	old := &oauth2.Token{RefreshToken: token.RefreshToken}
	_, err = c.TokenSource(ctx, old).Token()
	require.NoError(k.t, err)
	c.ClientSecret = "guessed"
	_, err = c.TokenSource(ctx, old).Token()
	require.ErrorContains(k.t, err, "unauthorized_client")
	return groups
}

func (k *realm) learns(decode func(any) error, p person, group, role string) []string {
	k.t.Helper()
	var claims struct {
		Name   string   `json:"preferred_username"`
		Groups []string `json:"groups"`
		Roles  []string `json:"roles"`
	}
	require.NoError(k.t, decode(&claims))
	require.Equal(k.t, p.name, claims.Name)
	if group == "" {
		require.Empty(k.t, claims.Groups)
		require.Empty(k.t, claims.Roles)
		return nil
	}
	require.Equal(k.t, []string{group}, claims.Groups)
	require.Equal(k.t, []string{role}, claims.Roles)
	return claims.Groups
}

// refuses tries what must not work.
func (k *realm) refuses(c system) {
	k.t.Helper()
	challenge := oauth2.S256ChallengeOption(oauth2.GenerateVerifier())
	answer := k.login(k.http(), c.Config, person{"ada", "guessed"}, challenge)
	require.Equal(k.t, http.StatusOK, answer.StatusCode, "a wrong password leads nowhere")

	elsewhere := c
	elsewhere.RedirectURL = "https://grafana.sandbox.test.attacker.example/"
	page, err := k.http().Get(elsewhere.AuthCodeURL("a-state", challenge))
	require.NoError(k.t, err)
	require.NoError(k.t, page.Body.Close())
	require.Equal(k.t, http.StatusBadRequest, page.StatusCode, "a code goes to the system only")

	if c.pkce {
		bare, err := k.http().Get(c.AuthCodeURL("a-state"))
		require.NoError(k.t, err)
		require.NoError(k.t, bare.Body.Close())
		require.Contains(k.t, bare.Header.Get("Location"), "error=invalid_request", "no login without PKCE")
	}
	ctx := oidc.ClientContext(k.t.Context(), k.http())
	_, err = c.PasswordCredentialsToken(ctx, "ada", "whatever")
	require.ErrorContains(k.t, err, "unauthorized_client", "no system sees a password")
}

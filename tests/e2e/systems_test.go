package e2e_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jmespath/go-jmespath"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"gopkg.in/yaml.v3"
)

// system is a client of the realm as its own manifests configure it.
type system struct {
	oauth2.Config
	pkce bool
	role func(groups []string) string // what its own rules make of a person's groups, empty for nothing
}

// systems reads what the cluster holds for Grafana, Argo CD and the proxy before Kibana. None of them
// runs in the sandbox, so nothing but these objects says how they would log people in.
func (s *site) systems() map[string]system {
	return map[string]system{"grafana": s.grafana(), "argocd": s.argocd(), "kibana": s.kibana()}
}

func (s *site) grafana() system {
	env := map[string]string{}
	s.object("monitoring", "configmap", "grafana-settings", "data", &env)
	setting := func(key string) string { return env["GF_AUTH_GENERIC_OAUTH_"+key] }
	require.Equal(s.t, "true true", setting("ENABLED")+" "+setting("ROLE_ATTRIBUTE_STRICT"))
	values := s.values("monitoring", "kube-prometheus-stack")["grafana"].(map[string]any)
	return system{
		Config: oauth2.Config{
			ClientID: setting("CLIENT_ID"), ClientSecret: s.secret("monitoring", "grafana-sso", "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"),
			RedirectURL: values["env"].(map[string]any)["GF_SERVER_ROOT_URL"].(string) + "/login/generic_oauth",
			Scopes:      strings.Fields(setting("SCOPES")), Endpoint: oauth2.Endpoint{AuthURL: setting("AUTH_URL"), TokenURL: setting("TOKEN_URL")},
		},
		pkce: setting("USE_PKCE") == "true",
		role: func(groups []string) string {
			got, err := jmespath.Search(setting("ROLE_ATTRIBUTE_PATH"), map[string]any{"groups": anything(groups)})
			require.NoError(s.t, err)
			return got.(string)
		},
	}
}

func (s *site) argocd() system {
	settings := map[string]string{}
	s.object("argocd", "configmap", "argocd-cm", "data", &settings)
	var sso struct {
		Issuer          string
		ClientID        string   `yaml:"clientID"`
		ClientSecret    string   `yaml:"clientSecret"`
		RequestedScopes []string `yaml:"requestedScopes"`
		PKCE            bool     `yaml:"enablePKCEAuthentication"`
	}
	require.NoError(s.t, yaml.Unmarshal([]byte(settings["oidc.config"]), &sso))
	rbac := s.values("argocd", "argocd")["configs"].(map[string]any)["rbac"].(map[string]any)
	return system{
		Config: oauth2.Config{
			ClientID: sso.ClientID, ClientSecret: s.secret("argocd", "argocd-secret", strings.TrimPrefix(sso.ClientSecret, "$")),
			RedirectURL: settings["url"] + "/auth/callback", Scopes: sso.RequestedScopes, Endpoint: endpointOf(sso.Issuer),
		},
		pkce: sso.PKCE,
		role: func(groups []string) string {
			for line := range strings.Lines(rbac["policy.csv"].(string)) {
				fields := strings.Split(strings.TrimSpace(line), ", ") // g, group, role
				if slices.Contains(groups, fields[1]) {
					return fields[2]
				}
			}
			return rbac["policy.default"].(string)
		},
	}
}

func (s *site) kibana() system {
	args := s.values("kibana-login", "kibana-oauth2-proxy")["extraArgs"].(map[string]any)
	return system{
		Config: oauth2.Config{
			ClientID: s.secret("kibana-login", "kibana-login", "client-id"), ClientSecret: s.secret("kibana-login", "kibana-login", "client-secret"),
			RedirectURL: args["redirect-url"].(string), Scopes: strings.Fields(args["scope"].(string)),
			Endpoint: oauth2.Endpoint{AuthURL: args["login-url"].(string), TokenURL: args["redeem-url"].(string)},
		},
		pkce: args["code-challenge-method"] == "S256",
		role: func(groups []string) string {
			for _, allowed := range strings.Split(args["allowed-group"].(string), ",") {
				if slices.Contains(groups, allowed) {
					return "let in"
				}
			}
			return ""
		},
	}
}

// endpointOf is what a system learns from the issuer's description of itself.
func endpointOf(issuer string) oauth2.Endpoint {
	return oauth2.Endpoint{AuthURL: issuer + "/protocol/openid-connect/auth", TokenURL: issuer + "/protocol/openid-connect/token"}
}

func anything(texts []string) (all []any) {
	for _, t := range texts {
		all = append(all, t)
	}
	return all
}

// object decodes a part of an object.
func (s *site) object(namespace, kind, name, part string, into any) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(s.kubectl("get", "-n", namespace, kind, name, "-o", "jsonpath={."+part+"}")), into))
}

func (s *site) secret(namespace, name, key string) string {
	s.t.Helper()
	data := map[string][]byte{}
	s.object(namespace, "secret", name, "data", &data)
	require.NotEmpty(s.t, data[key], "%s of %s/%s", key, namespace, name)
	return string(data[key])
}

// values are those of a release, from Helm's own record of its newest revision.
func (s *site) values(namespace, release string) map[string]any {
	s.t.Helper()
	var records struct {
		Items []struct {
			Data     map[string][]byte
			Metadata struct{ Labels map[string]string }
		}
	}
	list := s.kubectl("get", "-n", namespace, "secrets", "-l", fmt.Sprintf("owner=helm,name=%s,status=deployed", release), "-o", "json")
	require.NoError(s.t, json.Unmarshal([]byte(list), &records))
	require.Len(s.t, records.Items, 1, release)
	packed, err := base64.StdEncoding.DecodeString(string(records.Items[0].Data["release"]))
	require.NoError(s.t, err)
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(s.t, err)
	var record struct{ Config map[string]any }
	require.NoError(s.t, json.NewDecoder(unpacked).Decode(&record))
	return record.Config
}

// Package oauth2proxy puts a login in front of a web application that has none of its own.
package oauth2proxy

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args configure the proxy.
type Args struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // may be restricted
	URL       string             // https address under which people open the application
	From      pulumi.StringInput // namespace of the ingress controller; nobody else reaches the proxy
	Login     Login
	Upstream  Upstream
	Scraper   string // namespace that metrics are read from
	Replicas  int

	Ready []pulumi.Resource
}

// Login is the identity provider as it knows the application.
type Login struct {
	Issuer string             // https address of the realm
	Client string             // id of the client
	Secret pulumi.StringInput // secret
	CA     pulumi.StringInput // PEM, verifies Issuer
	Groups []string           // whoever is in one of them gets in

	// The endpoints below Issuer. The proxy is told them because the realm, which knows them as well,
	// comes later: a proxy that asks it ends when there is no answer.
	AuthURL, TokenURL, UserURL, KeysURL string
}

// Upstream is the application. It must let nobody in but the pods with Labels: who reached it
// directly would need no login.
type Upstream struct {
	URL string             // inside the cluster
	CA  pulumi.StringInput // PEM, public, verifies URL; nil means plain HTTP or a usual certificate
}

// Proxy is the running proxy.
type Proxy struct {
	pulumi.ResourceState
	Service string // to publish in the application's stead
	Port    int    // of Service
	Ready   []pulumi.Resource
}

// Callback is the path that the identity provider leads back to.
const Callback = "/oauth2/callback"

// PortName is that of the pods' port with metrics.
const PortName = "metrics"

const (
	port        = 4180
	metricsPort = 44180
	servicePort = 80

	keyCA        = "ca.crt"
	keyUpstream  = "upstream.crt"
	cookieKey    = "cookie-secret"
	authorityDir = "/etc/authorities"
)

// Labels select the pods of the proxy called name.
func Labels(name string) map[string]string {
	return map[string]string{"app.kubernetes.io/instance": Name(name), "app.kubernetes.io/name": pins.OAuth2Proxy.Name}
}

// Name is that of the release and of its Service. The chart adds its own name to any other.
func Name(name string) string { return name + "-" + pins.OAuth2Proxy.Name }

// New installs the chart for the application called name.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Proxy, error) {
	p := &Proxy{Service: Name(name), Port: servicePort}
	if err := ctx.RegisterComponentResource("streamforge:security:OAuth2Proxy", name, p, opts...); err != nil {
		return nil, fmt.Errorf("oauth2 proxy %s: %w", name, err)
	}
	child := pulumi.Parent(p)
	secret, err := credentials(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	closed, err := policy(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, Name(name), pins.OAuth2Proxy, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(name, a),
	}, child, kube.After(closed, secret), kube.After(a.Ready...))
	if err != nil {
		return nil, err
	}
	p.Ready = []pulumi.Resource{release}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{"service": pulumi.String(p.Service)})
}

// credentials declares what the proxy logs in with. Cookies are encrypted with a key of 32 bytes,
// which the generated password's first 32 characters are.
func credentials(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	password, err := secrets.Password(ctx, name+"-cookie", child)
	if err != nil {
		return nil, err
	}
	key := password.ApplyT(func(s string) string { return s[:32] }).(pulumi.StringOutput)
	data := pulumi.StringMap{
		"client-id": pulumi.String(a.Login.Client), "client-secret": a.Login.Secret, cookieKey: key, keyCA: a.Login.CA,
	}
	if a.Upstream.CA != nil {
		data[keyUpstream] = a.Upstream.CA
	}
	return kube.Secret(ctx, name+"-login", kube.SecretArgs{Name: name + "-login", Namespace: a.Namespace, Data: data}, child)
}

// policy lets the ingress controller reach the proxy, and who scrapes its metrics.
func policy(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Namespace: a.Namespace, Pods: pulumi.ToStringMap(Labels(name)),
		Ingress: []kube.Rule{{Peers: []kube.Peer{{Namespace: a.From}}, TCP: []int{port}}, {Peers: kube.In(a.Scraper), TCP: []int{metricsPort}}},
	}, child)
}

func values(name string, a Args) pulumi.Map {
	login := name + "-login"
	args := pulumi.Map{
		"provider": pulumi.String("keycloak-oidc"), "oidc-issuer-url": pulumi.String(a.Login.Issuer),
		"skip-oidc-discovery": pulumi.String("true"), "login-url": pulumi.String(a.Login.AuthURL), "redeem-url": pulumi.String(a.Login.TokenURL),
		"profile-url": pulumi.String(a.Login.UserURL), "oidc-jwks-url": pulumi.String(a.Login.KeysURL),
		"redirect-url": pulumi.String(a.URL + Callback), "upstream": pulumi.String(a.Upstream.URL),
		"scope": pulumi.String("openid profile email"), "oidc-groups-claim": pulumi.String("groups"),
		"allowed-group":         pulumi.String(strings.Join(a.Login.Groups, ",")),
		"email-domain":          pulumi.String("*"),                  // who gets in is said by group
		"code-challenge-method": pulumi.String("S256"),               //
		"reverse-proxy":         pulumi.String("true"),               // the ingress controller says who asks
		"cookie-secure":         pulumi.String("true"),               //
		"cookie-samesite":       pulumi.String("lax"),                // strict would lose the way back from the login
		"cookie-expire":         pulumi.String("10h"),                // as long as the realm's sessions
		"cookie-refresh":        pulumi.String("4m"),                 // below the life of an access token: rights are read again
		"cookie-name":           pulumi.String("__Host-" + name),     // bound to this host
		"skip-provider-button":  pulumi.String("true"),               //
		"set-xauthrequest":      pulumi.String("true"),               //
		"whitelist-domain":      pulumi.String(host(a.Login.Issuer)), // where a logout may lead
	}
	authorities := pulumi.Array{item(keyCA)}
	if a.Upstream.CA != nil {
		authorities = append(authorities, item(keyUpstream))
	}
	return pulumi.Map{
		"replicaCount": pulumi.Int(a.Replicas),
		"config": pulumi.Map{
			"existingSecret": pulumi.String(login),
			"configFile":     pulumi.String(""), // the chart's own leads to nowhere
		},
		"extraArgs": args,
		// One set of authorities for both connections: the proxy's own settings know the provider's only.
		"extraEnv": pulumi.Array{pulumi.Map{"name": pulumi.String("SSL_CERT_DIR"), "value": pulumi.String(authorityDir)}},
		"extraVolumes": pulumi.Array{pulumi.Map{"name": pulumi.String("authorities"), "secret": pulumi.Map{
			"secretName": pulumi.String(login), "items": authorities,
		}}},
		"extraVolumeMounts": pulumi.Array{pulumi.Map{
			"name": pulumi.String("authorities"), "mountPath": pulumi.String(authorityDir), "readOnly": pulumi.Bool(true),
		}},
		"service":            pulumi.Map{"portNumber": pulumi.Int(servicePort)},
		"serviceAccount":     pulumi.Map{"automountServiceAccountToken": pulumi.Bool(false)},
		"enableServiceLinks": pulumi.Bool(false),
		"resources":          kube.Resources("10m", "32Mi", "128Mi"),
		"deploymentAnnotations": pulumi.Map{
			"secret.reloader.stakater.com/reload": pulumi.String(login), // a rotated secret
		},
		"podDisruptionBudget": pulumi.Map{"enabled": pulumi.Bool(a.Replicas > 1), "minAvailable": pulumi.Int(1)},
		"metrics":             pulumi.Map{"enabled": pulumi.Bool(true)},
		"sessionStorage":      pulumi.Map{"type": pulumi.String("cookie")},
	}
}

func item(key string) pulumi.Map {
	return pulumi.Map{"key": pulumi.String(key), "path": pulumi.String(key)}
}

// host is the name in an https address.
func host(url string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(url, "https://"), "/")
	return name
}

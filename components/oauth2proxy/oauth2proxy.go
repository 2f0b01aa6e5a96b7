// Package oauth2proxy puts a login in front of a web application that has none of its own.
package oauth2proxy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args configure the proxy.
type Args struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // of the application; may be restricted
	URL       string             // https address under which people open the application
	From      pulumi.StringInput // namespace of the ingress controller; nobody else reaches the proxy
	Login     Login
	Upstream  Upstream
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
}

// Upstream is the application.
type Upstream struct {
	URL     string // inside the cluster
	Service string // the host of URL, in Namespace
	Pods    pulumi.StringMap
	Port    int // of the pods
	// Others are the namespaces whose pods reach the application without the proxy, such as that of
	// an operator. The pods of Namespace do not, except for the proxy.
	Others []string
	CA     *CA // nil means that URL is plain HTTP or has a usual certificate
}

// CA is the authority of an application that speaks TLS with a certificate of its own making.
type CA struct {
	Secret string // in Namespace
	Key    string // PEM
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

const (
	port        = 4180
	metricsPort = 44180
	servicePort = 80

	keyCA     = "ca.crt"
	loginCA   = "/etc/login-ca"
	upsCA     = "/etc/upstream-ca"
	cookieKey = "cookie-secret"
)

// New installs the chart, and closes the ways around it.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Proxy, error) {
	p := &Proxy{Service: name, Port: servicePort}
	if err := ctx.RegisterComponentResource("streamforge:security:OAuth2Proxy", name, p, opts...); err != nil {
		return nil, fmt.Errorf("oauth2 proxy %s: %w", name, err)
	}
	child := pulumi.Parent(p)
	secret, err := credentials(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	policies, err := policies(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, name, pins.OAuth2Proxy, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(name, a),
	}, child, kube.After(append(policies, secret)...), kube.After(a.Ready...))
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
	return kube.Secret(ctx, name+"-login", kube.SecretArgs{
		Name: name + "-login", Namespace: a.Namespace,
		Data: pulumi.StringMap{
			"client-id": pulumi.String(a.Login.Client), "client-secret": a.Login.Secret, cookieKey: key, keyCA: a.Login.CA,
		},
	}, child)
}

// policies let the ingress controller reach the proxy, and the proxy alone the application: who
// reached the application directly would be logged in as whoever he says.
func policies(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	own := pulumi.StringMap{"app.kubernetes.io/instance": pulumi.String(name), "app.kubernetes.io/name": pulumi.String(pins.OAuth2Proxy.Name)}
	front, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Namespace: a.Namespace, Pods: own,
		Ingress: []kube.Rule{{Peers: []kube.Peer{{Namespace: a.From}}, TCP: []int{port}}, {TCP: []int{metricsPort}}},
	}, child)
	if err != nil {
		return nil, err
	}
	behind, err := kube.NetworkPolicy(ctx, name+"-upstream", kube.NetworkPolicyArgs{
		Namespace: a.Namespace, Pods: a.Upstream.Pods,
		Ingress: []kube.Rule{{Peers: append([]kube.Peer{{Pods: own}}, kube.In(a.Upstream.Others...)...), TCP: []int{a.Upstream.Port}}},
	}, child)
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{front, behind}, nil
}

func values(name string, a Args) pulumi.Map {
	login := name + "-login"
	args := pulumi.Map{
		"provider": pulumi.String("keycloak-oidc"), "oidc-issuer-url": pulumi.String(a.Login.Issuer),
		"redirect-url": pulumi.String(a.URL + Callback), "upstream": pulumi.String(a.Upstream.URL),
		"provider-ca-file": pulumi.String(loginCA + "/" + keyCA), "use-system-trust-store": pulumi.String("true"),
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
	volumes := pulumi.Array{pulumi.Map{"name": pulumi.String("login-ca"), "secret": pulumi.Map{
		"secretName": pulumi.String(login), "items": item(keyCA),
	}}}
	mounts := pulumi.Array{mount("login-ca", loginCA)}
	if ca := a.Upstream.CA; ca != nil {
		// The proxy takes one set of authorities for both connections.
		args["provider-ca-file"] = pulumi.String(loginCA + "/" + keyCA + "," + upsCA + "/" + ca.Key)
		args["use-system-trust-store"] = pulumi.String("true")
		volumes = append(volumes, pulumi.Map{"name": pulumi.String("upstream-ca"), "secret": pulumi.Map{
			"secretName": pulumi.String(ca.Secret), "items": item(ca.Key),
		}})
		mounts = append(mounts, mount("upstream-ca", upsCA))
	}
	return pulumi.Map{
		"fullnameOverride": pulumi.String(name),
		"replicaCount":     pulumi.Int(a.Replicas),
		"config": pulumi.Map{
			"existingSecret": pulumi.String(login),
			"configFile":     pulumi.String(""), // the chart's own leads to nowhere
		},
		"extraArgs": args, "extraVolumes": volumes, "extraVolumeMounts": mounts,
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

func item(key string) pulumi.Array {
	return pulumi.Array{pulumi.Map{"key": pulumi.String(key), "path": pulumi.String(key)}}
}

func mount(volume, path string) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(volume), "mountPath": pulumi.String(path), "readOnly": pulumi.Bool(true)}
}

// host is the name in an https address.
func host(url string) string {
	parts := slices.Collect(strings.SplitSeq(strings.TrimPrefix(url, "https://"), "/"))
	return parts[0]
}

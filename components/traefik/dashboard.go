package traefik

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

var (
	middlewareKind = kube.Kind{APIVersion: "traefik.io/v1alpha1", Kind: "Middleware"}
	httpRouteKind  = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1", Kind: "HTTPRoute"}
)

const dashboardAuth = "dashboard-auth" // Secret and Middleware

// dashboard serves the dashboard at traefik.<domain>/dashboard, behind a password.
func (t *Traefik) dashboard(ctx *pulumi.Context, name string, a Args, gateway pulumi.Resource) error {
	child := pulumi.Parent(t)
	password, err := secrets.Password(ctx, name+"-dashboard-password", child)
	if err != nil {
		return err
	}
	t.DashboardPassword = password
	secret, err := kube.Secret(ctx, name+"-dashboard", kube.SecretArgs{
		Name: dashboardAuth, Namespace: a.Namespace, Type: "kubernetes.io/basic-auth",
		Data: pulumi.StringMap{"username": pulumi.String(DashboardUser), "password": password},
	}, child)
	if err != nil {
		return err
	}
	middleware, err := kube.Apply(ctx, name+"-dashboard", kube.Object{
		Kind: middlewareKind, Name: dashboardAuth, Namespace: a.Namespace,
		Spec: pulumi.Map{"basicAuth": pulumi.Map{
			"secret": pulumi.String(dashboardAuth), "removeHeader": pulumi.Bool(true),
		}},
	}, child, kube.After(secret), kube.After(a.Definitions...))
	if err != nil {
		return err
	}
	route, err := kube.Apply(ctx, name+"-dashboard-route", kube.Object{
		Kind: httpRouteKind, Name: "dashboard", Namespace: a.Namespace,
		Spec: pulumi.Map{
			"parentRefs": attach(ListenerHTTPS),
			"hostnames":  pulumi.ToStringArray([]string{DashboardHost(a.Domain)}),
			"rules":      pulumi.Array{toDashboard(), dashboardRule()},
		},
	}, child, kube.After(gateway, middleware))
	if err != nil {
		return err
	}
	t.Ready = append(t.Ready, route)
	return nil
}

// DashboardHost is where the dashboard is found.
func DashboardHost(domain string) string { return "traefik." + domain }

// toDashboard sends /dashboard and the bare host to /dashboard/, the only form Traefik serves.
func toDashboard() pulumi.Map {
	exact := func(path string) pulumi.Map {
		return pulumi.Map{"path": pulumi.Map{"type": pulumi.String("Exact"), "value": pulumi.String(path)}}
	}
	return pulumi.Map{
		"matches": pulumi.Array{exact("/"), exact("/dashboard")},
		"filters": pulumi.Array{pulumi.Map{
			"type": pulumi.String("RequestRedirect"),
			"requestRedirect": pulumi.Map{
				"scheme": pulumi.String("https"), // otherwise the port of the listener, 8443, would be named
				"path": pulumi.Map{
					"type": pulumi.String("ReplaceFullPath"), "replaceFullPath": pulumi.String("/dashboard/"),
				},
				"statusCode": pulumi.Int(302),
			},
		}},
	}
}

// dashboardRule leads to Traefik's own service, which is no Kubernetes object.
func dashboardRule() pulumi.Map {
	prefix := func(path string) pulumi.Map {
		return pulumi.Map{"path": pulumi.Map{"type": pulumi.String("PathPrefix"), "value": pulumi.String(path)}}
	}
	return pulumi.Map{
		"matches": pulumi.Array{prefix("/dashboard"), prefix("/api")},
		"filters": pulumi.Array{pulumi.Map{
			"type": pulumi.String("ExtensionRef"),
			"extensionRef": pulumi.Map{
				"group": pulumi.String("traefik.io"), "kind": pulumi.String("Middleware"), "name": pulumi.String(dashboardAuth),
			},
		}},
		"backendRefs": pulumi.Array{pulumi.Map{
			"group": pulumi.String("traefik.io"), "kind": pulumi.String("TraefikService"), "name": pulumi.String("api@internal"),
		}},
	}
}

package network

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// LoginUser may open the published hosts that have a Login.
const LoginUser = "admin"

var middlewareKind = kube.Kind{APIVersion: "traefik.io/v1alpha1", Kind: "Middleware"}

// lock makes the password of a host, and the Middleware that asks for it.
func (p *Published) lock(ctx *pulumi.Context, host, object string, ns pulumi.StringInput, served pulumi.ResourceOption) (pulumi.Resource, error) {
	child := pulumi.Parent(p)
	var err error
	if p.Password, err = secrets.Password(ctx, host+"-password", child); err != nil {
		return nil, err
	}
	secret, err := kube.Secret(ctx, host+"-login", kube.SecretArgs{
		Name: object + "-login", Namespace: ns, Type: "kubernetes.io/basic-auth",
		Data: pulumi.StringMap{"username": pulumi.String(LoginUser), "password": p.Password},
	}, child)
	if err != nil {
		return nil, err
	}
	return kube.Apply(ctx, host+"-login", kube.Object{
		Kind: middlewareKind, Name: object + "-login", Namespace: ns,
		Spec: pulumi.Map{"basicAuth": pulumi.Map{
			"secret": pulumi.String(object + "-login"), "removeHeader": pulumi.Bool(true),
		}},
	}, child, served, kube.After(secret))
}

// locked is the filter of a route that leads through the Middleware.
func locked(object string) pulumi.Map {
	return pulumi.Map{
		"type": pulumi.String("ExtensionRef"),
		"extensionRef": pulumi.Map{
			"group": pulumi.String("traefik.io"), "kind": pulumi.String("Middleware"), "name": pulumi.String(object + "-login"),
		},
	}
}

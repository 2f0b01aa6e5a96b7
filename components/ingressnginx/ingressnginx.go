// Package ingressnginx installs the second ingress controller: it serves only Ingresses that ask
// for its class, on an address of its own.
package ingressnginx

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure the controller.
type Args struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // must exist, at least baseline
	Address   netip.Addr         // of the Service, in a MetalLB pool
	Class     string             // name of the IngressClass, never the default one

	Certificates []pulumi.Resource // cert-manager, which makes the webhook's certificate
	Addresses    []pulumi.Resource // the load balancer that gives Address
}

// IngressNginx is the installed controller.
type IngressNginx struct {
	pulumi.ResourceState
	Ready []pulumi.Resource
}

// New installs the chart.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*IngressNginx, error) {
	n := &IngressNginx{}
	if err := ctx.RegisterComponentResource("streamforge:network:IngressNginx", name, n, opts...); err != nil {
		return nil, fmt.Errorf("ingress-nginx %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.IngressNginx, kube.ReleaseArgs{
		Namespace: a.Namespace,
		Values:    pulumi.Map{"controller": controller(a)},
	}, pulumi.Parent(n), kube.After(a.Certificates...), kube.After(a.Addresses...))
	if err != nil {
		return nil, err
	}
	n.Ready = []pulumi.Resource{release}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"class": pulumi.String(a.Class)})
}

func controller(a Args) pulumi.Map {
	on := pulumi.Map{"enabled": pulumi.Bool(true)}
	return pulumi.Map{
		"replicaCount": pulumi.Int(2),
		"ingressClassResource": pulumi.Map{
			"name": pulumi.String(a.Class), "enabled": pulumi.Bool(true), "default": pulumi.Bool(false),
			"controllerValue": pulumi.String("k8s.io/ingress-nginx"),
		},
		"ingressClass":             pulumi.String(a.Class),
		"watchIngressWithoutClass": pulumi.Bool(false),
		"allowSnippetAnnotations":  pulumi.Bool(false), // a snippet is a way to run code in the controller
		"service": pulumi.Map{
			"type":                  pulumi.String("LoadBalancer"),
			"annotations":           pulumi.Map{"metallb.io/loadBalancerIPs": pulumi.String(a.Address.String())},
			"externalTrafficPolicy": pulumi.String("Local"), // keeps the address of the client
		},
		"metrics": on,
		"admissionWebhooks": pulumi.Map{
			"enabled": pulumi.Bool(true),
			// Otherwise hook Jobs of an image of their own make the certificate, once and for all.
			"patch":       pulumi.Map{"enabled": pulumi.Bool(false)},
			"certManager": on,
		},
		"resources": kube.Resources("100m", "128Mi", "512Mi"),
	}
}

package network

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var tlsRouteKind = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1alpha2", Kind: "TLSRoute"}

// Host gives the full name of a server below the listener's domain.
func (l TLSListener) Host(name string) string { return name + "." + l.Domain }

// Publish passes TLS for host on to b, which ends it with a certificate of its own. The route
// stands in the Service's namespace. There is no DNS record to add: one wildcard record leads
// every name below the listener's domain here.
func (l TLSListener) Publish(ctx *pulumi.Context, host string, b Backend, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	name, below := strings.CutSuffix(host, "."+l.Domain)
	if !below || name == "" || strings.Contains(name, ".") {
		return nil, fmt.Errorf("publish %s: not one label below %s", host, l.Domain)
	}
	route, err := kube.Apply(ctx, host+"-route", kube.Object{
		Kind: tlsRouteKind, Name: name, Namespace: b.Namespace,
		Spec: pulumi.Map{
			"parentRefs": pulumi.Array{pulumi.Map{
				"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String("Gateway"),
				"name": pulumi.String(l.Gateway), "namespace": l.Namespace, "sectionName": pulumi.String(l.Section),
			}},
			"hostnames": pulumi.ToStringArray([]string{host}),
			"rules": pulumi.Array{pulumi.Map{"backendRefs": pulumi.Array{pulumi.Map{
				"name": pulumi.String(b.Service), "port": pulumi.Int(b.Port),
			}}}},
		},
	}, append(opts, kube.After(l.Ready...))...)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", host, err)
	}
	return route, nil
}

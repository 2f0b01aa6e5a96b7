package minio

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var backendTLSKind = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1alpha3", Kind: "BackendTLSPolicy"}

// tls declares the certificate of all servers, and makes the gateway verify it: what leaves the
// ingress controller for the store is encrypted as well.
func (m *MinIO) tls(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	child := pulumi.Parent(m)
	issued, err := kube.Certificate(ctx, name+"-certificate", kube.CertificateArgs{ // the servers take up a renewed one by themselves
		Name: certificate, Namespace: a.Namespace, Hosts: dnsNames(a), Issuer: a.Issuer, Mutual: true,
	}, child, kube.After(a.IssuerReady...))
	if err != nil {
		return nil, err
	}
	ca, err := kube.ConfigMap(ctx, name+"-ca", kube.ConfigMapArgs{
		Name: authority, Namespace: a.Namespace, Labels: labels(app), Data: pulumi.StringMap{KeyCA: a.CA},
	}, child)
	if err != nil {
		return nil, err
	}
	target := func(service string) pulumi.Map {
		return pulumi.Map{"group": pulumi.String(""), "kind": pulumi.String("Service"), "name": pulumi.String(service)}
	}
	for _, service := range []string{Service, ConsoleService} {
		_, err = kube.Apply(ctx, name+"-"+service+"-backend", kube.Object{
			Kind: backendTLSKind, Name: service, Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(),
			Spec: pulumi.Map{
				"targetRefs": pulumi.Array{target(service)},
				"validation": pulumi.Map{
					"hostname": pulumi.String(fmt.Sprintf("%s.%s.svc", Service, a.NamespaceName)),
					"caCertificateRefs": pulumi.Array{pulumi.Map{
						"group": pulumi.String(""), "kind": pulumi.String("ConfigMap"), "name": pulumi.String(authority),
					}},
				},
			},
		}, child, kube.After(ca), kube.After(a.GatewayAPI...))
		if err != nil {
			return nil, err
		}
	}
	return []pulumi.Resource{issued, ca}, nil
}

// dnsNames are every name by which servers and clients inside the cluster call the store.
func dnsNames(a Args) []string {
	short := Service + "." + a.NamespaceName
	return []string{
		Service, short + ".svc", short + ".svc." + a.DNSDomain,
		fmt.Sprintf("*.%s.%s.svc.%s", peers, a.NamespaceName, a.DNSDomain),
		"localhost",
	}
}

package minio

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var (
	certificateKind = kube.Kind{APIVersion: "cert-manager.io/v1", Kind: "Certificate"}
	backendTLSKind  = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1alpha3", Kind: "BackendTLSPolicy"}
)

// tls declares the certificate of all servers, and makes the gateway verify it: what leaves the
// ingress controller for the store is encrypted as well.
func (m *MinIO) tls(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	child := pulumi.Parent(m)
	issued, err := kube.Apply(ctx, name+"-certificate", kube.Object{
		Kind: certificateKind, Name: certificate, Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(), WaitFor: "Ready",
		Spec: pulumi.Map{
			"secretName":  pulumi.String(certificate),
			"dnsNames":    pulumi.ToStringArray(dnsNames(a)),
			"duration":    pulumi.String("2160h"), // 90 days; the servers take up a renewed one by themselves
			"renewBefore": pulumi.String("720h"),
			"privateKey":  pulumi.Map{"algorithm": pulumi.String("ECDSA"), "size": pulumi.Int(256), "rotationPolicy": pulumi.String("Always")},
			"usages":      pulumi.ToStringArray([]string{"digital signature", "server auth", "client auth"}),
			"issuerRef": pulumi.Map{
				"group": pulumi.String("cert-manager.io"), "kind": pulumi.String("ClusterIssuer"), "name": pulumi.String(a.Issuer),
			},
		},
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

package vault

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var (
	certificateKind = kube.Kind{APIVersion: "cert-manager.io/v1", Kind: "Certificate"}
	backendTLSKind  = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1alpha3", Kind: "BackendTLSPolicy"}
)

// tls declares the servers' certificate, and makes the gateway verify it.
func (v *Vault) tls(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	child, ns := pulumi.Parent(v), a.Namespace.ToStringOutput().ToStringPtrOutput()
	issued, err := kube.Apply(ctx, name+"-certificate", kube.Object{
		Kind: certificateKind, Name: certificate, Namespace: ns, WaitFor: "Ready",
		Spec: pulumi.Map{
			"secretName":  pulumi.String(certificate),
			"dnsNames":    pulumi.ToStringArray(dnsNames(a)),
			"ipAddresses": pulumi.ToStringArray([]string{"127.0.0.1"}), // the probes, and people through a forwarded port
			"duration":    pulumi.String("2160h"),                      // 90 days
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
		Name: Authority, Namespace: a.Namespace, Data: pulumi.StringMap{AuthorityKey: a.CA},
	}, child)
	if err != nil {
		return nil, err
	}
	_, err = kube.Apply(ctx, name+"-backend", kube.Object{
		Kind: backendTLSKind, Name: Service, Namespace: ns,
		Spec: pulumi.Map{
			"targetRefs": pulumi.Array{pulumi.Map{"group": pulumi.String(""), "kind": pulumi.String("Service"), "name": pulumi.String(Service)}},
			"validation": pulumi.Map{
				"hostname": pulumi.String(fmt.Sprintf("%s.%s.svc", Service, a.NamespaceName)),
				"caCertificateRefs": pulumi.Array{pulumi.Map{
					"group": pulumi.String(""), "kind": pulumi.String("ConfigMap"), "name": pulumi.String(Authority),
				}},
			},
		},
	}, child, kube.After(ca), kube.After(a.GatewayAPI...))
	return []pulumi.Resource{issued, ca}, err
}

// dnsNames are every name by which servers and clients inside the cluster call the store.
func dnsNames(a Args) (names []string) {
	for _, service := range []string{app, Service} {
		qualified := service + "." + a.NamespaceName + ".svc"
		names = append(names, service, qualified, qualified+"."+a.DNSDomain)
	}
	servers := fmt.Sprintf("*.%s.%s.svc", peers, a.NamespaceName)
	return append(names, servers, servers+"."+a.DNSDomain, "localhost")
}

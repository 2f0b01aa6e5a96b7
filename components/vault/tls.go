package vault

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var backendTLSKind = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1alpha3", Kind: "BackendTLSPolicy"}

// tls declares the servers' certificate, and makes the gateway verify it.
func (v *Vault) tls(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	child, ns := pulumi.Parent(v), a.Namespace.ToStringOutput().ToStringPtrOutput()
	issued, err := kube.Certificate(ctx, name+"-certificate", kube.CertificateArgs{
		Name: certificate, Namespace: a.Namespace, Hosts: dnsNames(a), Issuer: a.Issuer, Mutual: true,
		IPs: []string{"127.0.0.1"}, // the probes, and people through a forwarded port
		// A server takes up another one on SIGHUP only, or when it starts, and then it is sealed.
		Duration: kube.LongLived,
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

package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// LongLived is how long a certificate is valid whose server reads it only at its start: a renewed one
// would lie unread in its Secret until the first ended. Ten years.
const LongLived = "87600h"

// CertificateArgs describe a certificate that cert-manager issues, and renews with a new key thirty
// days before it ends.
type CertificateArgs struct {
	Name      string             // metadata.name
	Secret    string             // that holds it; empty means Name
	Namespace pulumi.StringInput // must exist
	Hosts     []string           // DNS names, wildcards too
	IPs       []string
	Issuer    string // ClusterIssuer
	Mutual    bool   // servers also show it to each other
	Duration  string // for which it is valid, e.g. [LongLived]; empty means ninety days
}

// Certificate registers a Certificate and waits until it is issued. The caller orders it after its issuer.
func Certificate(ctx *pulumi.Context, name string, a CertificateArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	if a.Secret == "" {
		a.Secret = a.Name
	}
	if a.Duration == "" {
		a.Duration = "2160h"
	}
	usages := []string{"digital signature", "server auth"}
	if a.Mutual {
		usages = append(usages, "client auth")
	}
	spec := pulumi.Map{
		"secretName":  pulumi.String(a.Secret),
		"dnsNames":    pulumi.ToStringArray(a.Hosts),
		"duration":    pulumi.String(a.Duration),
		"renewBefore": pulumi.String("720h"),
		"privateKey":  pulumi.Map{"algorithm": pulumi.String("ECDSA"), "size": pulumi.Int(256), "rotationPolicy": pulumi.String("Always")},
		"usages":      pulumi.ToStringArray(usages),
		"issuerRef": pulumi.Map{
			"group": pulumi.String("cert-manager.io"), "kind": pulumi.String("ClusterIssuer"), "name": pulumi.String(a.Issuer),
		},
	}
	setStrings(spec, "ipAddresses", a.IPs)
	return Apply(ctx, name, Object{
		Kind: Kind{"cert-manager.io/v1", "Certificate"}, Name: a.Name, Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(),
		Spec: spec, WaitFor: "Ready",
	}, opts...)
}

// Package certmanager installs cert-manager and the issuer that signs with the platform's root.
package certmanager

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure cert-manager.
type Args struct {
	Charts     kube.Charts
	Namespace  pulumi.StringInput // must exist; everything in it meets the restricted Pod Security Standard
	GatewayAPI []pulumi.Resource  // the definitions of the Gateway API: the controller exits at start without them
	Issuer     string             // name of the ClusterIssuer
	RootSecret string             // name of the Secret that holds the root's certificate and key
	RootCert   pulumi.StringInput // PEM
	RootKey    pulumi.StringInput // PEM, secret
}

// CertManager is the installed cert-manager with its issuer.
type CertManager struct {
	pulumi.ResourceState
	Release pulumi.Resource   // brings the definitions of Certificate, ClusterIssuer and the rest
	Ready   []pulumi.Resource // the issuer signs
}

var clusterIssuer = kube.Kind{APIVersion: "cert-manager.io/v1", Kind: "ClusterIssuer"}

// New installs the chart and, once its webhook answers, the issuer.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*CertManager, error) {
	c := &CertManager{}
	if err := ctx.RegisterComponentResource("streamforge:network:CertManager", name, c, opts...); err != nil {
		return nil, fmt.Errorf("cert-manager %s: %w", name, err)
	}
	child := pulumi.Parent(c)
	release, err := a.Charts.Release(ctx, name, pins.CertManager, kube.ReleaseArgs{
		Namespace: a.Namespace,
		Values:    values(a),
	}, child, kube.After(a.GatewayAPI...))
	if err != nil {
		return nil, err
	}
	root, err := kube.Secret(ctx, a.RootSecret, kube.SecretArgs{
		Namespace: a.Namespace, Type: "kubernetes.io/tls",
		Data: pulumi.StringMap{"tls.crt": a.RootCert, "tls.key": a.RootKey},
	}, child)
	if err != nil {
		return nil, err
	}
	issuer, err := kube.Apply(ctx, a.Issuer, kube.Object{
		Kind:    clusterIssuer,
		Spec:    pulumi.Map{"ca": pulumi.Map{"secretName": pulumi.String(a.RootSecret)}},
		WaitFor: "Ready",
	}, child, kube.After(release, root))
	if err != nil {
		return nil, err
	}
	c.Release, c.Ready = release, []pulumi.Resource{issuer}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"issuer": pulumi.String(a.Issuer)})
}

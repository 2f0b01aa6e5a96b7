// Package pki makes the platform's own root certificate authority.
package pki

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args describe the authority.
type Args struct {
	CommonName    string // subject of the certificate, 1 to 64 characters
	ValidityYears int    // from the first run on, 1 to 30
	// Previous are root certificates, PEM, that clients go on trusting beside the new one.
	Previous   []string
	Disposable bool // lets a run delete or replace the authority; for sandboxes only
}

// PKI is a root authority. Unless it is disposable both resources are protected: with another key,
// nothing that was ever signed would verify, and every machine that trusts the root would need the
// new one by hand.
type PKI struct {
	pulumi.ResourceState
	CertificatePEM pulumi.StringOutput // the root certificate, which signs; public
	TrustPEM       pulumi.StringOutput // what clients trust: it and the previous ones; public
	KeyPEM         pulumi.StringOutput // its private key, secret
	Ready          []pulumi.Resource
}

// New makes the key and the self-signed certificate. Neither is ever renewed by itself.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*PKI, error) {
	p := &PKI{}
	if err := ctx.RegisterComponentResource("streamforge:network:PKI", name, p, opts...); err != nil {
		return nil, fmt.Errorf("pki %s: %w", name, err)
	}
	kept := []pulumi.ResourceOption{pulumi.Parent(p), pulumi.Protect(!a.Disposable)}
	root, err := secrets.NewAuthority(ctx, name, secrets.AuthorityArgs{CommonName: a.CommonName, Years: a.ValidityYears}, kept...)
	if err != nil {
		return nil, err
	}
	p.CertificatePEM, p.KeyPEM, p.Ready = root.CertificatePEM, root.KeyPEM, root.Ready
	p.TrustPEM = p.CertificatePEM
	for _, old := range a.Previous {
		p.TrustPEM = pulumi.Sprintf("%s%s\n", p.TrustPEM, strings.TrimSpace(old))
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{"certificatePEM": p.CertificatePEM})
}

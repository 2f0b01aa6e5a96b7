package secrets

import (
	"fmt"

	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// AuthorityArgs describe a certificate authority.
type AuthorityArgs struct {
	CommonName   string // subject of the certificate, 1 to 64 characters
	Organization string // may be empty
	Years        int    // valid from the first run on, 1 to 30
	RSA          bool   // an RSA key of 3072 bits, for software that takes no other; else ECDSA on P-384
}

// Authority is a self-signed certificate authority.
type Authority struct {
	CertificatePEM pulumi.StringOutput // what clients trust, public
	KeyPEM         pulumi.StringOutput // in the algorithm's own form (SEC 1, PKCS #1), secret
	KeyPKCS8       pulumi.StringOutput // the same as PKCS #8, secret
	Ready          []pulumi.Resource
}

const hoursPerYear = 8766 // leap days included

// NewAuthority makes the key name-key and the certificate name. Neither is ever renewed by itself.
// opts are for both: protect them when what was signed must go on verifying.
func NewAuthority(ctx *pulumi.Context, name string, a AuthorityArgs, opts ...pulumi.ResourceOption) (Authority, error) {
	k := &tls.PrivateKeyArgs{Algorithm: pulumi.String("ECDSA"), EcdsaCurve: pulumi.String("P384")}
	if a.RSA {
		k = &tls.PrivateKeyArgs{Algorithm: pulumi.String("RSA"), RsaBits: pulumi.Int(3072)}
	}
	key, err := tls.NewPrivateKey(ctx, name+"-key", k, opts...)
	if err != nil {
		return Authority{}, fmt.Errorf("authority %s: key: %w", name, err)
	}
	subject := &tls.SelfSignedCertSubjectArgs{CommonName: pulumi.String(a.CommonName)}
	if a.Organization != "" {
		subject.Organization = pulumi.String(a.Organization)
	}
	cert, err := tls.NewSelfSignedCert(ctx, name, &tls.SelfSignedCertArgs{
		PrivateKeyPem:       key.PrivateKeyPem,
		Subject:             subject,
		ValidityPeriodHours: pulumi.Int(a.Years * hoursPerYear),
		IsCaCertificate:     pulumi.Bool(true),
		SetSubjectKeyId:     pulumi.Bool(true),
		SetAuthorityKeyId:   pulumi.Bool(true),
		AllowedUses:         pulumi.ToStringArray([]string{"cert_signing", "crl_signing", "digital_signature"}),
	}, opts...)
	if err != nil {
		return Authority{}, fmt.Errorf("authority %s: certificate: %w", name, err)
	}
	return Authority{
		CertificatePEM: cert.CertPem,
		KeyPEM:         pulumi.ToSecret(key.PrivateKeyPem).(pulumi.StringOutput),
		KeyPKCS8:       pulumi.ToSecret(key.PrivateKeyPemPkcs8).(pulumi.StringOutput),
		Ready:          []pulumi.Resource{key, cert},
	}, nil
}

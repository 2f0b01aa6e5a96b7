package strimzi

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const authorityYears = 10

// authority makes the cluster's certificate authority here instead of in the operator, because
// then clients in any namespace can be given it before there is a cluster to ask. The operator
// still makes and renews the brokers' certificates. It refuses to start without both Secrets.
func (c *Cluster) authority(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	key, err := tls.NewPrivateKey(ctx, name+"-ca-key", &tls.PrivateKeyArgs{
		Algorithm: pulumi.String("RSA"), RsaBits: pulumi.Int(3072),
	}, c.kept()...)
	if err != nil {
		return nil, fmt.Errorf("kafka %s: key of the authority: %w", a.Name, err)
	}
	cert, err := tls.NewSelfSignedCert(ctx, name+"-ca", &tls.SelfSignedCertArgs{
		PrivateKeyPem: key.PrivateKeyPem,
		Subject: &tls.SelfSignedCertSubjectArgs{
			CommonName: pulumi.String("Kafka " + a.Name + " CA"), Organization: pulumi.String("StreamForge"),
		},
		ValidityPeriodHours: pulumi.Int(authorityYears * 8766),
		IsCaCertificate:     pulumi.Bool(true),
		SetSubjectKeyId:     pulumi.Bool(true),
		AllowedUses:         pulumi.ToStringArray([]string{"cert_signing", "crl_signing"}),
	}, c.kept()...)
	if err != nil {
		return nil, fmt.Errorf("kafka %s: certificate of the authority: %w", a.Name, err)
	}
	c.CA = cert.CertPem
	var secrets []pulumi.Resource
	for _, s := range []struct {
		name, generation, key string
		content               pulumi.StringInput
	}{
		{CASecret(a.Name), "strimzi.io/ca-cert-generation", CAKey, cert.CertPem},
		{caKeySecret(a.Name), "strimzi.io/ca-key-generation", "ca.key", pulumi.ToSecret(key.PrivateKeyPemPkcs8).(pulumi.StringOutput)},
	} {
		labels := c.labels()
		labels[KindLabel] = pulumi.String("Kafka")
		secret, err := corev1.NewSecret(ctx, name+"-"+s.key, &corev1.SecretArgs{
			Metadata: &metav1.ObjectMetaArgs{
				Name: pulumi.String(s.name), Namespace: a.Namespace, Labels: labels,
				Annotations: pulumi.StringMap{s.generation: pulumi.String("0")},
			},
			StringData: pulumi.StringMap{s.key: s.content},
		}, pulumi.Parent(c))
		if err != nil {
			return nil, fmt.Errorf("secret %s: %w", s.name, err)
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

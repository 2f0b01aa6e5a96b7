package strimzi

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

const authorityYears = 10

// authority makes the cluster's certificate authority here instead of in the operator, because
// then clients in any namespace can be given it before there is a cluster to ask. The operator
// still makes and renews the brokers' certificates. It refuses to start without both Secrets.
func (c *Cluster) authority(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	own, err := secrets.NewAuthority(ctx, name+"-ca", secrets.AuthorityArgs{
		CommonName: "Kafka " + a.Name + " CA", Organization: "StreamForge", Years: authorityYears, RSA: true,
	}, c.kept()...)
	if err != nil {
		return nil, err
	}
	c.CA = own.CertificatePEM
	var declared []pulumi.Resource
	for _, s := range []struct {
		name, generation, key string
		content               pulumi.StringInput
	}{
		{CASecret(a.Name), "strimzi.io/ca-cert-generation", CAKey, own.CertificatePEM},
		{caKeySecret(a.Name), "strimzi.io/ca-key-generation", "ca.key", own.KeyPKCS8},
	} {
		labels := c.labels()
		labels[KindLabel] = pulumi.String("Kafka")
		secret, err := kube.Secret(ctx, name+"-"+s.key, kube.SecretArgs{
			Name: s.name, Namespace: a.Namespace, Labels: labels,
			Annotations: pulumi.StringMap{s.generation: pulumi.String("0")},
			Data:        pulumi.StringMap{s.key: s.content},
		}, pulumi.Parent(c))
		if err != nil {
			return nil, err
		}
		declared = append(declared, secret)
	}
	return declared, nil
}

package pki_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/components/pki"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

func TestRoot(t *testing.T) {
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		p, err := pki.New(ctx, "root", pki.Args{CommonName: "Home CA", ValidityYears: 20})
		assert.Len(t, p.Ready, 2)
		return err
	})
	key := g.Get(t, "tls:index/privateKey:PrivateKey", "root-key")
	assert.True(t, key.Protect)
	assert.Equal(t, "ECDSA", key.At("algorithm"))
	assert.Equal(t, "P384", key.At("ecdsaCurve"))

	cert := g.Get(t, "tls:index/selfSignedCert:SelfSignedCert", "root")
	assert.True(t, cert.Protect)
	assert.True(t, cert.Secret("privateKeyPem"))
	assert.Equal(t, "private key of root-key", cert.At("privateKeyPem"))
	assert.Equal(t, "Home CA", cert.At("subject.commonName"))
	assert.Equal(t, 20*8766.0, cert.At("validityPeriodHours"))
	assert.Equal(t, true, cert.At("isCaCertificate"))
	assert.Nil(t, cert.At("earlyRenewalHours"), "an early renewal would replace the root")
	assert.Equal(t, []any{"cert_signing", "crl_signing", "digital_signature"}, cert.At("allowedUses"))
}

func TestADisposableRootIsNotProtected(t *testing.T) {
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := pki.New(ctx, "root", pki.Args{CommonName: "Sandbox CA", ValidityYears: 1, Disposable: true})
		return err
	})
	assert.False(t, g.Get(t, "tls:index/privateKey:PrivateKey", "root-key").Protect)
	assert.False(t, g.Get(t, "tls:index/selfSignedCert:SelfSignedCert", "root").Protect)
}

func TestPreviousRootsStayTrusted(t *testing.T) {
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		p, err := pki.New(ctx, "root", pki.Args{CommonName: "Home CA", ValidityYears: 20, Previous: []string{"OLD\n", "OLDER"}})
		if err != nil {
			return err
		}
		_, err = kube.ConfigMap(ctx, "trust", kube.ConfigMapArgs{Data: pulumi.StringMap{"trust": p.TrustPEM, "signs": p.CertificatePEM}})
		return err
	})
	signs := g.Get(t, "kubernetes:core/v1:ConfigMap", "trust").At("data.signs").(string)
	assert.NotContains(t, signs, "OLD", "a signer's certificate fits its key")
	assert.Equal(t, signs+"OLD\nOLDER\n", g.Get(t, "kubernetes:core/v1:ConfigMap", "trust").At("data.trust"))
}

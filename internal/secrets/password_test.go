package secrets_test

import (
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/secrets"
)

func TestPasswordIsSecretAndStable(t *testing.T) {
	carrier := kube.Kind{APIVersion: "example.test/v1", Kind: "Thing"}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		for _, name := range []string{"one", "two"} {
			password, err := secrets.Password(ctx, name)
			if err != nil {
				return err
			}
			if _, err := kube.Apply(ctx, name, kube.Object{Kind: carrier, Spec: pulumi.Map{"value": password}}); err != nil {
				return err
			}
		}
		return nil
	})
	assert.Equal(t, "ED25519", g.Get(t, "tls:index/privateKey:PrivateKey", "one").At("algorithm"))
	one := g.Get(t, "kubernetes:example.test/v1:Thing", "one")
	assert.True(t, one.Secret("spec.value"))
	sum := sha256.Sum256([]byte("private key of one"))
	assert.Equal(t, base64.RawURLEncoding.EncodeToString(sum[:]), one.At("spec.value"), "the same key gives the same password")
	assert.NotEqual(t, one.At("spec.value"), g.Get(t, "kubernetes:example.test/v1:Thing", "two").At("spec.value"))
}

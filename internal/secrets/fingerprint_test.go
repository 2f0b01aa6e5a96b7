package secrets_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/secrets"
)

func TestFingerprintTellsValuesApartAndNothingElse(t *testing.T) {
	const password = "of-256-bits-of-entropy"
	inputs := map[string][]pulumi.StringInput{
		"plain":  {pulumi.String(password), pulumi.String("ca")},
		"secret": {pulumi.ToSecret(pulumi.String(password)).(pulumi.StringOutput), pulumi.String("ca")},
		"joined": {pulumi.String(password + "ca")},
		"other":  {pulumi.String(password), pulumi.String("other")},
	}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		for name, values := range inputs {
			spec := pulumi.Map{"login": secrets.Fingerprint(values...)}
			if _, err := kube.Apply(ctx, name, kube.Object{Kind: kube.Kind{APIVersion: "example.test/v1", Kind: "Thing"}, Spec: spec}); err != nil {
				return err
			}
		}
		return nil
	})
	of := map[string]any{}
	for name := range inputs {
		thing := g.Get(t, "kubernetes:example.test/v1:Thing", name)
		of[name] = thing.At("spec.login")
		assert.Regexp(t, "^[0-9a-f]{10}$", of[name])
		assert.False(t, thing.Secret("spec.login"), "it stands in an annotation")
	}
	assert.Equal(t, of["plain"], of["secret"])
	assert.NotEqual(t, of["plain"], of["joined"])
	assert.NotEqual(t, of["plain"], of["other"])
}

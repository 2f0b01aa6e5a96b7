package migrations_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/stacks/migrations"
)

type thing struct{ pulumi.CustomResourceState }

// former runs a program of one resource with migrations and gives the aliases that the engine is told.
func former(t *testing.T, all []migrations.Migration) (urns []string) {
	t.Helper()
	g := &planned.Graph{Stack: "homelab"}
	require.NoError(t, g.Record(func(ctx *pulumi.Context) error {
		if err := migrations.Register(ctx, all); err != nil {
			return err
		}
		return ctx.RegisterResource("test:index:Thing", "now", pulumi.Map{"size": pulumi.Int(3)}, &thing{}, pulumi.Protect(true))
	}, nil))
	require.Len(t, g.All, 1)
	assert.True(t, g.All[0].Protect, "the options of before stay")
	assert.Equal(t, 3.0, g.All[0].At("size"))
	for _, a := range g.All[0].Request.GetAliases() {
		urns = append(urns, a.GetUrn())
	}
	return urns
}

func TestRename(t *testing.T) {
	const begin = "urn:pulumi:homelab::streamforge::"
	first := migrations.Migration{Number: 1, Since: "v0.2.0", Old: "a:b:Layer$test:index:Thing::once", New: "test:index:Thing::then", Reason: "moved"}
	second := migrations.Migration{Number: 2, Since: "v0.3.0", Old: "test:index:Thing::then", New: "test:index:Thing::now", Reason: "clearer"}
	gone := migrations.Migration{Number: 3, Since: "v0.3.0", Old: "test:index:Thing::other", Reason: "not needed"}
	assert.Equal(t, []string{begin + second.Old, begin + first.Old}, former(t, []migrations.Migration{first, second, gone}))
	assert.Empty(t, former(t, nil))
	assert.Empty(t, former(t, []migrations.Migration{first}))
	assert.True(t, migrations.Removed("test:index:Thing::other", []migrations.Migration{first, second, gone}))
	assert.False(t, migrations.Removed(first.Old, []migrations.Migration{first, second, gone}))
}

func TestMistakes(t *testing.T) {
	g := &planned.Graph{}
	err := g.Record(func(ctx *pulumi.Context) error {
		return migrations.Register(ctx, []migrations.Migration{
			{Number: 2, Since: "v0.2.0", Old: "a:b:C::x", New: "a:b:C::x", Reason: "y"},
			{Number: 2, Old: "urn:pulumi:s::p::a:b:C::x", New: "a:b:C::y"},
		})
	}, nil)
	require.Error(t, err)
	for _, want := range []string{
		"migration 2: it stands in place 1: numbers go up by one and are never used again",
		`migration 2: "a:b:C::x" is both the old name and the new one`,
		`migration 2: "urn:pulumi:s::p::a:b:C::x" is no line of tests/graph/testdata/urns.txt: want <types>::<name>`,
		"migration 2: it does not say since which release, or why",
	} {
		assert.ErrorContains(t, err, want)
	}
}

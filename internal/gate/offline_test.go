package gate

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/internal/report"
)

type bare struct{ pulumi.CustomResourceState }

// declare runs a program of one resource on mocks.
func declare(t *testing.T, token, name string, inputs pulumi.Map) planned.Document {
	t.Helper()
	g := &planned.Graph{Stack: "homelab"}
	require.NoError(t, g.Record(func(ctx *pulumi.Context) error {
		return ctx.RegisterResource(token, name, inputs, &bare{})
	}, nil))
	return g.Document(nil)
}

func text(s string) pulumi.Map { return pulumi.Map{"metadata": pulumi.Map{"name": pulumi.String(s)}} }

func TestGraphsAreCompared(t *testing.T) {
	const topic = "kubernetes:kafka.strimzi.io/v1beta2:KafkaTopic"
	claim := func(class string) planned.Document {
		return declare(t, "kubernetes:core/v1:PersistentVolumeClaim", "data", pulumi.Map{"spec": pulumi.Map{"storageClassName": pulumi.String(class)}})
	}
	password := func(value string) planned.Document {
		return declare(t, "kubernetes:core/v1:Secret", "login", pulumi.Map{"stringData": pulumi.ToSecret(pulumi.StringMap{"password": pulumi.String(value)})})
	}
	for name, c := range map[string]struct {
		base, head planned.Document
		ops        []string
	}{
		"nothing":       {declare(t, topic, "a", text("x")), declare(t, topic, "a", text("x")), []string{"same"}},
		"renamed":       {declare(t, topic, "a", text("x")), declare(t, topic, "a", text("y")), []string{"replace"}},
		"gone and new":  {declare(t, topic, "a", text("x")), declare(t, topic, "b", text("x")), []string{"create", "delete"}},
		"other class":   {claim("a"), claim("b"), []string{"replace"}},
		"secret is not": {password("a"), password("b"), []string{"same"}},
	} {
		var ops []string
		for _, change := range FromGraph(c.head, &c.base).Changes {
			if change.Type != "pulumi:pulumi:Stack" {
				ops = append(ops, change.Op)
			}
		}
		assert.Equal(t, c.ops, ops, name)
	}
}

func TestPromisesHoldForGraphs(t *testing.T) {
	head := declare(t, "kubernetes:apps/v1:Deployment", "floating", pulumi.Map{"spec": pulumi.Map{"template": pulumi.Map{"spec": pulumi.Map{
		"containers": pulumi.Array{pulumi.Map{"name": pulumi.String("a"), "image": pulumi.String("a/b:latest"), "env": pulumi.ToSecret(pulumi.String("x"))}}}}}})
	p := FromGraph(head, nil)
	broken := Broken(p, "dmz.home")
	r := Judge{Stack: "homelab", Approvals: &Approvals{}, Now: now}.Report(p, broken)
	Offline(&r, false, nil)
	assert.Equal(t, ExitDenied, r.ExitCode)
	assert.Equal(t, "denied", r.Verdict)
	require.Len(t, r.Items, 4, "the image, and three requests and limits")
	assert.Equal(t, report.Masked, dig(p.Changes[len(p.Changes)-1].New.Inputs, "spec", "template", "spec", "containers").([]any)[0].(map[string]any)["env"])
	assert.Contains(t, r.Unchecked, "what would change: there is no graph of an earlier revision (--base)")
}

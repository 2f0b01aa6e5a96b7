package driftaudit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/driftaudit"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
)

func graph(t *testing.T) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := driftaudit.New(ctx, "drift-audit", driftaudit.Args{
			Namespace: pulumi.String("drift-audit"), Stack: "homelab", Image: "registry.example.test/streamforge:1.0.0", Schedule: "30 3 * * *",
			Environment: pulumi.StringMap{"PULUMI_BACKEND_URL": pulumi.String("s3://state")}, Ports: []int{443, 9000},
			Reads: []driftaudit.Kinds{{Group: "example.com", Resources: []string{"widgets"}}},
		})
		return err
	})
}

// TestAccountOnlyReads: whole kinds, no star, no subresource, no verb that changes anything.
func TestAccountOnlyReads(t *testing.T) {
	role := graph(t).Get(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "drift-audit-role")
	rules := role.At("rules").([]any)
	require.Len(t, rules, len(driftaudit.Known())+1)
	for _, r := range rules {
		rule := r.(map[string]any)
		assert.Equal(t, []any{"get", "list"}, rule["verbs"])
		for _, word := range slices.Concat(rule["apiGroups"].([]any), rule["resources"].([]any)) {
			assert.False(t, strings.ContainsAny(word.(string), "*/"), word)
		}
	}
}

// TestEveryKindOfTheChartsIsKnown: what the account may not list, the audit could not check.
func TestEveryKindOfTheChartsIsKnown(t *testing.T) {
	known := map[string]bool{}
	for _, k := range driftaudit.Known() {
		for _, r := range k.Resources {
			assert.False(t, known[r+"."+k.Group], "%s.%s stands there twice", r, k.Group)
			known[r+"."+k.Group] = true
		}
	}
	for _, d := range mirror.Definitions() {
		assert.True(t, known[d.Spec.Names.Plural+"."+d.Spec.Group], "add %s.%s to kinds.go", d.Spec.Names.Plural, d.Spec.Group)
	}
}

func TestJob(t *testing.T) {
	g := graph(t)
	job := g.Get(t, "kubernetes:batch/v1:CronJob", "drift-audit")
	assert.Equal(t, "30 3 * * *", job.At("spec.schedule"))
	assert.Equal(t, 0.0, job.At("spec.jobTemplate.spec.backoffLimit"), "what was found is found once")
	const pod = "spec.jobTemplate.spec.template.spec."
	assert.Equal(t, "drift-audit", job.At(pod+"serviceAccountName"))
	assert.Equal(t, "drift-audit-state", job.At(pod+"containers.0.envFrom.0.secretRef.name"))
	args := job.At(pod + "containers.0.args").([]any)
	assert.Contains(t, args, "--no-refresh")
	assert.Contains(t, args, "/etc/drift-audit/access.yaml")
	assert.True(t, job.DependsOn("drift-audit-binding"))

	assert.True(t, g.Get(t, "kubernetes:core/v1:Secret", "drift-audit-state").Secret("stringData"))
	policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "drift-audit")
	assert.Nil(t, policy.At("spec.ingress"))
	assert.Equal(t, []any{"Ingress", "Egress"}, policy.At("spec.policyTypes"))
	names := []any{map[string]any{"protocol": "UDP", "port": 53.0}, map[string]any{"protocol": "TCP", "port": 53.0}}
	assert.Equal(t, map[string]any{"ports": names}, policy.At("spec.egress.0"), "no peers: the node's own name server is no pod")
	assert.Len(t, policy.At("spec.egress.1.ports"), 2)
}

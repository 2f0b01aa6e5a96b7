package graph_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/stacks/config"
)

// TestNobodyGetsAroundTheLogin: Kibana takes everybody who reaches it for one of its users, so only the
// pods of the proxy may, and no route leads past them.
func TestNobodyGetsAroundTheLogin(t *testing.T) {
	for _, stack := range []string{"homelab", "sandbox"} {
		g := whole(t, stack)
		policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "logs-logs-kibana")
		require.Len(t, policy.At("spec.ingress"), 1, stack)
		require.Len(t, policy.At("spec.ingress.0.from"), 1, stack)
		assert.Equal(t, security.FrontNamespace(security.Kibana),
			policy.At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
		pods := policy.At("spec.ingress.0.from.0.podSelector.matchLabels").(map[string]any)
		for label, value := range security.FrontLabels(security.Kibana) {
			assert.Equal(t, value, pods[label], stack)
		}
		for _, r := range g.All {
			if r.Type == routeType {
				assert.NotEqual(t, "logging", r.At("metadata.namespace"), "%s leads past the login", r.Name)
			}
		}
	}
}

// TestApplicationsStayOutOfThePlatform: every namespace that the program makes, but those for services,
// is refused as a place for the applications of a repository.
func TestApplicationsStayOutOfThePlatform(t *testing.T) {
	services := []string{"services", "streams", "ml"}
	for _, stack := range []string{"homelab", "sandbox"} {
		for _, r := range whole(t, stack).All {
			name, _ := r.At("metadata.name").(string)
			if r.Type != "kubernetes:core/v1:Namespace" || slices.Contains(services, name) {
				continue
			}
			said := ""
			for _, err := range (config.GitOps{ArgoCD: config.ArgoCD{Namespaces: []string{name}}}).Validate("gitops") {
				said += err.Error() + "\n"
			}
			assert.Contains(t, said, name+" is the platform's own", stack)
		}
	}
}

package audit

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

func graph(t *testing.T, image, environment string) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		return Deploy(ctx, Inputs{
			Audit:       config.Audit{Image: image},
			Environment: pulumi.ToSecret(pulumi.String(environment)).(pulumi.StringOutput),
			APIPort:     6443, Proxmox: "https://pve.test:8006",
		})
	})
}

func TestNoImageNoAudit(t *testing.T) {
	assert.Empty(t, graph(t, "", "{}").All)
}

func TestTheStateIsReadWithASecret(t *testing.T) {
	g := graph(t, "registry.test/streamforge:1", `{"PULUMI_BACKEND_URL":"s3://states"}`)
	for _, r := range g.All {
		if r.Type == "kubernetes:core/v1:Secret" {
			assert.True(t, r.Secret("stringData"))
			assert.Equal(t, "s3://states", r.At("stringData.PULUMI_BACKEND_URL"))
			return
		}
	}
	t.Error("nothing gives the job its variables")
}

func TestPortsAreThoseOfTheAPIsAndTheState(t *testing.T) {
	assert.Equal(t, []int{443, 6443, 8006}, ports(6443, 443, "https://pve.test:8006"))
	assert.Equal(t, []int{443, 5432, 6443}, ports(6443, 5432, "https://pve.test"))
}

package gpuoperator_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/components/gpuoperator"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func release(t *testing.T, a gpuoperator.Args) kubetest.Resource {
	t.Helper()
	a.Charts, a.Namespace = kube.Charts{Mirror: kubetest.Mirror(t)}, pulumi.String("gpus")
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := gpuoperator.New(ctx, "gpu-operator", a)
		return err
	}).Release(t, "gpu-operator")
}

func TestOperator(t *testing.T) {
	r := release(t, gpuoperator.Args{Driver: true, Shares: 1})
	assert.Equal(t, pins.GPUOperator.Version, r.At("version"))
	assert.Equal(t, "gpus", r.At("namespace"))
	assert.Equal(t, "containerd", r.At("values.operator.defaultRuntime"), "the chart's own is docker")
	assert.Equal(t, "nvidia", r.At("values.operator.runtimeClass"))
	assert.Equal(t, true, r.At("values.driver.enabled"))
	assert.Equal(t, pins.GPUToolkit, r.At("values.toolkit.version"), "the chart's own has a hole")
	assert.Equal(t, false, r.At("values.dcgmExporter.serviceMonitor.enabled"), "package monitoring makes it")
	assert.Nil(t, r.At("values.devicePlugin.config"), "a GPU goes to one pod")
}

func TestSharesAndDriverOfTheImage(t *testing.T) {
	r := release(t, gpuoperator.Args{Shares: 4})
	assert.Equal(t, false, r.At("values.driver.enabled"))
	assert.Equal(t, r.At("values.devicePlugin.config.default"), "shared")
	assert.Equal(t, "version: v1\nsharing:\n  timeSlicing:\n    failRequestsGreaterThanOne: true\n    resources:\n"+
		"      - {name: nvidia.com/gpu, replicas: 4}\n", r.At("values.devicePlugin.config.data.shared"))
}

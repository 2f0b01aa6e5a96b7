package graph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"

	"github.com/streamforge/infrastructure/components/gpuoperator"
	"github.com/streamforge/infrastructure/stacks/config"
)

// TestTheTrainingJob reads the manifest that people copy from the page about GPUs.
func TestTheTrainingJob(t *testing.T) {
	page, err := os.ReadFile("../../docs/howto-gpu.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```yaml\n")
	require.True(t, found, "the page has no manifest")
	manifest, _, _ := strings.Cut(rest, "```")
	var job batchv1.Job
	require.NoError(t, yaml.UnmarshalStrict([]byte(manifest), &job))

	pod := job.Spec.Template.Spec
	require.NotNil(t, pod.RuntimeClassName)
	assert.Equal(t, gpuoperator.RuntimeClass, *pod.RuntimeClassName)
	assert.Equal(t, "true", pod.NodeSelector[config.GPULabel])
	require.Len(t, pod.Tolerations, 1)
	assert.Equal(t, config.GPUTaint, pod.Tolerations[0].Key)
	assert.EqualValues(t, "Exists", pod.Tolerations[0].Operator)
	assert.EqualValues(t, "NoSchedule", pod.Tolerations[0].Effect)
	gpus := pod.Containers[0].Resources.Limits[gpuoperator.Resource]
	assert.EqualValues(t, 1, gpus.Value())

	w := workload{name: job.Name, namespace: job.Namespace, pod: job.Spec.Template}
	for promise, broken := range hardened {
		if promise != "is closed but to its clients" { // its namespace's policy is the team's
			assert.Empty(t, broken(&Graph{}, w), promise)
		}
	}
}

package nodes

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func worker() Machine {
	return Machine{ID: 131, Name: "k2w-1", Host: "pve2", Running: true, CPUs: 8, MemoryBytes: 32 << 30,
		Address: netip.MustParseAddr("127.53.0.131")}
}

func TestShapeSetsWhatKubesprayAndKubeletWould(t *testing.T) {
	n := &corev1.Node{}
	require.NoError(t, shape(n, worker(), Facts{ControlPlane: true,
		Labels: map[string]string{"streamforge.home/gpu": "true"}, Taints: []string{"nvidia.com/gpu=present:NoSchedule"}}))
	assert.Equal(t, map[string]string{
		"kubernetes.io/hostname": "k2w-1", "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux",
		"topology.kubernetes.io/zone": "pve2", "streamforge.home/gpu": "true",
		"node-role.kubernetes.io/control-plane": "", "node.kubernetes.io/exclude-from-external-load-balancers": "",
		machineLabel: "131", powerLabel: "on",
	}, n.Labels)
	assert.Equal(t, []corev1.Taint{
		{Key: "node-role.kubernetes.io/control-plane", Effect: corev1.TaintEffectNoSchedule},
		{Key: "nvidia.com/gpu", Value: "present", Effect: corev1.TaintEffectNoSchedule},
	}, n.Spec.Taints)
}

func TestShapeTakesBackOnlyItsOwn(t *testing.T) {
	n := &corev1.Node{}
	require.NoError(t, shape(n, worker(), Facts{Labels: map[string]string{"mine": "1", "kept": "1"},
		Taints: []string{"mine=1:NoSchedule"}}))
	n.Labels["theirs"] = "1"
	unreachable := corev1.Taint{Key: "node.kubernetes.io/unreachable", Effect: corev1.TaintEffectNoExecute}
	n.Spec.Taints = append(n.Spec.Taints, unreachable)

	stopped := worker()
	stopped.Running = false
	require.NoError(t, shape(n, stopped, Facts{Labels: map[string]string{"kept": "2"}}))
	assert.NotContains(t, n.Labels, "mine")
	assert.Equal(t, "2", n.Labels["kept"])
	assert.Equal(t, "1", n.Labels["theirs"])
	assert.Equal(t, "off", n.Labels[powerLabel])
	assert.Equal(t, []corev1.Taint{unreachable}, n.Spec.Taints)
}

func TestShapeAndMeasureAreStable(t *testing.T) {
	n := &corev1.Node{}
	facts := Facts{ControlPlane: true, Taints: []string{"a:NoExecute", "b=1:NoSchedule"}}
	require.NoError(t, shape(n, worker(), facts))
	measure(n, worker(), "v1.33.13")
	n.Spec.Taints[0], n.Spec.Taints[2] = n.Spec.Taints[2], n.Spec.Taints[0] // as other controllers may
	before := n.DeepCopy()
	require.NoError(t, shape(n, worker(), facts))
	measure(n, worker(), "v1.33.13")
	assert.Equal(t, before, n)
}

func TestMeasure(t *testing.T) {
	n := &corev1.Node{}
	n.Status.Capacity = corev1.ResourceList{"nvidia.com/gpu": resource.MustParse("2")}
	measure(n, worker(), "v1.33.13")
	assert.Equal(t, "8", n.Status.Capacity.Cpu().String())
	assert.Equal(t, "32Gi", n.Status.Capacity.Memory().String())
	assert.Equal(t, "32668Mi", n.Status.Allocatable.Memory().String())
	gpus := n.Status.Capacity["nvidia.com/gpu"]
	assert.Equal(t, "2", gpus.String(), "what a device plugin announced stays")
	assert.Equal(t, "v1.33.13", n.Status.NodeInfo.KubeletVersion)
}

func TestNodeIPIsNeverLoopback(t *testing.T) {
	for want, m := range map[string]Machine{
		"192.168.1.57": {ID: 107, Address: netip.MustParseAddr("192.168.1.57")},
		"10.250.0.131": {ID: 131, Address: netip.MustParseAddr("127.53.0.131")},
		"10.250.4.7":   {ID: 1004},
	} {
		assert.Equal(t, want, nodeIP(m).String())
	}
}

func TestMarkStoppedKeepsTheFirstTime(t *testing.T) {
	n := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
		{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady"}}}}
	first := metav1.NewTime(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	markStopped(n, first)
	markStopped(n, metav1.NewTime(first.Add(time.Hour)))
	assert.Equal(t, []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionUnknown,
		Reason: "NodeStatusUnknown", Message: "The virtual machine is not running.", LastTransitionTime: first}}, n.Status.Conditions)
}

func TestCheckReportsEveryTaint(t *testing.T) {
	err := Check(map[string]Facts{"b": {Taints: []string{"x=1"}}, "a": {Taints: []string{"ok:NoExecute", "=1:NoSchedule"}}})
	require.EqualError(t, err, `node a: taint "=1:NoSchedule": must have the form key=value:Effect with Effect one of [NoSchedule PreferNoSchedule NoExecute]
node b: taint "x=1": must have the form key=value:Effect with Effect one of [NoSchedule PreferNoSchedule NoExecute]`)
}

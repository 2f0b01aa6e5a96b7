package sandbox

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const patience = 60 * time.Second

func (l *lab) machinesAreNodes(t *testing.T) {
	require.NoError(t, l.s.WriteNodes(map[string]NodeFacts{
		"k2m-1": {ControlPlane: true},
		"k2w-1": {Labels: map[string]string{"disk": "fast"}, Taints: []string{"spare=1:PreferNoSchedule"}},
		"k2w-2": {},
	}))
	l.machine(t, "pve1", "141", "k2m-1")
	l.machine(t, "pve2", "131", "k2w-1")
	l.machine(t, "pve3", "132", "k2w-2")
	l.machine(t, "pve1", "190", "no-node")
	for _, name := range []string{"k2m-1", "k2w-1", "k2w-2"} {
		l.nodeReady(t, name, corev1.ConditionTrue)
	}
	list, err := l.client(t).CoreV1().Nodes().List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, list.Items, 3, "a machine that nodes.json does not name stays outside")
	n, err := l.client(t).CoreV1().Nodes().Get(context.Background(), "k2w-1", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "pve2", n.Labels[corev1.LabelTopologyZone])
	assert.Equal(t, "fast", n.Labels["disk"])
	assert.Equal(t, "2", n.Status.Capacity.Cpu().String())
	assert.Equal(t, "4Gi", n.Status.Capacity.Memory().String())
	assert.Equal(t, "10.250.0.131", n.Status.Addresses[0].Address)
	assert.Contains(t, n.Spec.Taints, corev1.Taint{Key: "spare", Value: "1", Effect: corev1.TaintEffectPreferNoSchedule})

	require.NoError(t, l.s.WriteNodes(map[string]NodeFacts{"k2m-1": {ControlPlane: true}, "k2w-1": {}, "k2w-2": {}}))
	require.Eventually(t, func() bool {
		n, err := l.client(t).CoreV1().Nodes().Get(context.Background(), "k2w-1", metav1.GetOptions{})
		return err == nil && n.Labels["disk"] == "" && len(n.Spec.Taints) == 0
	}, patience, 100*time.Millisecond, "facts that are gone are taken back")
}

func (l *lab) machine(t *testing.T, host, id, name string) {
	t.Helper()
	l.pve(t, "POST", "/nodes/"+host+"/qemu", "vmid="+id+"&name="+name+"&cores=2&memory=4096&ostype=l26"+
		"&net0=virtio,bridge%3Dvmbr0&ipconfig0=ip%3D127.53.0."+id+"/24&scsi0=local-lvm:8")
	l.pve(t, "POST", "/nodes/"+host+"/qemu/"+id+"/status/start", "")
}

func (l *lab) nodeReady(t *testing.T, name string, want corev1.ConditionStatus) {
	t.Helper()
	require.Eventually(t, func() bool {
		n, err := l.client(t).CoreV1().Nodes().Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return false
		}
		for _, c := range n.Status.Conditions {
			if c.Type == corev1.NodeReady {
				return c.Status == want
			}
		}
		return false
	}, patience, 100*time.Millisecond, "node %s: Ready must become %s", name, want)
}

func (l *lab) workloads(t *testing.T) {
	ctx, c, ns := context.Background(), l.client(t), "default"
	meta := metav1.ObjectMeta{Name: "thing"}
	pods := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "thing"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "example.test/c:1"}}}}
	onHost := *pods.DeepCopy()
	onHost.Spec.HostNetwork = true
	onHost.Spec.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	once := *pods.DeepCopy()
	once.Spec.RestartPolicy = corev1.RestartPolicyNever
	chosen := &metav1.LabelSelector{MatchLabels: pods.Labels}
	two := int32(2)

	_, err := c.AppsV1().Deployments(ns).Create(ctx, &appsv1.Deployment{ObjectMeta: meta,
		Spec: appsv1.DeploymentSpec{Replicas: &two, Selector: chosen, Template: pods}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = c.AppsV1().StatefulSets(ns).Create(ctx, &appsv1.StatefulSet{ObjectMeta: meta,
		Spec: appsv1.StatefulSetSpec{Replicas: &two, Selector: chosen, Template: pods}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = c.AppsV1().DaemonSets(ns).Create(ctx, &appsv1.DaemonSet{ObjectMeta: meta,
		Spec: appsv1.DaemonSetSpec{Selector: chosen, Template: onHost}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = c.BatchV1().Jobs(ns).Create(ctx, &batchv1.Job{ObjectMeta: meta,
		Spec: batchv1.JobSpec{Template: once}}, metav1.CreateOptions{})
	require.NoError(t, err)

	require.Eventually(t, func() bool {
		d, err1 := c.AppsV1().Deployments(ns).Get(ctx, "thing", metav1.GetOptions{})
		s, err2 := c.AppsV1().StatefulSets(ns).Get(ctx, "thing", metav1.GetOptions{})
		a, err3 := c.AppsV1().DaemonSets(ns).Get(ctx, "thing", metav1.GetOptions{})
		j, err4 := c.BatchV1().Jobs(ns).Get(ctx, "thing", metav1.GetOptions{})
		return err1 == nil && err2 == nil && err3 == nil && err4 == nil &&
			d.Status.ReadyReplicas == 2 && s.Status.ReadyReplicas == 2 && a.Status.NumberReady == 3 && j.Status.Succeeded == 1
	}, patience, 100*time.Millisecond)
	_, err = c.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "strict",
		Labels: map[string]string{"pod-security.kubernetes.io/enforce": "baseline"}}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = c.CoreV1().Pods("strict").Create(ctx, &corev1.Pod{ObjectMeta: meta, Spec: onHost.Spec}, metav1.CreateOptions{})
	assert.True(t, apierrors.IsForbidden(err), "PodSecurity must refuse the host network: %v", err)
}

func (l *lab) stoppedMachine(t *testing.T) {
	l.pve(t, "POST", "/nodes/pve3/qemu/132/status/stop", "")
	l.nodeReady(t, "k2w-2", corev1.ConditionUnknown)
	l.pve(t, "POST", "/nodes/pve3/qemu/132/status/start", "")
	l.nodeReady(t, "k2w-2", corev1.ConditionTrue)
	l.pve(t, "POST", "/nodes/pve3/qemu/132/status/stop", "")
	l.pve(t, "DELETE", "/nodes/pve3/qemu/132", "")
	require.Eventually(t, func() bool {
		_, err := l.client(t).CoreV1().Nodes().Get(context.Background(), "k2w-2", metav1.GetOptions{})
		pods, podErr := l.client(t).CoreV1().Pods("").List(context.Background(), metav1.ListOptions{FieldSelector: "spec.nodeName=k2w-2"})
		return apierrors.IsNotFound(err) && podErr == nil && len(pods.Items) == 0
	}, patience, 100*time.Millisecond, "a deleted machine takes its node and pods along")
}

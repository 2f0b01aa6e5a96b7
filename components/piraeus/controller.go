package piraeus

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	snapshotPort = 8080
	nobody       = 65532 // the image names no user
)

var snapshotLabels = pulumi.ToStringMap(SnapshotLabels())

// snapshotController runs two controllers of which one leads.
func (p *Piraeus) snapshotController(ctx *pulumi.Context, name string, a Args, after []pulumi.Resource) (pulumi.Resource, error) {
	child := pulumi.Parent(p)
	account, err := kube.ServiceAccount(ctx, name, snapshotter, a.Namespace, snapshotLabels, child)
	if err != nil {
		return nil, err
	}
	// Its health, which the node's kubelet may always ask for, and what it counts.
	var ingress []kube.Rule
	if len(a.MetricsFrom) > 0 { // no peers at all would mean everybody
		ingress = []kube.Rule{{Peers: a.MetricsFrom, TCP: []int{snapshotPort}}}
	}
	_, err = kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: snapshotter, Namespace: a.Namespace, Labels: snapshotLabels, Pods: snapshotLabels, Ingress: ingress,
	}, child)
	if err != nil {
		return nil, err
	}
	if _, err = kube.OneAway(ctx, name, snapshotter, a.Namespace, snapshotLabels, child); err != nil {
		return nil, err
	}
	return kube.Deployment(ctx, name, kube.WorkloadArgs{
		Name: snapshotter, Namespace: a.Namespace, Labels: snapshotLabels, Replicas: 2, Pod: snapshotPod(),
	}, child, kube.After(account), kube.After(after...))
}

func snapshotPod() kube.Pod {
	live := kube.Probe{Path: "/healthz/leader-election", Port: SnapshotPort, Period: 20, Failures: 6}
	ready := kube.Probe{Path: live.Path, Port: live.Port, Period: 5}
	return kube.Pod{
		Account: snapshotter, Token: true, Priority: "system-cluster-critical",
		User: nobody, Group: nobody, Spread: []string{"kubernetes.io/hostname"},
		Containers: []kube.Container{{
			Name: snapshotter, Image: pins.SnapshotController,
			Args:  []string{"--v=2", "--leader-election=true", "--http-endpoint=:8080"},
			Ports: []kube.Port{{Name: SnapshotPort, Number: snapshotPort}},
			Live:  &live, Ready: &ready,
			CPU: "10m", Memory: "32Mi", MemoryLimit: "256Mi",
		}},
	}
}

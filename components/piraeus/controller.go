package piraeus

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
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
	meta := &metav1.ObjectMetaArgs{Name: pulumi.String(snapshotter), Namespace: a.Namespace, Labels: snapshotLabels}
	chosen := &metav1.LabelSelectorArgs{MatchLabels: snapshotLabels}
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{Metadata: meta}, child)
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
	return appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: meta,
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(2), Selector: chosen,
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: snapshotLabels},
				Spec:     snapshotPod(chosen),
			},
		},
	}, child, kube.After(account), kube.After(after...))
}

func snapshotPod(chosen *metav1.LabelSelectorArgs) *corev1.PodSpecArgs {
	health := &corev1.HTTPGetActionArgs{Path: pulumi.String("/healthz/leader-election"), Port: pulumi.String(SnapshotPort)}
	return &corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(snapshotter),
		EnableServiceLinks: pulumi.Bool(false),
		PriorityClassName:  pulumi.String("system-cluster-critical"),
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(nobody), RunAsGroup: pulumi.Int(nobody),
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		TopologySpreadConstraints: corev1.TopologySpreadConstraintArray{&corev1.TopologySpreadConstraintArgs{
			MaxSkew: pulumi.Int(1), TopologyKey: pulumi.String("kubernetes.io/hostname"),
			WhenUnsatisfiable: pulumi.String("ScheduleAnyway"), LabelSelector: chosen,
		}},
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:  pulumi.String(snapshotter),
			Image: pulumi.String(pins.SnapshotController),
			Args:  pulumi.ToStringArray([]string{"--v=2", "--leader-election=true", "--http-endpoint=:8080"}),
			Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{
				Name: pulumi.String(SnapshotPort), ContainerPort: pulumi.Int(snapshotPort),
			}},
			LivenessProbe:  &corev1.ProbeArgs{HttpGet: health, PeriodSeconds: pulumi.Int(20), FailureThreshold: pulumi.Int(6)},
			ReadinessProbe: &corev1.ProbeArgs{HttpGet: health, PeriodSeconds: pulumi.Int(5)},
			Resources: &corev1.ResourceRequirementsArgs{
				Requests: pulumi.StringMap{"cpu": pulumi.String("10m"), "memory": pulumi.String("32Mi")},
				Limits:   pulumi.StringMap{"memory": pulumi.String("256Mi")},
			},
			SecurityContext: &corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false), ReadOnlyRootFilesystem: pulumi.Bool(true),
				Capabilities: &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
			},
		}},
	}
}

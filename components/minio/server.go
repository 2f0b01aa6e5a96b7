package minio

import (
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// root makes the administrator's password. Only the servers and the set-up have it. Servers with
// different ones do not talk to each other: after replacing the key behind it, restart them all at once.
func (m *MinIO) root(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	password, err := secrets.Password(ctx, name+"-root-password", pulumi.Parent(m), pulumi.Protect(!a.Disposable))
	if err != nil {
		return nil, err
	}
	return kube.Secret(ctx, name+"-root", kube.SecretArgs{
		Name: rootSecret, Namespace: a.Namespace, Labels: labels(app), Data: pulumi.StringMap{passwordKey: password},
	}, pulumi.Parent(m))
}

// servers declares the drives and the pods. The drives stay when the set is deleted. What cannot
// be changed in a set would replace it, so the set is protected.
func (m *MinIO) servers(ctx *pulumi.Context, name string, a Args, after []pulumi.Resource) (pulumi.Resource, error) {
	drive := corev1.PersistentVolumeClaimTypeArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("data"), Labels: labels(app)},
		Spec: &corev1.PersistentVolumeClaimSpecArgs{
			AccessModes:      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			StorageClassName: pulumi.String(a.StorageClass),
			Resources: &corev1.VolumeResourceRequirementsArgs{
				Requests: pulumi.StringMap{"storage": pulumi.String(strconv.Itoa(a.DriveGiB) + "Gi")},
			},
		},
	}
	set, err := appsv1.NewStatefulSet(ctx, name, &appsv1.StatefulSetArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app)},
		Spec: &appsv1.StatefulSetSpecArgs{
			Replicas:            pulumi.Int(a.Nodes),
			ServiceName:         pulumi.String(peers),
			PodManagementPolicy: pulumi.String("Parallel"), // none is ready before most of them run
			UpdateStrategy:      &appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("RollingUpdate")},
			PersistentVolumeClaimRetentionPolicy: &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{
				WhenDeleted: pulumi.String("Retain"), WhenScaled: pulumi.String("Retain"),
			},
			Selector: &metav1.LabelSelectorArgs{MatchLabels: labels(app)},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: labels(app)},
				Spec:     serverPod(a),
			},
			VolumeClaimTemplates: corev1.PersistentVolumeClaimTypeArray{drive},
		},
	}, pulumi.Parent(m), kube.After(after...), kube.After(a.Storage...), pulumi.Protect(!a.Disposable))
	if err != nil {
		return nil, fmt.Errorf("stateful set %s: %w", app, err)
	}
	return set, nil
}

// serverPod keeps each server on a node of its own, and spreads them over the machines below.
func serverPod(a Args) *corev1.PodSpecArgs {
	chosen := &metav1.LabelSelectorArgs{MatchLabels: labels(app)}
	return &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false), // their variables begin with MINIO_, too
		TerminationGracePeriodSeconds: pulumi.Int(60),
		NodeSelector:                  pulumi.StringMap{a.NodeLabel: pulumi.String("true")},
		Affinity: &corev1.AffinityArgs{PodAntiAffinity: &corev1.PodAntiAffinityArgs{
			RequiredDuringSchedulingIgnoredDuringExecution: corev1.PodAffinityTermArray{&corev1.PodAffinityTermArgs{
				LabelSelector: chosen, TopologyKey: pulumi.String("kubernetes.io/hostname"),
			}},
		}},
		TopologySpreadConstraints: corev1.TopologySpreadConstraintArray{&corev1.TopologySpreadConstraintArgs{
			MaxSkew: pulumi.Int(1), TopologyKey: pulumi.String("topology.kubernetes.io/zone"),
			WhenUnsatisfiable: pulumi.String("ScheduleAnyway"), LabelSelector: chosen,
		}},
		SecurityContext: podSecurity(),
		Containers:      corev1.ContainerArray{server(a)},
		Volumes: corev1.VolumeArray{
			&corev1.VolumeArgs{Name: pulumi.String("tmp"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String("256Mi")}},
			&corev1.VolumeArgs{Name: pulumi.String("certs"), Secret: &corev1.SecretVolumeSourceArgs{
				SecretName: pulumi.String(certificate), DefaultMode: pulumi.Int(0o440),
				Items: corev1.KeyToPathArray{
					path("tls.crt", "public.crt"), path("tls.key", "private.key"), path(KeyCA, "CAs/"+KeyCA),
				},
			}},
		},
	}
}

func server(a Args) *corev1.ContainerArgs {
	probe := func(check string, period, failures int) *corev1.ProbeArgs {
		return &corev1.ProbeArgs{
			HttpGet: &corev1.HTTPGetActionArgs{
				Path: pulumi.String("/minio/health/" + check), Port: pulumi.String(portAPI), Scheme: pulumi.String("HTTPS"),
			},
			PeriodSeconds: pulumi.Int(period), FailureThreshold: pulumi.Int(failures), TimeoutSeconds: pulumi.Int(5),
		}
	}
	return &corev1.ContainerArgs{
		Name:  pulumi.String(app),
		Image: pulumi.String(pins.MinIO),
		// The same on every server, and in three dots the form that tells MinIO it is one pool.
		Args: pulumi.ToStringArray([]string{
			"server", "--address", fmt.Sprintf(":%d", Port), "--console-address", fmt.Sprintf(":%d", ConsolePort), "--certs-dir", "/certs",
			fmt.Sprintf("https://%s-{0...%d}.%s.%s.svc.%s:%d/data", app, a.Nodes-1, peers, a.NamespaceName, a.DNSDomain, Port),
		}),
		Env: corev1.EnvVarArray{
			env("MINIO_ROOT_USER", rootUser),
			passwordFrom("MINIO_ROOT_PASSWORD"),
			env("MINIO_STORAGE_CLASS_STANDARD", fmt.Sprintf("EC:%d", a.Parity)),
			env("MINIO_SITE_REGION", a.Region),
			env("MINIO_BROWSER_REDIRECT_URL", a.ConsoleURL),
			env("MINIO_PROMETHEUS_AUTH_TYPE", "public"),
			env("MINIO_UPDATE", "off"), // nobody publishes updates any more
			env("HOME", "/tmp"),
		},
		Ports: corev1.ContainerPortArray{
			&corev1.ContainerPortArgs{Name: pulumi.String(portAPI), ContainerPort: pulumi.Int(Port)},
			&corev1.ContainerPortArgs{Name: pulumi.String(portConsole), ContainerPort: pulumi.Int(ConsolePort)},
		},
		VolumeMounts: corev1.VolumeMountArray{
			&corev1.VolumeMountArgs{Name: pulumi.String("data"), MountPath: pulumi.String("/data")},
			&corev1.VolumeMountArgs{Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp")},
			&corev1.VolumeMountArgs{Name: pulumi.String("certs"), MountPath: pulumi.String("/certs"), ReadOnly: pulumi.Bool(true)},
		},
		StartupProbe:   probe("live", 5, 60),
		LivenessProbe:  probe("live", 20, 6),
		ReadinessProbe: probe("ready", 5, 3),
		Resources: &corev1.ResourceRequirementsArgs{
			Requests: pulumi.StringMap{"cpu": pulumi.String("250m"), "memory": pulumi.String("1Gi")},
			Limits:   pulumi.StringMap{"memory": pulumi.String("4Gi")},
		},
		SecurityContext: containerSecurity(),
	}
}

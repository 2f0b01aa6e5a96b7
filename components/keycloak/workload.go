package keycloak

import (
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	user = 1000 // keycloak of the image

	built      = "/opt/keycloak/lib/quarkus" // what the server's own build writes
	trustMount = "/etc/keycloak-trust"
)

// servers declares the pods. They keep nothing themselves.
func (k *Keycloak) servers(ctx *pulumi.Context, name string, a Args, after []pulumi.Resource) (pulumi.Resource, error) {
	set, err := appsv1.NewStatefulSet(ctx, name, &appsv1.StatefulSetArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(),
			// Whoever replaces one of these Secrets wants the servers to read it.
			Annotations: pulumi.StringMap{"reloader.stakater.com/auto": pulumi.String("true")}},
		Spec: &appsv1.StatefulSetSpecArgs{
			Replicas:       pulumi.Int(a.Replicas),
			ServiceName:    pulumi.String(Service),
			UpdateStrategy: &appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("RollingUpdate")},
			// One after another: the first makes the database, sessions move to those that stay.
			PodManagementPolicy: pulumi.String("OrderedReady"),
			Selector:            &metav1.LabelSelectorArgs{MatchLabels: labels()},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: labels()},
				Spec:     pod(a),
			},
		},
	}, pulumi.Parent(k), kube.After(after...), kube.After(a.Ready...), pulumi.Protect(!a.Disposable))
	if err != nil {
		return nil, fmt.Errorf("stateful set %s: %w", app, err)
	}
	return set, nil
}

// pod builds the server for PostgreSQL before it starts it: the image is built for a development
// database, and the root file system stays read-only.
func pod(a Args) *corev1.PodSpecArgs {
	chosen := &metav1.LabelSelectorArgs{MatchLabels: labels()}
	spread := func(topology string) *corev1.TopologySpreadConstraintArgs {
		return &corev1.TopologySpreadConstraintArgs{
			MaxSkew: pulumi.Int(1), TopologyKey: pulumi.String(topology),
			WhenUnsatisfiable: pulumi.String("ScheduleAnyway"), LabelSelector: chosen,
		}
	}
	return &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		TerminationGracePeriodSeconds: pulumi.Int(60),
		TopologySpreadConstraints: corev1.TopologySpreadConstraintArray{
			spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone"),
		},
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(user), RunAsGroup: pulumi.Int(0), FsGroup: pulumi.Int(user),
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		InitContainers: corev1.ContainerArray{
			prepare("copy", "/built", "/bin/sh", "-c", "cp -R "+built+"/. /built/"),
			prepare("build", built, "/opt/keycloak/bin/kc.sh", "build"),
		},
		Containers: corev1.ContainerArray{server(a)},
		Volumes: corev1.VolumeArray{
			empty("built", "64Mi"), empty("tmp", "256Mi"), empty("data", "256Mi"),
			&corev1.VolumeArgs{Name: pulumi.String("trust"), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(trustObject)}},
		},
	}
}

// prepare is one of the two steps that leave a server built for PostgreSQL in volume built.
func prepare(name, at string, command ...string) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name: pulumi.String(name), Image: pulumi.String(pins.Keycloak), Command: pulumi.ToStringArray(command),
		Env:             corev1.EnvVarArray(buildOptions()),
		VolumeMounts:    corev1.VolumeMountArray{mount("built", at), mount("tmp", "/tmp"), mount("data", "/opt/keycloak/data")},
		Resources:       resources(),
		SecurityContext: hardened(),
	}
}

func server(a Args) *corev1.ContainerArgs {
	probe := func(check string, period, failures int) *corev1.ProbeArgs {
		return &corev1.ProbeArgs{
			HttpGet:       &corev1.HTTPGetActionArgs{Path: pulumi.String("/health/" + check), Port: pulumi.String("management")},
			PeriodSeconds: pulumi.Int(period), FailureThreshold: pulumi.Int(failures), TimeoutSeconds: pulumi.Int(5),
		}
	}
	port := func(name string, number int) *corev1.ContainerPortArgs {
		return &corev1.ContainerPortArgs{Name: pulumi.String(name), ContainerPort: pulumi.Int(number), Protocol: pulumi.String("TCP")}
	}
	trust := mount("trust", trustMount)
	trust.ReadOnly = pulumi.Bool(true)
	return &corev1.ContainerArgs{
		Name: pulumi.String(app), Image: pulumi.String(pins.Keycloak),
		Args: pulumi.ToStringArray([]string{"start", "--optimized"}),
		Env:  environment(a),
		Ports: corev1.ContainerPortArray{
			port("http", Port), port("management", ManagementPort), port("jgroups", jgroups), port("failures", failures),
		},
		VolumeMounts:    corev1.VolumeMountArray{mount("built", built), mount("tmp", "/tmp"), mount("data", "/opt/keycloak/data"), trust},
		StartupProbe:    probe("started", 2, 300), // the first start makes some hundred tables
		ReadinessProbe:  probe("ready", 10, 3),
		LivenessProbe:   probe("live", 20, 6),
		Resources:       resources(),
		SecurityContext: hardened(),
	}
}

func resources() *corev1.ResourceRequirementsArgs {
	return &corev1.ResourceRequirementsArgs{
		Requests: pulumi.StringMap{"cpu": pulumi.String("250m"), "memory": pulumi.String("1Gi")},
		Limits:   pulumi.StringMap{"memory": pulumi.String("2Gi")},
	}
}

func hardened() *corev1.SecurityContextArgs {
	return &corev1.SecurityContextArgs{
		AllowPrivilegeEscalation: pulumi.Bool(false),
		ReadOnlyRootFilesystem:   pulumi.Bool(true),
		Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
	}
}

func mount(volume, path string) *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path)}
}

func empty(name, limit string) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(limit)}}
}

package technitium

import (
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// workload declares the claim and the pod. There is no PodDisruptionBudget: with one replica it
// could only forbid draining a node.
func (t *Technitium) workload(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	claim, err := corev1.NewPersistentVolumeClaim(ctx, name+"-state", &corev1.PersistentVolumeClaimArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app)},
		Spec: &corev1.PersistentVolumeClaimSpecArgs{
			AccessModes:      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			StorageClassName: pulumi.String(a.StorageClass),
			Resources: &corev1.VolumeResourceRequirementsArgs{
				Requests: pulumi.StringMap{"storage": pulumi.String("1Gi")},
			},
		},
	}, pulumi.Parent(t), kube.After(a.Storage...), pulumi.RetainOnDelete(true)) // settings made by hand are in it
	if err != nil {
		return nil, fmt.Errorf("claim %s: %w", app, err)
	}
	deployment, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app)},
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Strategy: &appsv1.DeploymentStrategyArgs{Type: pulumi.String("Recreate")},
			Selector: &metav1.LabelSelectorArgs{MatchLabels: labels(app)},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: labels(app)},
				Spec:     pod(a),
			},
		},
	}, pulumi.Parent(t), kube.After(claim))
	if err != nil {
		return nil, fmt.Errorf("deployment %s: %w", app, err)
	}
	return deployment, nil
}

func pod(a Args) *corev1.PodSpecArgs {
	return &corev1.PodSpecArgs{
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		DnsPolicy:                    pulumi.String("Default"), // cluster DNS asks this server, not the other way round
		SecurityContext: &corev1.PodSecurityContextArgs{
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{server(a)},
		Volumes: corev1.VolumeArray{
			&corev1.VolumeArgs{Name: pulumi.String("state"), PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSourceArgs{
				ClaimName: pulumi.String(app),
			}},
			&corev1.VolumeArgs{Name: pulumi.String("tmp"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{
				SizeLimit: pulumi.String("64Mi"),
			}},
			passwordVolume(),
		},
	}
}

func server(a Args) *corev1.ContainerArgs {
	env := func(name, value string) *corev1.EnvVarArgs {
		return &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
	}
	mount := func(name, path string) *corev1.VolumeMountArgs {
		return &corev1.VolumeMountArgs{Name: pulumi.String(name), MountPath: pulumi.String(path)}
	}
	port := func(name, protocol string, number int) *corev1.ContainerPortArgs {
		return &corev1.ContainerPortArgs{
			Name: pulumi.String(name), Protocol: pulumi.String(protocol), ContainerPort: pulumi.Int(number),
		}
	}
	return &corev1.ContainerArgs{
		Name:  pulumi.String(app),
		Image: pulumi.String(pins.Technitium),
		// Read at the first start only; zones and forwarders are set through the API.
		Env: corev1.EnvVarArray{
			env("DNS_SERVER_DOMAIN", a.Host),
			env("DNS_SERVER_ADMIN_PASSWORD_FILE", passwordMount+"/"+passwordKey),
			env("DNS_SERVER_RECURSION", recursion),
			env("DNS_SERVER_ENABLE_BLOCKING", "false"),
			env("DOTNET_EnableDiagnostics", "0"), // no debugging socket
		},
		Ports: corev1.ContainerPortArray{
			port("dns-udp", "UDP", 53), port("dns-tcp", "TCP", 53), port("console", "TCP", ConsolePort),
		},
		VolumeMounts:   corev1.VolumeMountArray{mount("state", "/etc/dns"), mount("tmp", "/tmp"), passwordMountArgs()},
		StartupProbe:   &corev1.ProbeArgs{TcpSocket: tcp("dns-tcp"), PeriodSeconds: pulumi.Int(2), FailureThreshold: pulumi.Int(60)},
		ReadinessProbe: &corev1.ProbeArgs{TcpSocket: tcp("dns-tcp"), PeriodSeconds: pulumi.Int(5)},
		LivenessProbe:  &corev1.ProbeArgs{TcpSocket: tcp("console"), PeriodSeconds: pulumi.Int(20), FailureThreshold: pulumi.Int(6)},
		Resources: &corev1.ResourceRequirementsArgs{
			Requests: pulumi.StringMap{"cpu": pulumi.String("50m"), "memory": pulumi.String("128Mi")},
			Limits:   pulumi.StringMap{"memory": pulumi.String("512Mi")},
		},
		// The image has no user but root, and binds port 53. It gets that one capability, and
		// nothing to write but its state and /tmp.
		SecurityContext: &corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities: &corev1.CapabilitiesArgs{
				Drop: pulumi.ToStringArray([]string{"ALL"}), Add: pulumi.ToStringArray([]string{"NET_BIND_SERVICE"}),
			},
		},
	}
}

func tcp(port string) *corev1.TCPSocketActionArgs {
	return &corev1.TCPSocketActionArgs{Port: pulumi.String(port)}
}

func passwordVolume() *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String("password"), Secret: &corev1.SecretVolumeSourceArgs{
		SecretName: pulumi.String(adminSecret), DefaultMode: pulumi.Int(0o440),
	}}
}

func passwordMountArgs() *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{
		Name: pulumi.String("password"), MountPath: pulumi.String(passwordMount), ReadOnly: pulumi.Bool(true),
	}
}

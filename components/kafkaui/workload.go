package kafkaui

import (
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	imageUser  = 100 // kafkaui of the image, whose USER is a name that the kubelet cannot judge
	imageGroup = 101
	caMount    = "/etc/kafka-ca"
	caFile     = "ca.crt"
)

// workload declares the pod. There is no PodDisruptionBudget: with one replica it could only
// forbid draining a node.
func (k *KafkaUI) workload(ctx *pulumi.Context, name string, a Args, login pulumi.Resource) (pulumi.Resource, error) {
	labels := pulumi.ToStringMap(Labels())
	deployment, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels},
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Strategy: &appsv1.DeploymentStrategyArgs{Type: pulumi.String("Recreate")}, // sessions live in the one pod
			Selector: &metav1.LabelSelectorArgs{MatchLabels: labels},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: labels},
				Spec:     pod(a),
			},
		},
	}, pulumi.Parent(k), kube.After(append(a.Ready, login)...))
	if err != nil {
		return nil, fmt.Errorf("deployment %s: %w", app, err)
	}
	return deployment, nil
}

func pod(a Args) *corev1.PodSpecArgs {
	return &corev1.PodSpecArgs{
		NodeSelector:                 pulumi.StringMap{"kubernetes.io/hostname": pulumi.String(a.Node)},
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false), // they would read as settings of the console
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(imageUser), RunAsGroup: pulumi.Int(imageGroup),
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{console(a)},
		Volumes: corev1.VolumeArray{
			&corev1.VolumeArgs{Name: pulumi.String("tmp"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String("256Mi")}},
			&corev1.VolumeArgs{Name: pulumi.String("ca"), Secret: &corev1.SecretVolumeSourceArgs{
				SecretName: pulumi.String(a.Cluster.CA),
				Items: corev1.KeyToPathArray{&corev1.KeyToPathArgs{
					Key: pulumi.String(a.Cluster.CAKey), Path: pulumi.String(caFile),
				}},
			}},
		},
	}
}

func console(a Args) *corev1.ContainerArgs {
	probe := func(period, failures int) *corev1.ProbeArgs {
		return &corev1.ProbeArgs{
			HttpGet:       &corev1.HTTPGetActionArgs{Path: pulumi.String("/actuator/health"), Port: pulumi.String("http")},
			PeriodSeconds: pulumi.Int(period), FailureThreshold: pulumi.Int(failures), TimeoutSeconds: pulumi.Int(5),
		}
	}
	return &corev1.ContainerArgs{
		Name:  pulumi.String(app),
		Image: pulumi.String(pins.KafkaUI),
		Env:   environment(a),
		Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{
			Name: pulumi.String("http"), ContainerPort: pulumi.Int(Port), Protocol: pulumi.String("TCP"),
		}},
		VolumeMounts: corev1.VolumeMountArray{
			&corev1.VolumeMountArgs{Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp")},
			&corev1.VolumeMountArgs{Name: pulumi.String("ca"), MountPath: pulumi.String(caMount), ReadOnly: pulumi.Bool(true)},
		},
		StartupProbe:   probe(5, 60), // a Java program: up to five minutes
		ReadinessProbe: probe(10, 3),
		LivenessProbe:  probe(20, 6),
		Resources: &corev1.ResourceRequirementsArgs{
			Requests: pulumi.StringMap{"cpu": pulumi.String("100m"), "memory": pulumi.String("512Mi")},
			Limits:   pulumi.StringMap{"memory": pulumi.String("1Gi")},
		},
		SecurityContext: &corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
	}
}

// environment configures the first and only cluster. The console's authentication is its own form
// until single sign-on stands in front.
func environment(a Args) corev1.EnvVarArray {
	const cluster = "KAFKA_CLUSTERS_0_"
	env := func(name, value string) *corev1.EnvVarArgs {
		return &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
	}
	secret := func(name, object, key string) *corev1.EnvVarArgs {
		return &corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: &corev1.EnvVarSourceArgs{
			SecretKeyRef: &corev1.SecretKeySelectorArgs{Name: pulumi.String(object), Key: pulumi.String(key)},
		}}
	}
	all := corev1.EnvVarArray{
		env("JAVA_OPTS", "-XX:MaxRAMPercentage=70"),
		env("AUTH_TYPE", "LOGIN_FORM"),
		env("SPRING_SECURITY_USER_NAME", User),
		secret("SPRING_SECURITY_USER_PASSWORD", loginSecret, passwordKey),
		env(cluster+"NAME", a.Cluster.Name),
		env(cluster+"READONLY", strconv.FormatBool(a.ReadOnly)),
		env(cluster+"BOOTSTRAPSERVERS", a.Cluster.Bootstrap),
		env(cluster+"PROPERTIES_SECURITY_PROTOCOL", "SASL_SSL"),
		env(cluster+"PROPERTIES_SASL_MECHANISM", "SCRAM-SHA-512"),
		secret(cluster+"PROPERTIES_SASL_JAAS_CONFIG", a.Cluster.Login, a.Cluster.JAASKey),
		env(cluster+"PROPERTIES_SSL_TRUSTSTORE_TYPE", "PEM"),
		env(cluster+"PROPERTIES_SSL_TRUSTSTORE_LOCATION", caMount+"/"+caFile),
	}
	if a.Connect != nil {
		all = append(all, env(cluster+"KAFKACONNECT_0_NAME", a.Connect.Name), env(cluster+"KAFKACONNECT_0_ADDRESS", a.Connect.URL))
	}
	return all
}

package kafkaui

import (
	"strconv"

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
	return kube.Alone(ctx, name, kube.WorkloadArgs{ // sessions live in the one pod
		Name: app, Namespace: a.Namespace, Labels: pulumi.ToStringMap(Labels()), Pod: pod(a),
	}, pulumi.Parent(k), kube.After(append(a.Ready, login)...))
}

func pod(a Args) kube.Pod {
	return kube.Pod{
		Nodes: pulumi.StringMap{"kubernetes.io/hostname": pulumi.String(a.Node)},
		User:  imageUser, Group: imageGroup, FSGroup: imageGroup,
		Containers: []kube.Container{console(a)},
		Volumes:    []kube.Volume{kube.Empty("tmp", "256Mi"), kube.FromSecret("ca", a.Cluster.CA, map[string]string{a.Cluster.CAKey: caFile})},
	}
}

func console(a Args) kube.Container {
	probe := func(period, failures int) *kube.Probe {
		return &kube.Probe{Path: "/actuator/health", Port: "http", Period: period, Failures: failures, Timeout: 5}
	}
	return kube.Container{
		Name: app, Image: pins.KafkaUI, Env: environment(a),
		Ports:   []kube.Port{{Name: "http", Number: Port}},
		Mounts:  []kube.Mount{{Volume: "tmp", Path: "/tmp", Writable: true}, {Volume: "ca", Path: caMount}},
		Startup: probe(5, 60), // a Java program: up to five minutes
		Ready:   probe(10, 3), Live: probe(20, 6),
		CPU: "100m", Memory: "512Mi", MemoryLimit: "1Gi",
	}
}

// environment configures the first and only cluster. The console's authentication is its own form
// until single sign-on stands in front.
func environment(a Args) []kube.EnvVar {
	const cluster = "KAFKA_CLUSTERS_0_"
	all := []kube.EnvVar{
		kube.Env("JAVA_OPTS", "-XX:MaxRAMPercentage=70"),
		kube.Env("AUTH_TYPE", "LOGIN_FORM"),
		kube.Env("SPRING_SECURITY_USER_NAME", User),
		kube.EnvFromSecret("SPRING_SECURITY_USER_PASSWORD", loginSecret, passwordKey),
		kube.Env(cluster+"NAME", a.Cluster.Name),
		kube.Env(cluster+"READONLY", strconv.FormatBool(a.ReadOnly)),
		kube.Env(cluster+"BOOTSTRAPSERVERS", a.Cluster.Bootstrap),
		kube.Env(cluster+"PROPERTIES_SECURITY_PROTOCOL", "SASL_SSL"),
		kube.Env(cluster+"PROPERTIES_SASL_MECHANISM", "SCRAM-SHA-512"),
		kube.EnvFromSecret(cluster+"PROPERTIES_SASL_JAAS_CONFIG", a.Cluster.Login, a.Cluster.JAASKey),
		kube.Env(cluster+"PROPERTIES_SSL_TRUSTSTORE_TYPE", "PEM"),
		kube.Env(cluster+"PROPERTIES_SSL_TRUSTSTORE_LOCATION", caMount+"/"+caFile),
	}
	if a.Connect != nil {
		all = append(all, kube.Env(cluster+"KAFKACONNECT_0_NAME", a.Connect.Name), kube.Env(cluster+"KAFKACONNECT_0_ADDRESS", a.Connect.URL))
	}
	return all
}

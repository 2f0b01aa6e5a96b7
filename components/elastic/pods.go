package elastic

import (
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

const (
	caMount    = "/ca"
	loginMount = "/login"
	planMount  = "/plan"
)

func exporterApp(a Args) string { return a.Name + "-exporter" }

// ExporterLabels select the exporter's pods.
func ExporterLabels(name string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": name + "-exporter"}
}

// setupPod runs the script. It is no method, nor are those below: see tests/graph/generics_test.go.
func setupPod(url, configMap string, a Args) *corev1.PodSpecArgs {
	c := container("setup", pins.Curl, "64Mi")
	c.Command = pulumi.ToStringArray([]string{"/bin/sh", planMount + "/" + scriptKey})
	c.Env = corev1.EnvVarArray{
		env("ENDPOINT", url), env("CA", caMount+"/"+caKey), env("LOGIN", loginMount), env("PLAN", planMount), env("HOME", "/tmp"),
	}
	c.VolumeMounts = corev1.VolumeMountArray{mount("plan", planMount), mount("ca", caMount), mount("login", loginMount)}
	p := pod(c, a, userSetup)
	p.RestartPolicy = pulumi.String("Never") // a failed pod keeps its log
	p.Volumes = append(p.Volumes.(corev1.VolumeArray), configVolume("plan", configMap))
	return p
}

// exporter declares what turns the cluster's own statistics into metrics.
func (e *Elastic) exporter(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	app := exporterApp(a)
	deployment, err := appsv1.NewDeployment(ctx, name+"-exporter", &appsv1.DeploymentArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app)},
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1), // two would count everything twice
			Selector: &metav1.LabelSelectorArgs{MatchLabels: labels(app)},
			Template: &corev1.PodTemplateSpecArgs{Metadata: &metav1.ObjectMetaArgs{
				// The login is read at the start only: a new one starts it anew.
				Labels: labels(app), Annotations: pulumi.StringMap{"streamforge/login": secrets.Fingerprint(e.Passwords[userExporter])},
			}, Spec: exporterPod(e.URL, a)},
		},
	}, pulumi.Parent(e), kube.After(e.Serving...))
	if err != nil {
		return nil, fmt.Errorf("deployment %s: %w", app, err)
	}
	return deployment, nil
}

func exporterPod(url string, a Args) *corev1.PodSpecArgs {
	c := container("exporter", pins.ElasticsearchExporter, "128Mi")
	c.Args = pulumi.ToStringArray([]string{
		"--es.uri=" + url, "--es.ca=" + caMount + "/" + caKey, "--es.all", "--es.indices", "--es.timeout=20s",
		fmt.Sprintf("--web.listen-address=:%d", exporterPort),
	})
	secret := func(name, key string) *corev1.EnvVarArgs {
		return &corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: &corev1.EnvVarSourceArgs{
			SecretKeyRef: &corev1.SecretKeySelectorArgs{Name: pulumi.String(userSecret(a, userExporter)), Key: pulumi.String(key)},
		}}
	}
	c.Env = corev1.EnvVarArray{secret("ES_USERNAME", usernameKey), secret("ES_PASSWORD", passwordKey)}
	c.Ports = corev1.ContainerPortArray{&corev1.ContainerPortArgs{
		Name: pulumi.String(MetricsPort), ContainerPort: pulumi.Int(exporterPort), Protocol: pulumi.String("TCP"),
	}}
	probe := func(failures int) *corev1.ProbeArgs {
		return &corev1.ProbeArgs{
			HttpGet:       &corev1.HTTPGetActionArgs{Path: pulumi.String("/healthz"), Port: pulumi.String(MetricsPort)},
			PeriodSeconds: pulumi.Int(10), FailureThreshold: pulumi.Int(failures), TimeoutSeconds: pulumi.Int(5),
		}
	}
	c.ReadinessProbe, c.LivenessProbe = probe(3), probe(6)
	c.VolumeMounts = corev1.VolumeMountArray{mount("ca", caMount)}
	return pod(c, a, userExporter)
}

// pod is one container with the authority and the login of a user at hand.
func pod(c *corev1.ContainerArgs, a Args, user string) *corev1.PodSpecArgs {
	const nobody = 65534
	return &corev1.PodSpecArgs{
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(nobody), RunAsGroup: pulumi.Int(nobody), FsGroup: pulumi.Int(nobody),
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{c},
		Volumes: corev1.VolumeArray{
			configVolume("ca", authoritySecret(a)),
			&corev1.VolumeArgs{Name: pulumi.String("login"), Secret: &corev1.SecretVolumeSourceArgs{
				SecretName: pulumi.String(userSecret(a, user)), DefaultMode: pulumi.Int(0o440),
			}},
		},
	}
}

func container(name, image, memory string) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name: pulumi.String(name), Image: pulumi.String(image),
		Resources: &corev1.ResourceRequirementsArgs{
			Requests: pulumi.StringMap{"cpu": pulumi.String("10m"), "memory": pulumi.String("32Mi")},
			Limits:   pulumi.StringMap{"memory": pulumi.String(memory)},
		},
		SecurityContext: &corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
	}
}

func env(name, value string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}

func mount(name, path string) *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{Name: pulumi.String(name), MountPath: pulumi.String(path), ReadOnly: pulumi.Bool(true)}
}

func configVolume(name, configMap string) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(configMap)}}
}

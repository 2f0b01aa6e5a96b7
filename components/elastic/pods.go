package elastic

import (
	"fmt"

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

// setupPod runs the script.
func setupPod(url, configMap string, a Args) kube.Pod {
	return pod(kube.Container{
		Name: "setup", Image: pins.Curl, Command: []string{"/bin/sh", planMount + "/" + scriptKey},
		Env: []kube.EnvVar{
			kube.Env("ENDPOINT", url), kube.Env("CA", caMount+"/"+caKey), kube.Env("LOGIN", loginMount),
			kube.Env("PLAN", planMount), kube.Env("HOME", "/tmp"),
		},
		Mounts: []kube.Mount{{Volume: "plan", Path: planMount}, {Volume: "ca", Path: caMount}, {Volume: "login", Path: loginMount}},
		CPU:    "10m", Memory: "32Mi", MemoryLimit: "64Mi",
	}, kube.Pod{Once: true, Volumes: []kube.Volume{
		kube.FromConfigMap("ca", authoritySecret(a)), kube.FromSecret("login", userSecret(a, userSetup), nil), kube.FromConfigMap("plan", configMap),
	}})
}

// exporter declares what turns the cluster's own statistics into metrics.
func (e *Elastic) exporter(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	app := exporterApp(a)
	return kube.Deployment(ctx, name+"-exporter", kube.WorkloadArgs{
		Name: app, Namespace: a.Namespace, Labels: labels(app), Pod: exporterPod(e.URL, a),
		Replicas: 1, // two would count everything twice
		// The login is read at the start only: a new one starts it anew.
		PodAnnotations: pulumi.StringMap{"streamforge/login": secrets.Fingerprint(e.Passwords[userExporter])},
	}, pulumi.Parent(e), kube.After(e.Serving...))
}

func exporterPod(url string, a Args) kube.Pod {
	probe := func(failures int) *kube.Probe {
		return &kube.Probe{Path: "/healthz", Port: MetricsPort, Period: 10, Failures: failures, Timeout: 5}
	}
	login := userSecret(a, userExporter)
	return pod(kube.Container{
		Name: "exporter", Image: pins.ElasticsearchExporter,
		Args: []string{
			"--es.uri=" + url, "--es.ca=" + caMount + "/" + caKey, "--es.all", "--es.indices", "--es.timeout=20s",
			fmt.Sprintf("--web.listen-address=:%d", exporterPort),
		},
		Env:   []kube.EnvVar{kube.EnvFromSecret("ES_USERNAME", login, usernameKey), kube.EnvFromSecret("ES_PASSWORD", login, passwordKey)},
		Ports: []kube.Port{{Name: MetricsPort, Number: exporterPort}},
		Ready: probe(3), Live: probe(6),
		Mounts: []kube.Mount{{Volume: "ca", Path: caMount}},
		CPU:    "10m", Memory: "32Mi", MemoryLimit: "128Mi",
	}, kube.Pod{Volumes: []kube.Volume{kube.FromConfigMap("ca", authoritySecret(a))}})
}

// pod runs one container as nobody.
func pod(c kube.Container, p kube.Pod) kube.Pod {
	const nobody = 65534
	p.User, p.Group, p.FSGroup, p.Containers = nobody, nobody, nobody, []kube.Container{c}
	return p
}

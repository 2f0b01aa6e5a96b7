package keycloak

import (
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
	return kube.StatefulSet(ctx, name, kube.StatefulSetArgs{
		// One after another: the first makes the database, sessions move to those that stay.
		WorkloadArgs: kube.WorkloadArgs{
			Name: app, Namespace: a.Namespace, Labels: labels(), Replicas: a.Replicas, Pod: pod(a),
			// Whoever replaces one of these Secrets wants the servers to read it.
			Annotations: pulumi.StringMap{"reloader.stakater.com/auto": pulumi.String("true")},
		},
		Service: Service,
	}, pulumi.Parent(k), kube.After(after...), kube.After(a.Ready...), pulumi.Protect(!a.Disposable))
}

// pod builds the server for PostgreSQL before it starts it: the image is built for a development
// database, and the root file system stays read-only.
func pod(a Args) kube.Pod {
	return kube.Pod{
		User: user, FSGroup: user, Grace: 60, // the image's files belong to group 0
		Spread: []string{"kubernetes.io/hostname", "topology.kubernetes.io/zone"},
		Init: []kube.Container{
			prepare("copy", "/built", "/bin/sh", "-c", "cp -R "+built+"/. /built/"),
			prepare("build", built, "/opt/keycloak/bin/kc.sh", "build"),
		},
		Containers: []kube.Container{server(a)},
		Volumes: []kube.Volume{
			kube.Empty("built", "64Mi"), kube.Empty("tmp", "256Mi"), kube.Empty("data", "256Mi"), kube.FromConfigMap("trust", trustObject),
		},
	}
}

// container is the image with what each of its uses needs.
func container(name, builtAt string) kube.Container {
	return kube.Container{
		Name: name, Image: pins.Keycloak, Env: buildOptions(),
		Mounts: []kube.Mount{
			{Volume: "built", Path: builtAt, Writable: true}, {Volume: "tmp", Path: "/tmp", Writable: true},
			{Volume: "data", Path: "/opt/keycloak/data", Writable: true},
		},
		CPU: "250m", Memory: "1Gi", MemoryLimit: "2Gi",
	}
}

// prepare is one of the two steps that leave a server built for PostgreSQL in volume built.
func prepare(name, at string, command ...string) kube.Container {
	c := container(name, at)
	c.Command = command
	return c
}

func server(a Args) kube.Container {
	probe := func(check string, period, failures int) *kube.Probe {
		return &kube.Probe{Path: "/health/" + check, Port: ManagementPortName, Period: period, Failures: failures, Timeout: 5}
	}
	c := container(app, built)
	c.Args = []string{"start", "--optimized"}
	c.Env = environment(a)
	c.Ports = []kube.Port{
		{Name: "http", Number: Port}, {Name: ManagementPortName, Number: ManagementPort},
		{Name: "jgroups", Number: jgroups}, {Name: "failures", Number: failures},
	}
	c.Mounts = append(c.Mounts, kube.Mount{Volume: "trust", Path: trustMount})
	c.Startup = probe("started", 2, 300) // the first start makes some hundred tables
	c.Ready, c.Live = probe("ready", 10, 3), probe("live", 20, 6)
	return c
}

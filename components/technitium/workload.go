package technitium

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// workload declares the claim and the pod. There is no PodDisruptionBudget: with one replica it
// could only forbid draining a node.
func (t *Technitium) workload(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	claim, err := kube.PersistentVolumeClaim(ctx, name+"-state", kube.Claim{Name: app, StorageClass: a.StorageClass, GiB: 1},
		a.Namespace, labels(app), pulumi.Parent(t), kube.After(a.Storage...), pulumi.RetainOnDelete(true)) // settings made by hand are in it
	if err != nil {
		return nil, err
	}
	return kube.Alone(ctx, name, kube.WorkloadArgs{
		Name: app, Namespace: a.Namespace, Labels: labels(app), Pod: kube.Pod{
			NodesDNS:   true, // cluster DNS asks this server, not the other way round
			Containers: []kube.Container{server(a)},
			Volumes:    []kube.Volume{kube.FromClaim("state", app), kube.Empty("tmp", "64Mi"), passwordVolume()},
		},
	}, pulumi.Parent(t), kube.After(claim))
}

func server(a Args) kube.Container {
	return kube.Container{
		Name: app, Image: pins.Technitium,
		// Read at the first start only; zones and forwarders are set through the API.
		Env: []kube.EnvVar{
			kube.Env("DNS_SERVER_DOMAIN", a.Host),
			kube.Env("DNS_SERVER_ADMIN_PASSWORD_FILE", passwordMount+"/"+passwordKey),
			kube.Env("DNS_SERVER_RECURSION", recursion),
			kube.Env("DNS_SERVER_ENABLE_BLOCKING", "false"),
			kube.Env("DOTNET_EnableDiagnostics", "0"), // no debugging socket
		},
		Ports:   []kube.Port{{Name: "dns-udp", Number: 53, Proto: "UDP"}, {Name: "dns-tcp", Number: 53}, {Name: "console", Number: ConsolePort}},
		Mounts:  []kube.Mount{{Volume: "state", Path: "/etc/dns", Writable: true}, {Volume: "tmp", Path: "/tmp", Writable: true}, passwordMounted},
		Startup: &kube.Probe{Port: "dns-tcp", Period: 2, Failures: 60},
		Ready:   &kube.Probe{Port: "dns-tcp", Period: 5},
		Live:    &kube.Probe{Port: "console", Period: 20, Failures: 6},
		CPU:     "50m", Memory: "128Mi", MemoryLimit: "512Mi",
		// The image has no user but root, and binds port 53. It has nothing to write but its state and /tmp.
		Capabilities: []string{"NET_BIND_SERVICE"},
	}
}

func passwordVolume() kube.Volume { return kube.FromSecret("password", adminSecret, nil) }

var passwordMounted = kube.Mount{Volume: "password", Path: passwordMount}

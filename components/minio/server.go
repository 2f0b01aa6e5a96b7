package minio

import (
	"fmt"

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
	return kube.StatefulSet(ctx, name, kube.StatefulSetArgs{
		WorkloadArgs: kube.WorkloadArgs{Name: app, Namespace: a.Namespace, Labels: labels(app), Replicas: a.Nodes, Pod: serverPod(a)},
		Service:      peers,
		AtOnce:       true, // none is ready before most of them run
		Claims:       []kube.Claim{{Name: "data", StorageClass: a.StorageClass, GiB: a.DriveGiB}},
	}, pulumi.Parent(m), kube.After(after...), kube.After(a.Storage...), pulumi.Protect(!a.Disposable))
}

const user = 1000 // both images would run as root

// serverPod keeps each server on a node of its own, and spreads them over the machines below.
func serverPod(a Args) kube.Pod {
	return kube.Pod{
		User: user, Group: user, FSGroup: user, Grace: 60,
		Nodes: pulumi.StringMap{a.NodeLabel: pulumi.String("true")},
		Apart: true, Spread: []string{"topology.kubernetes.io/zone"},
		Containers: []kube.Container{server(a)},
		Volumes: []kube.Volume{kube.Empty("tmp", "256Mi"), kube.FromSecret("certs", certificate, map[string]string{
			"tls.crt": "public.crt", "tls.key": "private.key", KeyCA: "CAs/" + KeyCA,
		})},
	}
}

func server(a Args) kube.Container {
	probe := func(check string, period, failures int) *kube.Probe {
		return &kube.Probe{Path: "/minio/health/" + check, Port: portAPI, TLS: true, Period: period, Failures: failures, Timeout: 5}
	}
	return kube.Container{
		Name: app, Image: pins.MinIO,
		// The same on every server, and in three dots the form that tells MinIO it is one pool.
		Args: []string{
			"server", "--address", fmt.Sprintf(":%d", Port), "--console-address", fmt.Sprintf(":%d", ConsolePort), "--certs-dir", "/certs",
			fmt.Sprintf("https://%s-{0...%d}.%s.%s.svc.%s:%d/data", app, a.Nodes-1, peers, a.NamespaceName, a.DNSDomain, Port),
		},
		Env: []kube.EnvVar{
			kube.Env("MINIO_ROOT_USER", rootUser),
			kube.EnvFromSecret("MINIO_ROOT_PASSWORD", rootSecret, passwordKey),
			kube.Env("MINIO_STORAGE_CLASS_STANDARD", fmt.Sprintf("EC:%d", a.Parity)),
			kube.Env("MINIO_SITE_REGION", a.Region),
			kube.Env("MINIO_BROWSER_REDIRECT_URL", a.ConsoleURL),
			kube.Env("MINIO_PROMETHEUS_AUTH_TYPE", "public"),
			kube.Env("MINIO_UPDATE", "off"), // nobody publishes updates any more
			kube.Env("HOME", "/tmp"),
		},
		Ports: []kube.Port{{Name: portAPI, Number: Port}, {Name: portConsole, Number: ConsolePort}},
		Mounts: []kube.Mount{
			{Volume: "data", Path: "/data", Writable: true}, {Volume: "tmp", Path: "/tmp", Writable: true}, {Volume: "certs", Path: "/certs"},
		},
		Startup: probe("live", 5, 60), Live: probe("live", 20, 6), Ready: probe("ready", 5, 3),
		CPU: "250m", Memory: "1Gi", MemoryLimit: "4Gi",
	}
}

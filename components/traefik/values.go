package traefik

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

func values(a Args) pulumi.Map {
	on := pulumi.Map{"enabled": pulumi.Bool(true)}
	off := pulumi.Map{"enabled": pulumi.Bool(false)}
	return pulumi.Map{
		// The ACME store is a file with one writer: one replica, and never two at a time.
		"deployment":     pulumi.Map{"replicas": pulumi.Int(1)},
		"updateStrategy": pulumi.Map{"type": pulumi.String("Recreate")},
		"persistence": pulumi.Map{
			"enabled": pulumi.Bool(true), "name": pulumi.String("data"), "path": pulumi.String("/data"),
			"size": pulumi.String("1Gi"), "accessMode": pulumi.String("ReadWriteOnce"),
			"storageClass": pulumi.String(a.StorageClass),
		},
		"certificatesResolvers": resolvers(a.ACME),
		"ingressClass": pulumi.Map{
			"enabled": pulumi.Bool(true), "isDefaultClass": pulumi.Bool(true), "name": pulumi.String(a.Class),
		},
		"gatewayClass": pulumi.Map{"enabled": pulumi.Bool(true), "name": pulumi.String(a.Class)},
		"gateway":      off, // declared beside the chart, with listeners that the chart cannot express
		"providers": pulumi.Map{
			"kubernetesCRD": on, // Middlewares of HTTPRoutes come through it
			"kubernetesIngress": pulumi.Map{
				"enabled": pulumi.Bool(true), "ingressClass": pulumi.String(a.Class), "publishedService": on,
			},
			"kubernetesGateway": pulumi.Map{"enabled": pulumi.Bool(true), "experimentalChannel": pulumi.Bool(true)},
		},
		"ingressRoute": pulumi.Map{"dashboard": off},
		"ports":        ports(),
		"service": pulumi.Map{
			"type":        pulumi.String("LoadBalancer"),
			"annotations": pulumi.Map{"metallb.io/loadBalancerIPs": pulumi.String(a.Address.String())},
			// Keeps the address of the client, and lets only the node of the pod announce ours.
			"spec": pulumi.Map{"externalTrafficPolicy": pulumi.String("Local")},
		},
		"resources": kube.Resources("100m", "128Mi", "512Mi"),
	}
}

func ports() pulumi.Map {
	exposed := func(port, outside int) pulumi.Map {
		return pulumi.Map{
			"port": pulumi.Int(port), "exposedPort": pulumi.Int(outside), "protocol": pulumi.String("TCP"),
			"expose": pulumi.Map{"default": pulumi.Bool(true)},
		}
	}
	return pulumi.Map{
		"web": pulumi.Map{"redirections": pulumi.Map{"entryPoint": pulumi.Map{
			"to": pulumi.String("websecure"), "scheme": pulumi.String("https"), "permanent": pulumi.Bool(true),
		}}},
		"websecure": pulumi.Map{
			"port": pulumi.Int(EntryPointHTTPS),
			// Without a limit: the default of a minute cuts uploads to object stores and registries.
			"transport": pulumi.Map{"respondingTimeouts": pulumi.Map{"readTimeout": pulumi.String("0s")}},
		},
		"ssh":   exposed(entryPointSSH, 22),
		"kafka": exposed(entryPointKafka, entryPointKafka),
	}
}

func resolvers(a *ACME) pulumi.Map {
	if a == nil {
		return pulumi.Map{}
	}
	return pulumi.Map{"acme": pulumi.Map{"acme": pulumi.Map{
		"email": pulumi.String(a.Email), "caServer": pulumi.String(a.Server),
		"storage": pulumi.String("/data/acme.json"), "tlsChallenge": pulumi.Bool(true),
	}}}
}

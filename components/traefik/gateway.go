package traefik

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var gatewayKind = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1", Kind: "Gateway"}

const wildcardSecret = "wildcard-tls"

// gateway declares the main Gateway and the wildcard certificate of its HTTPS listener. Published
// hosts have Gateways of their own; this one carries what belongs to no single host.
func (t *Traefik) gateway(ctx *pulumi.Context, name string, a Args, release pulumi.Resource) (pulumi.Resource, error) {
	certificate, err := kube.Certificate(ctx, name+"-wildcard", kube.CertificateArgs{
		Name: "wildcard", Secret: wildcardSecret, Namespace: a.Namespace, Hosts: []string{"*." + a.Domain, a.Domain}, Issuer: a.Issuer,
	}, pulumi.Parent(t), kube.After(a.IssuerReady...))
	if err != nil {
		return nil, err
	}
	return kube.Apply(ctx, name+"-gateway", kube.Object{
		Kind: gatewayKind, Name: Gateway, Namespace: a.Namespace, WaitFor: "Programmed",
		Spec: pulumi.Map{"gatewayClassName": pulumi.String(a.Class), "listeners": listeners(a.Domain)},
	}, pulumi.Parent(t), kube.After(release, certificate))
}

func listeners(domain string) pulumi.Array {
	return pulumi.Array{
		pulumi.Map{
			"name": pulumi.String(ListenerHTTPS), "port": pulumi.Int(EntryPointHTTPS), "protocol": pulumi.String("HTTPS"),
			"hostname": pulumi.String("*." + domain),
			"tls": pulumi.Map{
				"mode": pulumi.String("Terminate"),
				"certificateRefs": pulumi.Array{pulumi.Map{
					"group": pulumi.String(""), "kind": pulumi.String("Secret"), "name": pulumi.String(wildcardSecret),
				}},
			},
			"allowedRoutes": pulumi.Map{"namespaces": pulumi.Map{"from": pulumi.String("Same")}},
		},
		pulumi.Map{
			"name": pulumi.String(ListenerSSH), "port": pulumi.Int(entryPointSSH), "protocol": pulumi.String("TCP"),
			"allowedRoutes": allow("Same", "TCPRoute"),
		},
		// Brokers end TLS themselves; the name in the handshake says which one is meant.
		pulumi.Map{
			"name": pulumi.String(ListenerKafka), "port": pulumi.Int(entryPointKafka), "protocol": pulumi.String("TLS"),
			"hostname":      pulumi.String("*." + KafkaSubdomain + "." + domain),
			"tls":           pulumi.Map{"mode": pulumi.String("Passthrough")},
			"allowedRoutes": allow("All", "TLSRoute"),
		},
	}
}

func allow(from, kind string) pulumi.Map {
	return pulumi.Map{
		"namespaces": pulumi.Map{"from": pulumi.String(from)},
		"kinds": pulumi.Array{pulumi.Map{
			"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String(kind),
		}},
	}
}

// attach names a listener of the main Gateway as the parent of a route.
func attach(listener string) pulumi.Array {
	return pulumi.Array{pulumi.Map{
		"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String("Gateway"),
		"name": pulumi.String(Gateway), "sectionName": pulumi.String(listener),
	}}
}

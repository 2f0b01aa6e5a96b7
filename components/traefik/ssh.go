package traefik

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var (
	endpointSliceKind = kube.Kind{APIVersion: "discovery.k8s.io/v1", Kind: "EndpointSlice"}
	tcpRouteKind      = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1alpha2", Kind: "TCPRoute"}
)

const gitSSH = "git-ssh" // Service, EndpointSlice, route and port

// ssh leads port 22 to a host outside the cluster. A Service without a selector and a hand-made
// EndpointSlice stand for it: Traefik refuses Services of type ExternalName here.
func (t *Traefik) ssh(ctx *pulumi.Context, name string, a Args, gateway pulumi.Resource) error {
	child := pulumi.Parent(t)
	service, err := kube.Service(ctx, name+"-ssh", kube.ServiceArgs{
		Name: gitSSH, Namespace: a.Namespace, Annotations: kube.AwaitNothing(),
		Ports: []kube.ServicePort{{Name: gitSSH, Port: 22, Target: int(a.SSH.Port())}},
	}, child)
	if err != nil {
		return err
	}
	slice, err := kube.Apply(ctx, name+"-ssh", kube.Object{
		Kind: endpointSliceKind, Name: gitSSH, Namespace: a.Namespace,
		Labels: pulumi.StringMap{
			"kubernetes.io/service-name":             pulumi.String(gitSSH),
			"endpointslice.kubernetes.io/managed-by": pulumi.String("streamforge"), // keeps the cluster's own controllers off
		},
		Fields: pulumi.Map{
			"addressType": pulumi.String("IPv4"),
			"endpoints": pulumi.Array{pulumi.Map{
				"addresses":  pulumi.ToStringArray([]string{a.SSH.Addr().String()}),
				"conditions": pulumi.Map{"ready": pulumi.Bool(true)},
			}},
			"ports": pulumi.Array{pulumi.Map{
				"name": pulumi.String(gitSSH), "port": pulumi.Int(int(a.SSH.Port())), "protocol": pulumi.String("TCP"),
			}},
		},
	}, child, kube.After(service))
	if err != nil {
		return err
	}
	route, err := kube.Apply(ctx, name+"-ssh-route", kube.Object{
		Kind: tcpRouteKind, Name: gitSSH, Namespace: a.Namespace,
		Spec: pulumi.Map{
			"parentRefs": attach(ListenerSSH),
			"rules": pulumi.Array{pulumi.Map{"backendRefs": pulumi.Array{pulumi.Map{
				"name": pulumi.String(gitSSH), "port": pulumi.Int(22),
			}}}},
		},
	}, child, kube.After(gateway, slice))
	if err != nil {
		return err
	}
	t.Ready = append(t.Ready, route)
	return nil
}

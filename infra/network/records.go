package network

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/technitium"
	"github.com/streamforge/infrastructure/components/traefik"
	"github.com/streamforge/infrastructure/stacks/config"
)

// RecordsInputs is what the last stage needs.
type RecordsInputs struct {
	Network config.Network
	Web     *Web // after the last Publish
	DNS     NameServer
}

// RecordsOutputs is what is known once the zones are served.
type RecordsOutputs struct {
	Hosts []string // published, sorted
	Ready []pulumi.Resource
}

type records struct{ pulumi.ResourceState }

// Records makes the DNS server's zones equal to the configuration and to what was published. It is
// the last stage of all: a host that is published later has no record.
func Records(ctx *pulumi.Context, in RecordsInputs, opts ...pulumi.ResourceOption) (RecordsOutputs, error) {
	stage := &records{}
	if err := ctx.RegisterComponentResource("streamforge:network:Records", "network-records", stage, opts...); err != nil {
		return RecordsOutputs{}, err
	}
	hosts := in.Web.Hosts()
	all, err := zones(in.Network.DNS, serving{
		domain: in.Web.Domain, ingress: in.Network.IngressIP, server: in.Network.DNSIP,
		wildcards: []string{"*", "*." + traefik.KafkaSubdomain}, hosts: hosts,
	})
	if err != nil {
		return RecordsOutputs{}, err
	}
	z, err := technitium.NewZones(ctx, "technitium-zones", technitium.ZonesArgs{
		Namespace:  in.DNS.Namespace,
		Zones:      all,
		Forwarders: technitium.Forwarders{Addresses: in.Network.DNS.Forwarders, Protocol: in.Network.DNS.Protocol},
		Server:     in.DNS.Ready,
	}, pulumi.Parent(stage))
	if err != nil {
		return RecordsOutputs{}, err
	}
	out := RecordsOutputs{Hosts: hosts, Ready: z.Ready}
	return out, ctx.RegisterResourceOutputs(stage, pulumi.Map{"hosts": pulumi.ToStringArray(hosts)})
}

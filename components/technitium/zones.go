package technitium

import (
	_ "embed" // apply.sh
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// ZonesArgs say what the server serves.
type ZonesArgs struct {
	Namespace  pulumi.StringInput // that of the server
	Zones      []Zone             // at least one; zones that are not named here are left alone
	Forwarders Forwarders         // at least one

	Server []pulumi.Resource // Technitium.Ready
}

// Zones is the content of the server.
type Zones struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // the server has the zones
}

//go:embed apply.sh
var script string

const (
	scriptKey = "apply.sh"
	recursion = "AllowOnlyForPrivateNetworks"
)

// NewZones writes the zones, and writes them again every hour.
func NewZones(ctx *pulumi.Context, name string, a ZonesArgs, opts ...pulumi.ResourceOption) (*Zones, error) {
	z := &Zones{}
	if err := ctx.RegisterComponentResource("streamforge:network:TechnitiumZones", name, z, opts...); err != nil {
		return nil, fmt.Errorf("zones %s: %w", name, err)
	}
	data := map[string]string{scriptKey: script}
	for _, zone := range a.Zones {
		data[zone.Name+".zone"] = zone.File()
	}
	if err := z.unreachable(ctx, name, a.Namespace); err != nil {
		return nil, err
	}
	job, err := kube.Upkeep(ctx, name, kube.UpkeepArgs{
		App: zonesApp, Namespace: a.Namespace, Labels: labels(zonesApp), Files: data,
		Settings: []string{a.Forwarders.list(), a.Forwarders.Protocol}, Deadline: 600, Minute: 17, Running: a.Server,
		Pod: func(configMap string) kube.Pod { return zonesPod(configMap, a.Forwarders) },
	}, pulumi.Parent(z))
	if err != nil {
		return nil, err
	}
	z.Ready = []pulumi.Resource{job}
	return z, ctx.RegisterResourceOutputs(z, pulumi.Map{})
}

package kube

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/pins"
)

// HelmRelease is kubernetes:helm.sh/v3:Release, registered by its token: importing the SDK's
// helm/v3 package would compile every Kubernetes API group.
type HelmRelease struct{ pulumi.CustomResourceState }

// ReleaseArgs are what differs between releases.
type ReleaseArgs struct {
	Namespace pulumi.StringInput // must exist; provided by the layer
	Values    pulumi.Map         // chart values, nil for the chart's defaults
	SkipCRDs  bool               // the chart's crds/ folder is not applied, because a Manifest brings them
	Unready   bool               // its workloads become ready only after a person has done something: do not wait, do not roll back
	Timeout   int                // seconds until the release is given up and rolled back, 0 means 600
}

// Release installs the pinned chart under exactly the given release name, waits until its
// workloads are ready, and rolls back if they never are.
func (c Charts) Release(ctx *pulumi.Context, name string, pin pins.Chart, a ReleaseArgs,
	opts ...pulumi.ResourceOption) (*HelmRelease, error) {
	inputs, err := c.chart(ctx, pin)
	if err != nil {
		return nil, fmt.Errorf("release %s (%s %s): %w", name, pin.Name, pin.Version, err)
	}
	if a.Timeout == 0 {
		a.Timeout = 600
	}
	inputs["name"] = pulumi.String(name) // otherwise Pulumi appends a random suffix
	inputs["namespace"] = a.Namespace
	inputs["values"] = a.Values
	inputs["skipCrds"] = pulumi.Bool(a.SkipCRDs)
	inputs["timeout"] = pulumi.Int(a.Timeout)
	inputs["atomic"] = pulumi.Bool(!a.Unready)
	if a.Unready {
		inputs["skipAwait"] = pulumi.Bool(true)
	}
	inputs["cleanupOnFail"] = pulumi.Bool(true)
	inputs["maxHistory"] = pulumi.Int(5) // each revision is a Secret with the whole chart in it
	r := &HelmRelease{}
	if err := ctx.RegisterResource("kubernetes:helm.sh/v3:Release", name, inputs, r, opts...); err != nil {
		return nil, fmt.Errorf("release %s (%s %s): %w", name, pin.Name, pin.Version, err)
	}
	return r, nil
}

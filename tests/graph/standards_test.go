package graph_test

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
)

// standard is why a namespace allows more than the restricted Pod Security Standard.
type standard struct {
	level kube.PodSecurity
	why   string
}

// laxer are the namespaces that are not restricted.
var laxer = map[string]standard{
	"metallb-system":       {kube.Privileged, "speakers answer ARP in the hosts' network, by raw sockets"},
	"csi-nfs":              {kube.Privileged, "the driver mounts into the kubelet's folders, with propagation"},
	"piraeus-datastore":    {kube.Privileged, "satellites load DRBD and write to the machines' disks"},
	"vault-csi":            {kube.Privileged, "driver and provider share sockets and mounts with the kubelet"},
	"gitlab-runner":        {kube.Privileged, "jobs that apply the platform build images with a Docker of their own"},
	"fluent-bit":           {kube.Privileged, "collectors read the machines' log folders"},
	"monitoring":           {kube.Privileged, "the exporter of nodes sees processes, network and root of its machine"},
	"gpu-operator":         {kube.Privileged, "it installs drivers and the container toolkit on its machines"},
	"nfs-provisioner":      {kube.Baseline, "it makes the folders of claims on the share as root"},
	"traefik":              {kube.Baseline, "the volume of its certificates belongs to root on NFS"},
	"ingress-nginx":        {kube.Baseline, "the controller binds ports below 1024, by a capability"},
	"technitium":           {kube.Baseline, "the image has no user of its own and binds port 53"},
	"streams":              {kube.Baseline, "images of the teams; many run as root"},
	"arangodb":             {kube.Baseline, "the operator gives its servers no seccomp profile"},
	"postgres":             {kube.Baseline, "Spilo starts as root and lets go of it"},
	"mail":                 {kube.Baseline, "Postfix starts as root and lets go of it"},
	"config-syncer":        {kube.Baseline, "its chart gives the pod no seccomp profile"},
	"gitlab-runner-kaniko": {kube.Baseline, "unpacking an image takes root inside the container"},
}

// strict: a namespace is restricted, or a reason says why not.
func strict(g *Graph) (broken []string) {
	for _, r := range g.All {
		if r.Type != nsType {
			continue
		}
		name, _ := text(r.Inputs, "metadata.name")
		labels, _ := r.At("metadata.labels").(map[string]any)
		level, want := fmt.Sprint(labels["pod-security.kubernetes.io/enforce"]), string(kube.Restricted)
		if l, ok := laxer[name]; ok {
			want = string(l.level)
		}
		if level != want {
			broken = append(broken, fmt.Sprintf("%s enforces %s instead of %s; make it so, or give `laxer` a reason", r.URN, level, want))
		}
		for _, mode := range []string{"audit", "warn"} {
			if also := fmt.Sprint(labels["pod-security.kubernetes.io/"+mode]); also != level {
				broken = append(broken, fmt.Sprintf("%s: %s of level %s beside %s", r.URN, mode, also, level))
			}
		}
	}
	return broken
}

func propertyOf(m resource.PropertyMap) resource.PropertyValue { return resource.NewObjectProperty(m) }

func levelled(name, level string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		labels := pulumi.StringMap{}
		for _, mode := range []string{"enforce", "audit", "warn"} {
			labels["pod-security.kubernetes.io/"+mode] = pulumi.String(level)
		}
		return register(ctx, nsType, name, object("v1", "Namespace", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String(name), "labels": labels}}))
	}
}

func init() {
	breaks["namespaces are as strict as they can be"] = levelled("a", "privileged")
}

// TestStandards: what is too lax, what is stricter than it was known to bear, and what is right.
func TestStandards(t *testing.T) {
	for name, c := range map[string]struct {
		namespace, level string
		broken           int
	}{
		"restricted":                 {"a", "restricted", 0},
		"baseline, without a reason": {"a", "baseline", 1},
		"as lax as the reason says":  {"mail", "baseline", 0},
		"laxer than that":            {"mail", "privileged", 1},
		"a reason nobody needs":      {"mail", "restricted", 1},
	} {
		g, err := run(t, "homelab", levelled(c.namespace, c.level))
		require.NoError(t, err)
		require.Len(t, strict(g), c.broken, name)
	}
}

// TestReasonsAreNeeded: a reason for a namespace that is gone would wait for the next one of that name.
func TestReasonsAreNeeded(t *testing.T) {
	there := map[string]bool{"gitlab-runner-kaniko": true} // when the configuration asks for a runner of builds
	for _, r := range whole(t, "homelab").All {
		if name, ok := text(r.Inputs, "metadata.name"); ok && r.Type == nsType {
			there[name] = true
		}
	}
	for name, l := range laxer {
		require.True(t, there[name], name)
		require.NotEmpty(t, l.why, name)
	}
}

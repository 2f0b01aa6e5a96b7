package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
)

func init() {
	breaks["what is measured lets Prometheus in"] = watchedIn(pulumi.Map{"podSelector": pulumi.Map{}, "policyTypes": strings1("Ingress")}, 0)
}

// watchedIn is one monitor of pods labelled app=a in a namespace with one policy.
func watchedIn(policy pulumi.Map, port int) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		err := register(ctx, "kubernetes:monitoring.coreos.com/v1:PodMonitor", "m", object("monitoring.coreos.com/v1", "PodMonitor", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("m"), "namespace": pulumi.String("shop")},
			"spec": pulumi.Map{
				"selector":            pulumi.Map{"matchLabels": pulumi.Map{"app": pulumi.String("a")}},
				"podMetricsEndpoints": pulumi.Array{pulumi.Map{"portNumber": pulumi.Int(port)}},
			},
		}))
		if err != nil || policy == nil {
			return err
		}
		return register(ctx, policyType, "p", object("networking.k8s.io/v1", "NetworkPolicy", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("p"), "namespace": pulumi.String("shop")}, "spec": policy}))
	}
}

// TestMeasurable: whom policies let in.
func TestMeasurable(t *testing.T) {
	peer := func(namespace, pod string, port int) pulumi.Map {
		from := pulumi.Map{"namespaceSelector": pulumi.Map{"matchLabels": pulumi.Map{"kubernetes.io/metadata.name": pulumi.String(namespace)}}}
		if pod != "" {
			from["podSelector"] = pulumi.Map{"matchLabels": pulumi.Map{"app.kubernetes.io/name": pulumi.String(pod)}}
		}
		return pulumi.Map{"from": pulumi.Array{from}, "ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(port)}}}
	}
	policy := func(app string, rules ...pulumi.Input) pulumi.Map {
		selector := pulumi.Map{}
		if app != "" {
			selector["matchLabels"] = pulumi.Map{"app": pulumi.String(app)}
		}
		return pulumi.Map{"podSelector": selector, "policyTypes": strings1("Ingress"), "ingress": pulumi.Array(rules)}
	}
	for name, c := range map[string]struct {
		policy pulumi.Map
		broken int
	}{
		"no policy at all":       {nil, 0},
		"a policy of others":     {policy("b"), 0},
		"all of the namespace":   {policy("", peer("monitoring", "", 9100)), 0},
		"Prometheus' pods":       {policy("a", peer("monitoring", "prometheus", 9100)), 0},
		"other pods beside it":   {policy("a", peer("monitoring", "grafana", 9100)), 1},
		"another namespace":      {policy("", peer("traefik", "", 9100)), 1},
		"another port":           {policy("", peer("monitoring", "", 80)), 1},
		"pods of its own":        {policy("", pulumi.Map{"from": pulumi.Array{pulumi.Map{"podSelector": pulumi.Map{}}}}), 1},
		"everybody, on the port": {policy("", pulumi.Map{"ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(9100)}}}), 0},
	} {
		g, err := run(t, "homelab", watchedIn(c.policy, 9100))
		require.NoError(t, err)
		require.Len(t, measurable(g), c.broken, name)
	}
}

// TestEveryDoorForPrometheusCounts takes away, namespace by namespace, what lets it in.
func TestEveryDoorForPrometheusCounts(t *testing.T) {
	g := whole(t, "homelab")
	all := slices.Clone(g.All)
	closed := 0
	for _, r := range all {
		if kindOf(r) != "NetworkPolicy" || !strings.HasSuffix(r.Name, "-default-deny") {
			continue
		}
		namespace, _ := text(r.Inputs, "metadata.namespace")
		g.All = slices.DeleteFunc(slices.Clone(all), func(o Resource) bool {
			var p networkingv1.NetworkPolicy
			return o.Type == policyType && o.URN != r.URN && decodeInto(o, &p) == nil && p.Namespace == namespace
		})
		for i, o := range g.All {
			if o.URN == r.URN {
				g.All[i].Inputs = o.Inputs.Copy()
				spec := o.Inputs["spec"].ObjectValue().Copy()
				delete(spec, "ingress")
				g.All[i].Inputs["spec"] = propertyOf(spec)
			}
		}
		if watches := slices.ContainsFunc(all, func(o Resource) bool {
			in, _ := text(o.Inputs, "metadata.namespace")
			return strings.HasSuffix(kindOf(o), "Monitor") && in == namespace
		}); watches {
			closed++
			require.NotEmpty(t, measurable(g), "namespace %s, closed to everybody", namespace)
		}
	}
	require.Greater(t, closed, 8)
}

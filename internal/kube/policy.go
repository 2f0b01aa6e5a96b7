package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// NetworkPolicyArgs say who reaches pods and what they reach.
type NetworkPolicyArgs struct {
	Name      string             // metadata.name; empty means the resource's Pulumi name
	Namespace pulumi.StringInput // must exist
	Labels    pulumi.StringMap
	Pods      pulumi.StringMap // labels of the pods it is for; empty means every pod of the namespace
	Ingress   []Rule           // who reaches them: nobody when empty
	Egress    []Rule           // what they reach: everything when nil, nothing when empty
}

// Rule lets peers through on ports.
type Rule struct {
	Peers []Peer // none means everybody, inside the cluster and outside
	TCP   []int  // of the pods, not of a Service; no port of either kind means every port
	UDP   []int
}

// Peer is a set of pods. The zero value is every pod of the policy's own namespace.
type Peer struct {
	Namespace pulumi.StringInput // their namespace's name; nil means the policy's own
	Pods      pulumi.StringMap   // their labels; empty means all of them
}

// In gives all pods of some namespaces as peers.
func In(namespaces ...string) []Peer {
	var all []Peer
	for _, n := range namespaces {
		all = append(all, Peer{Namespace: pulumi.String(n)})
	}
	return all
}

// NetworkPolicy registers a NetworkPolicy.
func NetworkPolicy(ctx *pulumi.Context, name string, a NetworkPolicyArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	types := pulumi.StringArray{pulumi.String("Ingress")}
	spec := pulumi.Map{"podSelector": selector(a.Pods)}
	if len(a.Ingress) > 0 {
		spec["ingress"] = rules(a.Ingress, "from")
	}
	if a.Egress != nil {
		types = append(types, pulumi.String("Egress"))
		if len(a.Egress) > 0 {
			spec["egress"] = rules(a.Egress, "to")
		}
	}
	spec["policyTypes"] = types
	return register(ctx, Kind{"networking.k8s.io/v1", "NetworkPolicy"}, name,
		meta(name, a.Name, a.Namespace, a.Labels, nil), pulumi.Map{"spec": spec}, opts...)
}

// rules writes rules whose peers stand under from or to.
func rules(all []Rule, direction string) (out pulumi.Array) {
	for _, r := range all {
		rule := pulumi.Map{}
		if len(r.Peers) > 0 {
			rule[direction] = r.peers()
		}
		if ports := r.ports(); len(ports) > 0 {
			rule["ports"] = ports
		}
		out = append(out, rule)
	}
	return out
}

func (r Rule) peers() (all pulumi.Array) {
	for _, p := range r.Peers {
		peer := pulumi.Map{}
		if p.Namespace != nil {
			peer["namespaceSelector"] = selector(pulumi.StringMap{"kubernetes.io/metadata.name": p.Namespace})
		}
		if p.Namespace == nil || len(p.Pods) > 0 {
			peer["podSelector"] = selector(p.Pods)
		}
		all = append(all, peer)
	}
	return all
}

func (r Rule) ports() (all pulumi.Array) {
	for _, p := range []struct {
		protocol string
		numbers  []int
	}{{"UDP", r.UDP}, {"TCP", r.TCP}} {
		for _, n := range p.numbers {
			all = append(all, pulumi.Map{"protocol": pulumi.String(p.protocol), "port": pulumi.Int(n)})
		}
	}
	return all
}

// selector chooses by labels; none choose everything.
func selector(labels pulumi.StringMap) pulumi.Map {
	if len(labels) == 0 {
		return pulumi.Map{}
	}
	return pulumi.Map{"matchLabels": labels}
}

// OneAway registers a PodDisruptionBudget: of the pods with these labels, a drain takes one at a time.
func OneAway(ctx *pulumi.Context, name, object string, namespace pulumi.StringInput, labels pulumi.StringMap,
	opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return register(ctx, Kind{"policy/v1", "PodDisruptionBudget"}, name, meta(name, object, namespace, labels, nil),
		pulumi.Map{"spec": pulumi.Map{"maxUnavailable": pulumi.Int(1), "selector": selector(labels)}}, opts...)
}

package kubespray

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"

	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/pins"
)

// HostsFile is the path of the inventory itself, the one that ansible-playbook takes with -i.
const HostsFile = "hosts.yaml"

// Node is a machine whose address is known.
type Node struct {
	Name         string
	ControlPlane bool
	Address      netip.Addr
	Labels       map[string]string
	Taints       []string
}

// Render gives every file of the inventory: path below its folder -> content. The same input gives
// the same bytes.
func Render(c Cluster, nodes []Node) (map[string]string, error) {
	hosts, err := inventory(nodes)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for path, content := range map[string]any{
		HostsFile:                                hosts,
		"group_vars/all/all.yml":                 allVars(c),
		"group_vars/all/etcd.yml":                etcdVars{DeploymentType: "host", MetricsPort: etcdMetrics},
		"group_vars/k8s_cluster/k8s-cluster.yml": clusterVars(c),
		"group_vars/k8s_cluster/addons.yml":      addonVars(c),
		"group_vars/k8s_cluster/k8s-net-calico.yml": calicoVars{
			Backend: "vxlan", VXLAN: "Always", IPIP: "Never", // needs nothing of the LAN's routers
		},
	} {
		if out[path], err = document(content); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return out, nil
}

// document is one YAML file with the word to whoever opens it.
func document(content any) (string, error) {
	out := &bytes.Buffer{}
	fmt.Fprintf(out, "# Rendered for Kubespray %s from the stack's configuration; the next rendering overwrites it.\n"+
		"# Variables of your own belong into a file of group_vars that sorts behind, such as zz-local.yml.\n",
		pins.Kubespray)
	enc := yaml.NewEncoder(out)
	enc.SetIndent(2)
	if err := enc.Encode(content); err != nil {
		return "", err
	}
	return out.String(), nil
}

// maxEtcd members: more cost write latency and win nothing.
const maxEtcd = 5

// etcdMembers is the largest odd number of members that n control plane nodes can hold: an even
// one survives no more failures than the odd one below it, and Kubespray refuses it.
func etcdMembers(n int) int {
	n = min(n, maxEtcd)
	if n > 0 && n%2 == 0 {
		n--
	}
	return n
}

func inventory(nodes []Node) (hostsFile, error) {
	var hosts ordered[host]
	var control, workers, etcd ordered[struct{}]
	for _, n := range nodes {
		address := n.Address.String()
		hosts = append(hosts, entry[host]{n.Name, host{
			AnsibleHost: address, IP: address, AccessIP: address, Labels: n.Labels, Taints: n.Taints,
		}})
		if n.ControlPlane {
			control = append(control, entry[struct{}]{Key: n.Name})
		} else {
			workers = append(workers, entry[struct{}]{Key: n.Name})
		}
	}
	if len(control) == 0 {
		return hostsFile{}, errors.New("no control plane node; give one pool the role control-plane")
	}
	if len(workers) == 0 {
		workers = control // then everything runs on the control plane, and Kubespray leaves it untainted
	}
	etcd = control[:etcdMembers(len(control))]
	for _, member := range etcd {
		// By node, not by number: a member must keep its name when another one leaves.
		hosts.edit(member.Key, func(h *host) { h.EtcdMember = "etcd-" + member.Key })
	}
	return hostsFile{All: allGroup{
		Hosts: hosts,
		Children: ordered[group]{
			{"kube_control_plane", group{Hosts: control}},
			{"etcd", group{Hosts: etcd}},
			{"kube_node", group{Hosts: workers}},
			{"k8s_cluster", group{Children: ordered[struct{}]{{Key: "kube_control_plane"}, {Key: "kube_node"}}}},
		},
	}}, nil
}

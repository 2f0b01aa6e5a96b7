package kubespray

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// ansible gives what the real ansible-inventory makes of the rendered files.
func ansible(t *testing.T, into any, args ...string) {
	t.Helper()
	tool := need.Program(t, "ansible-inventory")
	dir := t.TempDir()
	files, err := Render(dmz(), nodes())
	require.NoError(t, err)
	writeTree(t, dir, files)
	cmd := exec.CommandContext(t.Context(), tool, append([]string{"-i", filepath.Join(dir, HostsFile)}, args...)...)
	cmd.Env = append(os.Environ(), "ANSIBLE_LOCALHOST_WARNING=False", "ANSIBLE_LOCAL_TEMP="+dir, "ANSIBLE_HOME="+dir)
	out, err := cmd.Output()
	require.NoError(t, err, "%s", cmd.Stderr)
	require.NoError(t, json.Unmarshal(out, into), "%s", out)
}

func TestAnsibleSeesTheGroups(t *testing.T) {
	var list map[string]struct {
		Hosts    []string `json:"hosts"`
		Children []string `json:"children"`
	}
	ansible(t, &list, "--list")
	assert.Equal(t, []string{"k2m-1", "k2m-2", "k2m-3"}, list["kube_control_plane"].Hosts)
	assert.Equal(t, []string{"k2m-1", "k2m-2", "k2m-3"}, list["etcd"].Hosts)
	assert.Equal(t, []string{"k2w-10", "k2w-2"}, list["kube_node"].Hosts)
	assert.ElementsMatch(t, []string{"kube_control_plane", "kube_node"}, list["k8s_cluster"].Children)
	assert.Subset(t, list["all"].Children, []string{"etcd", "k8s_cluster"})
}

func TestAnsibleSeesTheVariablesOfAHost(t *testing.T) {
	var got map[string]any
	ansible(t, &got, "--host", "k2w-10")
	zones := func(server string) []any {
		return []any{map[string]any{"zones": []any{"dmz.home"}, "nameservers": []any{server}, "cache": 30.0}}
	}
	for name, want := range map[string]any{
		"ansible_host": "192.168.1.60", "ip": "192.168.1.60", "access_ip": "192.168.1.60", "ansible_user": "ops",
		"node_labels": map[string]any{"streamforge.home/gpu": "true", "topology.kubernetes.io/zone": "pve1"},
		"node_taints": []any{"nvidia.com/gpu=present:NoSchedule"},
		// kube-vip and what it needs
		"kube_vip_enabled": true, "kube_vip_arp_enabled": true, "kube_vip_controlplane_enabled": true,
		"kube_vip_address": "192.168.1.150", "kube_vip_interface": "eth0", "kube_vip_services_enabled": false,
		"kube_proxy_mode": "ipvs", "kube_proxy_strict_arp": true,
		"loadbalancer_apiserver":              map[string]any{"address": "192.168.1.150", "port": 6443.0},
		"supplementary_addresses_in_ssl_keys": []any{"192.168.1.150", "api.k2.dmz.home"},
		// a version is text, or 1.30 would become 1.3
		"kube_version": "1.33.5", "kube_network_plugin": "calico", "kubeconfig_localhost": true,
		"upstream_dns_servers": []any{"192.168.1.1", "9.9.9.9"},
		// The node's cache cannot reach the resolver from every node in ipvs mode; CoreDNS can.
		"skydns_server": "10.233.0.3", "nodelocaldns_external_zones": zones("10.233.0.3"), "coredns_external_zones": zones("192.168.1.155"),
		"metallb_enabled": false, "cert_manager_enabled": false, "ingress_nginx_enabled": false, "argocd_enabled": false,
	} {
		assert.Equal(t, want, got[name], name)
	}
	assert.NotContains(t, got, "etcd_member_name")

	got = nil
	ansible(t, &got, "--host", "k2m-2")
	assert.Equal(t, "etcd-k2m-2", got["etcd_member_name"])
	assert.NotContains(t, got, "node_taints")
}

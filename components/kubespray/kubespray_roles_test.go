package kubespray

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/tests/need"
)

// playbook runs Kubespray's own checks of an inventory, which ask nothing of the hosts, and writes
// the static pod of kube-vip as a control plane node would get it.
const playbook = `
- hosts: k8s_cluster:etcd
  gather_facts: false
  connection: local
  roles: [kubespray_defaults, validate_inventory]
  tasks:
    - template: {src: "{{ roles }}/kubernetes/node/templates/manifests/kube-vip.manifest.j2", dest: "{{ pod }}", mode: "0600"}
      vars:
        kube_vip_admin_conf: admin.conf
        kube_vip_cidr: 32
        kube_vip_dns_mode: first
        kube_vip_ddns_enabled: false
        kube_vip_cp_detect: false
        kube_vip_svc_leasename: plndr-svcs-lock
        kube_vip_leasename: plndr-cp-lock
        kube_vip_leader_election_enabled: "{{ kube_vip_arp_enabled }}"
        kube_vip_leaseduration: 5
        kube_vip_renewdeadline: 3
        kube_vip_retryperiod: 1
        kube_vip_bgp_enabled: false
        kube_vip_bgppeers: ""
        kube_vip_enableServicesElection: false
        kube_vip_enable_node_labeling: false
        kube_vip_services_interface: ""
      run_once: true
`

// TestKubesprayAcceptsTheInventory needs a checkout of the pinned Kubespray in KUBESPRAY_DIR.
func TestKubesprayAcceptsTheInventory(t *testing.T) {
	checkout := os.Getenv("KUBESPRAY_DIR")
	if checkout == "" {
		need.LeftOut(t, "needs a checkout of Kubespray in KUBESPRAY_DIR, see CONTRIBUTING.md")
	}
	tool := need.Program(t, "ansible-playbook")
	dir, roles := t.TempDir(), filepath.Join(checkout, "roles")
	files, err := Render(dmz(), nodes())
	require.NoError(t, err)
	files["play.yml"] = playbook
	writeTree(t, dir, files)
	pod := filepath.Join(dir, "kube-vip.yml")
	cmd := exec.CommandContext(t.Context(), tool, "-i", filepath.Join(dir, HostsFile), filepath.Join(dir, "play.yml"),
		"-e", "roles="+roles, "-e", "pod="+pod, "-e", "ansible_become=false", "-e", "ansible_connection=local")
	cmd.Env = append(os.Environ(), "ANSIBLE_ROLES_PATH="+roles, "ANSIBLE_LIBRARY="+filepath.Join(checkout, "library"),
		"ANSIBLE_HOME="+dir, "ANSIBLE_LOCAL_TEMP="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	raw, err := os.ReadFile(pod)
	require.NoError(t, err)
	var manifest struct {
		Spec struct {
			Containers []struct {
				Image string
				Env   []struct{ Name, Value string }
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(raw, &manifest))
	env := map[string]string{}
	for _, e := range manifest.Spec.Containers[0].Env {
		env[e.Name] = e.Value
	}
	assert.Equal(t, "ghcr.io/kube-vip/kube-vip:v0.8.9", manifest.Spec.Containers[0].Image)
	for name, want := range map[string]string{
		"address": "192.168.1.150", "port": "6443", "vip_interface": "eth0", "vip_arp": "True", "cp_enable": "true",
		"vip_leaderelection": "true", "svc_enable": "", "lb_enable": "",
	} {
		assert.Equal(t, want, env[name], name)
	}
}

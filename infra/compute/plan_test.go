package compute

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/stacks/config"
)

// small is three pools on three hosts; one host has a GPU.
func small() config.Compute {
	node := func(name string, id int, host string) config.Node {
		return config.Node{Name: name, VMID: id, Address: netip.AddrFrom4([4]byte{127, 53, 0, byte(id)}), Host: host}
	}
	return config.Compute{
		Endpoint: "https://127.0.0.1:8006", Insecure: true, Hosts: []string{"pve1", "pve2", "pve3"},
		ResourcePool: "k8s", Bridge: "vmbr0", Datastore: "local-lvm", ImageDatastore: "local",
		Image: config.Image{
			URL: "https://images.sandbox.test/noble.img", FileName: "noble.qcow2",
			SHA256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		},
		User: "ops", SSHKeys: []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFirst first@example"},
		PCIMappings: []config.PCIMapping{{Name: "gpu0", Devices: []config.PCIDevice{
			{Host: "pve2", ID: "10de:2204", Path: "0000:01:00.0"},
		}}},
		Disposable: true,
		Pools: []config.NodePool{
			{Name: "control-plane", Role: config.ControlPlane, Cores: 2, MemoryMiB: 4096, DiskGiB: 32,
				Nodes: []config.Node{node("k2m-1", 141, "pve1")}},
			{Name: "worker", Role: config.Worker, Cores: 8, MemoryMiB: 8192, DiskGiB: 64, DataDiskGiB: 100,
				Labels: map[string]string{"disk": "raw"},
				Nodes:  []config.Node{node("k2w-1", 131, ""), node("k2w-2", 132, "")}},
			{Name: "gpu", Role: config.Worker, Cores: 16, MemoryMiB: 65536, DiskGiB: 64, PCIMapping: "gpu0",
				Taints: []string{"nvidia.com/gpu=present:NoSchedule"},
				Nodes:  []config.Node{node("k2w-8", 138, "")}},
		},
	}
}

func TestPlan(t *testing.T) {
	nodes, err := Plan(small())
	require.NoError(t, err)
	hosts, pinned := map[string]string{}, map[string]bool{}
	for _, n := range nodes {
		hosts[n.Machine.Name], pinned[n.Machine.Name] = n.Machine.Host, n.Machine.Pinned
	}
	assert.Equal(t, map[string]string{
		"k2m-1": "pve1", "k2w-1": "pve1", "k2w-2": "pve2",
		"k2w-8": "pve2", // the only host with its card
	}, hosts)
	assert.Equal(t, map[string]bool{"k2m-1": true, "k2w-1": false, "k2w-2": false, "k2w-8": false}, pinned)
	assert.Equal(t, []string{"streamforge", "worker", "worker"}, nodes[1].Machine.Tags)
	assert.Equal(t, 100, nodes[2].Machine.DataDiskGiB)
	assert.Equal(t, "gpu0", nodes[3].Machine.PCIMapping)
	assert.Equal(t, []string{"nvidia.com/gpu=present:NoSchedule"}, nodes[3].Taints)
}

func TestPlanNamesThePoolThatCannotBePlaced(t *testing.T) {
	c := small()
	c.Pools[2].PCIMapping = "gpu7"
	_, err := Plan(c)
	require.EqualError(t, err, "pool gpu: machine 1 has no host: there is none to choose from")
}

func TestNodeLabels(t *testing.T) {
	given := map[string]string{"disk": "raw"}
	assert.Equal(t, map[string]string{"disk": "raw", ZoneLabel: "pve1"}, NodeLabels(given, "pve1"))
	assert.Equal(t, map[string]string{"disk": "raw"}, given, "the configuration was changed")
	assert.Equal(t, map[string]string{ZoneLabel: "pve1"}, NodeLabels(nil, "pve1"))
	own := map[string]string{ZoneLabel: "rack-a"}
	assert.Equal(t, own, NodeLabels(own, "pve1"))
}

package kubespray

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func dmz() Cluster {
	return Cluster{
		User: "ops", VIP: netip.MustParseAddr("192.168.1.150"), VIPInterface: "eth0",
		APIPort: 6443, APIHost: "api.k2.dmz.home", DNSDomain: "cluster.local",
		PodCIDR: netip.MustParsePrefix("10.233.64.0/18"), ServiceCIDR: netip.MustParsePrefix("10.233.0.0/18"),
		Zones: []string{"dmz.home"}, Resolver: netip.MustParseAddr("192.168.1.155"),
		Upstream: []netip.Addr{netip.MustParseAddr("192.168.1.1"), netip.MustParseAddr("9.9.9.9")},
	}
}

func nodes() []Node {
	node := func(name, address string, control bool) Node {
		return Node{
			Name: name, Address: netip.MustParseAddr(address), ControlPlane: control,
			Labels: map[string]string{"topology.kubernetes.io/zone": "pve1"},
		}
	}
	all := []Node{
		node("k2m-1", "192.168.1.41", true), node("k2m-2", "192.168.1.42", true), node("k2m-3", "192.168.1.43", true),
		node("k2w-10", "192.168.1.60", false), // before k2w-2: the order is the configuration's
		node("k2w-2", "192.168.1.52", false),
	}
	all[3].Labels["streamforge.home/gpu"] = "true"
	all[3].Taints = []string{"nvidia.com/gpu=present:NoSchedule"}
	return all
}

func TestRenderGolden(t *testing.T) {
	files, err := Render(dmz(), nodes())
	require.NoError(t, err)
	golden := filepath.Join("testdata", "inventory")
	if *update {
		require.NoError(t, os.RemoveAll(golden))
		writeTree(t, golden, files)
	}
	want := map[string]string{}
	require.NoError(t, filepath.WalkDir(golden, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, relErr := filepath.Rel(golden, path)
		require.NoError(t, relErr)
		want[filepath.ToSlash(name)] = string(content)
		return err
	}))
	assert.Equal(t, want, files, "run go test ./components/kubespray -update if the change is meant")

	again, err := Render(dmz(), nodes())
	require.NoError(t, err)
	assert.Equal(t, files, again)
}

func writeTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
}

func TestEtcdMembersAreOdd(t *testing.T) {
	for n, want := range []int{0, 1, 1, 3, 3, 5, 5, 5} {
		assert.Equal(t, want, etcdMembers(n), "%d control plane nodes", n)
	}
}

func TestControlPlaneAloneCarriesTheWorkload(t *testing.T) {
	got, err := inventory(nodes()[:2])
	require.NoError(t, err)
	groups := map[string]int{}
	for _, g := range got.All.Children {
		groups[g.Key] = len(g.Value.Hosts)
	}
	assert.Equal(t, map[string]int{"kube_control_plane": 2, "etcd": 1, "kube_node": 2, "k8s_cluster": 0}, groups)
}

func TestRenderRefusesAClusterWithoutControlPlane(t *testing.T) {
	_, err := Render(dmz(), nodes()[3:])
	require.EqualError(t, err, "no control plane node; give one pool the role control-plane")
}

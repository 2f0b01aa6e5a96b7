package proxmox

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPools(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.ok("POST", "/pools", "poolid", "k8s", "comment", "nodes")
	f.ok("POST", "/pools", "poolid", "other")
	require.Equal(t, "create pool failed: pool 'k8s' already exists", f.call("POST", "/pools", "poolid", "k8s").Reason)
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "pool", "k8s", "name", "a")
	member := f.object("/pools/k8s")["members"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"qemu/100", "qemu", 100.0, "pve1", "a"},
		[]any{member["id"], member["type"], member["vmid"], member["node"], member["name"]})
	byParameter, _ := f.ok("GET", "/pools", "poolid", "k8s").([]any)
	require.Len(t, byParameter, 1)

	require.Equal(t, "update pools failed: VM 100 belongs already to pool 'k8s' and allow-move is not set",
		f.call("PUT", "/pools/other", "vms", "100").Reason)
	f.ok("PUT", "/pools?poolid=other", "vms", "100", "allow-move", "1", "storage", "nfs")
	require.Equal(t, "other", f.vmByID(100).Pool)
	require.Equal(t, "delete pool failed: pool 'other' is not empty", f.call("DELETE", "/pools/other").Reason)
	require.Equal(t, "update pools failed: VM 100 is not a pool member",
		f.call("PUT", "/pools/k8s", "vms", "100", "delete", "1").Reason)
	f.ok("PUT", "/pools/other", "vms", "100", "storage", "nfs", "delete", "1")
	f.ok("DELETE", "/pools", "poolid", "other")
	f.ok("DELETE", "/pools/k8s")
	require.Equal(t, "pool 'k8s' does not exist", f.call("GET", "/pools", "poolid", "k8s").Reason)
	require.Equal(t, "update pools failed: VM 999 does not exist", func() string {
		f.ok("POST", "/pools", "poolid", "new")
		return f.call("PUT", "/pools/new", "vms", "999").Reason
	}())
}

func TestDownload(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	const address = "https://example.org/noble.img"
	meta := f.object("/nodes/pve1/query-url-metadata", "url", address, "verify-certificates", "1")
	args := []string{"content", "import", "filename", "noble.qcow2", "node", "pve1", "storage", "local", "url", address}
	f.done("POST", "/nodes/pve1/storage/local/download-url", args...)
	require.Equal(t, "refusing to override existing file '/var/lib/vz/import/noble.qcow2'",
		f.exit("POST", "/nodes/pve1/storage/local/download-url", args...))
	sum := strings.Repeat("0a", 32)
	summed := append([]string{"checksum-algorithm", "sha256", "checksum", sum}, args...)
	require.Equal(t, "checksum mismatch: got '' != expect '"+sum+"', aborting",
		f.exit("POST", "/nodes/pve1/storage/local/download-url", summed...))
	require.Empty(t, f.ok("GET", "/nodes/pve2/storage/local/content"), "local storage belongs to one node")
	for range 2 { // the second finds what it wants
		f.done("POST", "/nodes/pve2/storage/local/download-url", "content", "import", "filename", "noble.qcow2",
			"url", address, "checksum-algorithm", "sha256", "checksum", sum)
	}
	list, _ := f.ok("GET", "/nodes/pve1/storage/local/content", "content", "import").([]any)
	require.Len(t, list, 1)
	require.Equal(t, meta["size"], list[0].(map[string]any)["size"], "the size the provider compares")

	for _, bad := range []struct{ path, content, file, why string }{
		{"/nodes/pve1/storage/nfs", "import", "a.qcow2", "storage 'nfs' does not support content-type 'import'"},
		{"/nodes/pve1/storage/none", "import", "a.qcow2", "storage 'none' does not exist"},
		{"/nodes/pve1/storage/local", "import", "a.txt", "Parameter verification failed."},
		{"/nodes/pve1/storage/local", "snippets", "a.yaml", "Parameter verification failed."},
	} {
		r := f.call("POST", bad.path+"/download-url", "content", bad.content, "filename", bad.file, "url", address)
		require.Equal(t, bad.why, r.Reason)
	}
	f.done("DELETE", "/nodes/pve1/storage/local/content/"+url.PathEscape("local:import/noble.qcow2"))
	require.Empty(t, f.ok("GET", "/nodes/pve1/storage/local/content"))
}

func TestMappings(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	const one = "/cluster/mapping/pci/gpu0"
	f.ok("POST", "/cluster/mapping/pci", "id", "gpu0", "map", "id=10de:2204,node=pve1,path=0000:01:00.0",
		"map", "id=10de:2204,node=pve2,path=0000:02:00.0", "mdev", "0", "description", "card")
	require.Equal(t, map[string]any{"mdev": 0.0, "description": "card", "map": []any{
		"id=10de:2204,node=pve1,path=0000:01:00.0", "id=10de:2204,node=pve2,path=0000:02:00.0"}}, f.object(one))
	f.ok("PUT", one, "map", "id=10de:2204,node=pve1,path=0000:01:00.0", "delete", "description")
	require.NotContains(t, f.object(one), "description")
	require.Equal(t, 400, f.call("PUT", one, "map", "node=pve1").Status)
	f.ok("DELETE", one)
	require.Equal(t, "PCI mapping 'gpu0' does not exist", f.call("GET", one).Reason)
}

func TestHighAvailability(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100")
	f.ok("POST", "/cluster/ha/groups/", "group", "g", "type", "group", "nodes", "pve1:2,pve2", "restricted", "1")
	require.Equal(t, []any{"pve1:2,pve2", 1.0, 0.0}, func() []any {
		g := f.object("/cluster/ha/groups/g")
		return []any{g["nodes"], g["restricted"], g["nofailback"]}
	}())
	f.ok("POST", "/cluster/ha/resources/", "sid", "vm:100", "type", "vm", "state", "started", "group", "g", "comment", "c")
	require.True(t, f.vmByID(100).Running, "the manager starts it")
	f.ok("PUT", "/cluster/ha/resources/vm:100", "state", "stopped", "delete", "comment,group")
	require.False(t, f.vmByID(100).Running)
	r := f.object("/cluster/ha/resources/vm:100")
	require.NotContains(t, r, "group")
	require.NotContains(t, r, "max_restart", "only what was set is shown")
	require.Equal(t, []any{"vm:100", "vm", "stopped"}, []any{r["sid"], r["type"], r["state"]})
	require.Equal(t, "unable to remove VM 100 - used in HA resources and purge parameter not set.",
		f.call("DELETE", vm100).Reason)
	f.ok("POST", "/cluster/ha/resources/vm:100/migrate", "node", "pve2")
	f.done("DELETE", "/nodes/pve2/qemu/100", "purge", "1")
	require.Equal(t, "no such resource 'vm:100'", f.call("GET", "/cluster/ha/resources/vm:100").Reason)
	require.Equal(t, 501, f.call("GET", "/cluster/ha/rules").Status)

	nine := testOptions(t)
	nine.Version = "9.0.3"
	f = newFixture(t, nine)
	require.Equal(t, "9.0", f.object("/version")["release"])
	require.Equal(t, "ha groups have been migrated to rules", f.call("GET", "/cluster/ha/groups/g").Reason)
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100")
	f.done("POST", "/nodes/pve1/qemu", "vmid", "101")
	f.ok("POST", "/cluster/ha/rules", "rule", "apart", "type", "resource-affinity", "resources", "vm:100,vm:101",
		"affinity", "negative", "disable", "0")
	require.Equal(t, "negative", f.object("/cluster/ha/rules/apart")["affinity"])
	require.Equal(t, "no such ha rule 'x'", f.call("DELETE", "/cluster/ha/rules/x").Reason)
}

func TestNodes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "memory", "999999", "cores", "64", "tags", "b;a", "start", "1")
	require.Equal(t, []string{"a", "b"}, f.vmByID(100).Tags)
	nodes, _ := f.ok("GET", "/nodes").([]any)
	require.Len(t, nodes, 2)
	require.Len(t, f.ok("GET", "/cluster/resources"), 1+2+6)
	require.Len(t, f.ok("GET", "/cluster/status"), 3)
	require.Len(t, f.ok("GET", "/nodes/pve1/storage", "content", "images"), 2)
	require.Equal(t, 1.0, f.object("/nodes/pve1/storage/local-lvm/status")["active"])
	require.Equal(t, "/var/lib/vz", f.object("/storage/local")["path"])
	require.Equal(t, "8.4", f.object("/version")["release"])
	require.Equal(t, 128.0*(1<<30), f.object("/nodes/pve1/status")["memory"].(map[string]any)["used"])
}

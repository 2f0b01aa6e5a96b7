package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestForeignMachineStays: Proxmox' provider would take a machine over that has the configured number,
// whoever made it. One whose creation was cut off has the planned name too, and is taken over.
func TestForeignMachineStays(t *testing.T) {
	s := newSite(t, 79)
	s.machinesOnly()
	s.ok("sandbox", "start")
	s.proxmox(http.MethodPost, "/api2/json/nodes/pve2/qemu?vmid=132&name=nas", nil)
	r := s.run("up", "-s", "sandbox", "--yes")
	require.Equal(t, 3, r.code, r.out)
	require.Contains(t, r.out, "error: up of sandbox: in Proxmox, number 132 of k2w-2 belongs to nas on pve2; "+
		"give the machine a free number in compute.pools")
	require.Len(t, s.machines(), 1, "nothing was made")

	s.proxmox(http.MethodDelete, "/api2/json/nodes/pve2/qemu/132", nil)
	s.ok("up", "-s", "sandbox", "--yes")
	require.Len(t, s.machines(), 9)
	s.ok("preview", "-s", "sandbox", "--expect-no-changes")

	// A run is killed while Proxmox makes the pool and the mapping, which no provider makes twice.
	s.cutOff("proxmoxve:Permission/pool:Pool", "proxmoxve:Hardware/mapping/pci:Pci")
	out := s.ok("up", "-s", "sandbox", "--yes")
	require.Contains(t, out, "cut off while creating Pci proxmox-pci-gpu0, creating Pool proxmox-pool: first looking what became of it")
	require.Len(t, s.machines(), 9)
	s.unchanged()
}

// cutOff makes the state what a killed run leaves that was making resources of these types: they are
// noted as begun, and what waits for them is not in it.
func (s *site) cutOff(types ...string) {
	s.t.Helper()
	file := filepath.Join(s.sb.Dir(), "state", ".pulumi", "stacks", "streamforge", "sandbox.json")
	raw, err := os.ReadFile(file)
	require.NoError(s.t, err)
	var all map[string]any
	require.NoError(s.t, json.Unmarshal(raw, &all))
	latest := all["checkpoint"].(map[string]any)["latest"].(map[string]any)
	var made, begun []any
	gone := map[any]bool{} // URNs
	for _, each := range latest["resources"].([]any) {
		r := each.(map[string]any)
		after, _ := r["dependencies"].([]any)
		switch {
		case slices.Contains(types, r["type"].(string)):
			delete(r, "id")
			delete(r, "outputs")
			begun, gone[r["urn"]] = append(begun, map[string]any{"type": "creating", "resource": r}), true
		case slices.ContainsFunc(append(after, r["parent"]), func(urn any) bool { return gone[urn] }):
			gone[r["urn"]] = true
		default:
			made = append(made, r)
		}
	}
	require.Len(s.t, begun, len(types))
	latest["resources"], latest["pending_operations"] = made, begun
	raw, err = json.Marshal(all)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(file, raw, 0o600))
}

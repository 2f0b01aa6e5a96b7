package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// TestPendingCreations: Proxmox refuses to make a resource pool or a hardware mapping twice. A run that
// was killed while it made them, or did not hear that they were made, leaves only a note, and whether Proxmox has
// them is for the next run to see.
func TestPendingCreations(t *testing.T) {
	s := newSite(t, 43)
	s.machinesOnly()
	s.ok("sandbox", "start")
	s.proxmox(http.MethodPut, "/simulator/faults", []any{map[string]any{"kind": "lost-answer", "match": "POST /pools", "count": 1}})
	r := s.run("up", "-s", "sandbox", "--yes")
	require.Equal(t, 1, r.code, "the answer to a creation is lost: %s", r.out)
	s.proxmox(http.MethodPut, "/simulator/faults", []any{map[string]any{"kind": "internal-error", "match": "POST /nodes/*/qemu"}})
	r = s.run("up", "-s", "sandbox", "--yes")
	require.Equal(t, 1, r.code, "a run that ends before the first machine: %s", r.out)
	require.Contains(t, r.out, "an earlier run was cut off while creating Pool proxmox-pool")
	require.NotContains(t, r.out, "created       compute.Compute       Pool proxmox-pool")
	s.proxmox(http.MethodDelete, "/simulator/faults", nil)
	pool, mapping := "proxmoxve:Permission/pool:Pool", "proxmoxve:Hardware/mapping/pci:Pci"

	s.cutOff(pool, mapping)
	s.ok("refresh", "-s", "sandbox", "--clear-pending")
	require.Subset(t, s.stateTypes(), []string{pool, mapping}, "what Proxmox has is in the state")

	s.cutOff(pool, mapping)
	s.proxmox(http.MethodPut, "/simulator/faults", []any{map[string]any{"kind": "internal-error", "match": "GET /cluster/mapping/pci/*"}})
	r = s.run("refresh", "-s", "sandbox", "--clear-pending")
	require.Equal(t, 1, r.code, "it cannot be looked up now: %s", r.out)
	s.proxmox(http.MethodDelete, "/simulator/faults", nil)
	s.proxmox(http.MethodDelete, "/api2/json/cluster/mapping/pci/gpu0", nil)
	out := s.ok("up", "-s", "sandbox", "--yes")
	require.Contains(t, out, "an earlier run was cut off while creating Pci proxmox-pci-gpu0: ", "which is not forgotten")
	require.Contains(t, out, "created       compute.Compute       Pci proxmox-pci-gpu0", "what Proxmox lacks is made")
	require.NotContains(t, out, "created       compute.Compute       Pool proxmox-pool")
	require.Len(t, s.machines(), 9)
	s.unchanged()
}

// cutOff makes the state that of a run which was killed while it made the resources of these types: there
// is only a note of each, and nothing of what waits for them.
func (s *site) cutOff(types ...string) {
	s.t.Helper()
	s.rewrite(func(state map[string]any) {
		var pending []any
		for _, r := range without(state, func(r map[string]any) bool { return slices.Contains(types, r["type"].(string)) }) {
			delete(r, "id")
			delete(r, "outputs")
			pending = append(pending, map[string]any{"type": "creating", "resource": r})
		}
		require.Len(s.t, pending, len(types))
		state["pending_operations"] = pending
	})
}

// forget takes Helm releases out of the state, and what waits for them; the cluster keeps them.
func (s *site) forget(releases ...string) {
	s.t.Helper()
	s.rewrite(func(state map[string]any) {
		gone := without(state, func(r map[string]any) bool {
			urn := resource.URN(r["urn"].(string))
			return urn.Type() == "kubernetes:helm.sh/v3:Release" && slices.Contains(releases, urn.Name())
		})
		require.Len(s.t, gone, len(releases))
	})
}

// without takes the chosen resources out of a state and returns them; what waits for them is lost.
func without(state map[string]any, chosen func(r map[string]any) bool) (taken []map[string]any) {
	var left []any
	gone := map[any]bool{} // URNs
	for _, each := range state["resources"].([]any) {
		r := each.(map[string]any)
		after, _ := r["dependencies"].([]any)
		switch {
		case chosen(r):
			taken, gone[r["urn"]] = append(taken, r), true
		case slices.ContainsFunc(append(after, r["parent"]), func(urn any) bool { return gone[urn] }):
			gone[r["urn"]] = true
		default:
			left = append(left, r)
		}
	}
	state["resources"] = left
	return taken
}

// rewrite changes the state's file.
func (s *site) rewrite(change func(state map[string]any)) {
	s.t.Helper()
	file, checkpoint, state := s.checkpoint()
	change(state)
	raw, err := json.Marshal(checkpoint)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(file, raw, 0o600))
}

// stateTypes are the types of all resources in the state.
func (s *site) stateTypes() (types []string) {
	s.t.Helper()
	_, _, state := s.checkpoint()
	for _, r := range state["resources"].([]any) {
		types = append(types, r.(map[string]any)["type"].(string))
	}
	return types
}

// checkpoint reads the file of the state. State is a part of checkpoint.
func (s *site) checkpoint() (file string, checkpoint, state map[string]any) {
	s.t.Helper()
	file = filepath.Join(s.sb.Dir(), "state", ".pulumi", "stacks", "streamforge", "sandbox.json")
	raw, err := os.ReadFile(file)
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(raw, &checkpoint))
	return file, checkpoint, checkpoint["checkpoint"].(map[string]any)["latest"].(map[string]any)
}

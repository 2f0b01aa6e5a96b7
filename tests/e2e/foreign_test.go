package e2e_test

import (
	"net/http"
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
}

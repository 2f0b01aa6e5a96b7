package proxmox

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/require"
)

// TestProviderFaults creates one VM per fault in a single run, which must tell of
// every failure, and expects the next run to end with every VM there exactly
// once, started and with its disk grown. That run refreshes first: a VM whose
// creation broke off stands in Pulumi's state as if it were complete.
func TestProviderFaults(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	s := newSite(f)
	st := newStack(t, s.program)
	const create, start = "POST /nodes/*/qemu", "POST /nodes/*/qemu/*/status/start"
	cases := []struct {
		fault Fault
		tells string // part of the run's error, empty if the VM must be created all the same
	}{
		{Fault{Match: create, Kind: Unauthorized},
			"error creating VM: received an HTTP 401 response - Reason: invalid token value!"},
		{Fault{Match: create, Kind: InternalError},
			"received an HTTP 500 response - Reason: simulated internal error"},
		{Fault{Match: create, Kind: InternalError, Count: 1, Message: "got no worker upid"}, ""}, // is retried
		{Fault{Match: "PUT /nodes/*/qemu/*/resize", Kind: GatewayError},
			"received an HTTP 599 response - Reason: Too many redirections"},
		{Fault{Match: create, Kind: TaskFails, Message: "no space left on storage"},
			"failed to complete with exit code: no space left on storage"},
		{Fault{Match: start, Kind: TaskFails, Message: "KVM virtualisation is off"},
			"failed to complete with exit code: KVM virtualisation is off"},
		{Fault{Match: create, Kind: SlowTask, Delay: Duration(time.Second)}, ""},
		{Fault{Match: create, Kind: DropConnection}, `qemu": EOF`},
		{Fault{Match: create, Kind: LostAnswer}, `qemu": EOF`},
		{Fault{Match: start, Kind: VMVanishes, Count: 1},
			"Configuration file 'nodes/pve1/qemu-server/110.conf' does not exist"},
	}
	s.workers = len(cases)
	faults := make([]Fault, len(cases))
	for i, c := range cases {
		faults[i] = c.fault
		faults[i].VM = 101 + i
	}
	require.NoError(t, f.SetFaults(faults...))
	told := failUp(t, st, optup.ContinueOnError())
	for i, c := range cases {
		require.Contains(t, told, c.tells)
		require.Positive(t, f.Faults()[i].Struck, c.fault)
	}

	require.NoError(t, f.SetFaults())
	up(t, st, optup.Refresh())
	requireWhole(t, f, s)
	unchanged(t, up(t, st))

	require.NoError(t, f.RemoveVM(102)) // by hand; the next run brings it back and no other
	require.Equal(t, map[string]int{"same": 3 + s.workers, "create": 1}, up(t, st, optup.Refresh()))
	requireWhole(t, f, s)
}

// TestDisksThatCouldNotBeRead: the machines are there, but the network went before the provider had read their disks.
func TestDisksThatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	for name, disk := range map[string]string{"all": "*", "the first": "local-lvm:vm-101-disk-0", "the second": "local-lvm:vm-101-disk-1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, testOptions(t))
			s := newSite(f)
			st := newStack(t, s.program)
			require.NoError(t, f.SetFaults(Fault{Match: "GET /nodes/*/storage/local-lvm/content/" + disk, Kind: DropConnection}))
			require.Contains(t, failUp(t, st), "error get file local-lvm:vm-101-disk-")

			require.NoError(t, f.SetFaults())
			up(t, st, optup.Refresh())
			requireWhole(t, f, s)
			require.Len(t, f.vmByID(101).Disks, 2)
			unchanged(t, up(t, st))
			unchanged(t, refresh(t, st))
		})
	}
}

func requireWhole(t *testing.T, f *fixture, s *site) {
	t.Helper()
	vms := f.VMs()
	require.Len(t, vms, s.workers)
	for i, vm := range vms {
		require.Equal(t, 101+i, vm.ID)
		require.True(t, vm.Running, "%d", vm.ID)
		require.Equal(t, int64(s.diskGiB)<<30, vm.Disks[0].Bytes, "%d", vm.ID)
	}
}

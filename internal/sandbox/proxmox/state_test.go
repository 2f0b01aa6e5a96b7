package proxmox

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRestart: what has been answered is there after a restart, and only that.
func TestRestart(t *testing.T) {
	t.Parallel()
	opt := testOptions(t)
	f := newFixture(t, opt)
	f.ok("POST", "/pools", "poolid", "k8s", "comment", "nodes")
	f.ok("PUT", "/cluster/options", "keyboard", "de")
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "pool", "k8s", "scsi0", "local-lvm:8", "cipassword", "geheim")
	f.done("POST", vm100+"/status/start")
	config, tasks := f.object(vm100+"/config"), f.ok("GET", "/cluster/tasks")

	again := newFixture(t, opt)
	require.Equal(t, f.VMs(), again.VMs())
	require.True(t, again.vmByID(100).Running)
	require.Equal(t, config, again.object(vm100+"/config"))
	require.Equal(t, tasks, again.ok("GET", "/cluster/tasks"))
	require.Equal(t, "de", again.object("/cluster/options")["keyboard"])
	raw, err := os.ReadFile(opt.StateFile)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "geheim")
}

// TestPowerCut: tasks in flight have failed after a restart, VMs they were
// creating are gone, locks are open.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	opt := testOptions(t)
	f := newFixture(t, opt)
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "scsi0", "local-lvm:8")
	require.NoError(t, f.SetFaults(Fault{Kind: SlowTask, Delay: Duration(time.Hour)}))
	create, _ := f.ok("POST", "/nodes/pve1/qemu", "vmid", "101", "scsi0", "local-lvm:8").(string)
	f.ok("POST", vm100+"/clone", "newid", "102")
	migrate, _ := f.ok("POST", vm100+"/migrate", "target", "pve2").(string)

	again := newFixture(t, opt) // the file is all that is left of the first life
	require.Equal(t, "unexpected status", again.wait(create))
	require.Equal(t, "unexpected status", again.wait(migrate))
	require.Equal(t, []int{100}, ids(again.VMs()))
	require.Equal(t, "pve1", again.vmByID(100).Node)
	again.done("POST", vm100+"/status/start")
	again.done("POST", "/nodes/pve1/qemu", "vmid", "101", "scsi0", "local-lvm:8")
}

func ids(vms []VM) (list []int) {
	for _, vm := range vms {
		list = append(list, vm.ID)
	}
	return list
}

func TestBadState(t *testing.T) {
	t.Parallel()
	opt := testOptions(t)
	require.NoError(t, os.WriteFile(opt.StateFile, []byte(`{"vms":`), 0o600))
	_, err := New(opt)
	require.EqualError(t, err, "proxmox simulator: state "+opt.StateFile+": unexpected end of JSON input; "+
		"remove the file to start with an empty cluster")
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	_, err := New(Options{
		Token:      "root@pam=secret",
		Nodes:      []Node{{"pve1", 0, 1}, {"pve1", 1, 1}},
		Datastores: []Datastore{{Name: "a"}, {Name: "local", Nodes: []string{"pve3"}}},
		Faults:     []Fault{{Kind: "boom"}, {Kind: SlowTask, Match: "/nodes"}, {Kind: SlowTask, Count: -1}},
	})
	require.EqualError(t, err, `proxmox simulator: token: must have the form "user@realm!name=uuid"
nodes[0]: "pve1" needs cpus and memoryMiB of 1 or more, got 0 and 1
nodes[1].name: must be a unique DNS label, got "pve1"
datastores[0].name: must be a unique storage id, got "a"
datastores[1].nodes: "pve3" is not one of the nodes
faults[0]: kind: must be one of ["unauthorized" "internal-error" "599" "task-fails" "slow-task" `+
		`"drop-connection" "lost-answer" "vm-vanishes"], got "boom"
faults[1]: match: must be "METHOD /path", got "/nodes"
faults[2]: count and delay: must not be negative, got -1 and 0s`)
	_, err = New(Options{Token: testToken})
	require.EqualError(t, err, "proxmox simulator: nodes: at least one is needed")
}

// TestWatch: the reader sees the last state, however slow it is.
func TestWatch(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	ctx, cancel := context.WithCancel(t.Context())
	changes := f.Watch(ctx)
	require.Empty(t, <-changes)
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100")
	f.done("POST", vm100+"/status/start")
	f.done("POST", "/nodes/pve1/qemu", "vmid", "101")
	last := <-changes
	require.Equal(t, []int{100, 101}, ids(last))
	require.True(t, last[0].Running)
	cancel()
	require.Eventually(t, func() bool { _, open := <-changes; return !open }, 5*time.Second, time.Millisecond)
}

// TestConcurrency: many clients at once, every VM made exactly once.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	var clients sync.WaitGroup
	for n := range 16 {
		clients.Go(func() {
			for id := 100; id < 110; id++ {
				f.call("POST", fmt.Sprintf("/nodes/pve%d/qemu", 1+n%2), "vmid", fmt.Sprint(id), "scsi0", "local-lvm:1")
				f.call("GET", "/cluster/resources", "type", "vm")
				f.call("PUT", fmt.Sprintf("/nodes/pve1/qemu/%d/config", id), "cores", fmt.Sprint(1+n))
			}
		})
	}
	clients.Wait()
	f.work.Wait()
	require.Len(t, f.VMs(), 10)
	require.Len(t, f.st.Volumes, 10)
}

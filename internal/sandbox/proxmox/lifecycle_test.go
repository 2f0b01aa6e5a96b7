package proxmox

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const vm100 = "/nodes/pve1/qemu/100"

func TestPowerAndHardware(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "name", "a", "cores", "2", "memory", "2048",
		"scsi0", "local-lvm:8", "boot", "order=scsi0")
	require.Equal(t, "VM 100 not running", f.call("POST", vm100+"/status/reboot").Reason)
	f.done("POST", vm100+"/status/start", "timeout", "1800")
	require.Equal(t, "VM 100 already running", f.call("POST", vm100+"/status/start").Reason)

	f.ok("PUT", vm100+"/config", "cores", "4", "sockets", "2")
	require.Equal(t, 2, f.vmByID(100).CPUs, "the running guest keeps its CPUs")
	f.done("POST", vm100+"/status/reboot")
	require.Equal(t, 8, f.vmByID(100).CPUs)
	status := f.object(vm100 + "/status/current")
	require.Equal(t, []any{"running", 8.0, 2048.0 * (1 << 20), 8.0 * (1 << 30)},
		[]any{status["status"], status["cpus"], status["maxmem"], status["maxdisk"]})

	require.Equal(t, "VM 100 is running - destroy failed", f.call("DELETE", vm100).Reason)
	f.done("POST", vm100+"/status/shutdown", "forceStop", "1")
	f.ok("PUT", vm100+"/config", "protection", "1")
	require.Equal(t, "can't remove VM 100 - protection mode enabled", f.call("DELETE", vm100).Reason)
	f.ok("PUT", vm100+"/config", "protection", "0")
	f.done("DELETE", vm100+"/", "destroy-unreferenced-disks", "1", "purge", "1")
	require.Equal(t, reply{Status: 500, Reason: "Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist",
		Data: []byte("null"), Message: "Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist\n"},
		f.call("GET", vm100+"/status/current"))
	require.Empty(t, f.st.Volumes)
}

func TestDisks(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "scsi0", "local-lvm:8,ssd=1", "scsi1", "local-lvm:4",
		"ide2", "local-lvm:cloudinit")
	f.done("PUT", vm100+"/resize", "disk", "scsi0", "size", "10737418240")
	f.done("PUT", vm100+"/resize", "disk", "scsi0", "size", "+1G")
	require.Equal(t, "local-lvm:vm-100-disk-0,size=11G,ssd=1", f.object(vm100 + "/config")["scsi0"])
	require.Equal(t, "shrinking disks is not supported",
		f.call("PUT", vm100+"/resize", "disk", "scsi0", "size", "1G").Reason)
	require.Equal(t, "disk 'scsi7' does not exist",
		f.call("PUT", vm100+"/resize", "disk", "scsi7", "size", "1G").Reason)
	f.ok("PUT", vm100+"/config", "scsi0", "file=local-lvm:vm-100-disk-0,size=1,iothread=1")
	require.Equal(t, "local-lvm:vm-100-disk-0,iothread=1,size=11G", f.object(vm100 + "/config")["scsi0"],
		"a size in a configuration changes nothing")

	require.Equal(t, "you can't move to the same storage with same format",
		f.call("POST", vm100+"/move_disk", "disk", "scsi0", "storage", "local-lvm").Reason)
	f.done("POST", vm100+"/move_disk", "disk", "scsi0", "storage", "nfs", "format", "qcow2", "delete", "1")
	require.Equal(t, "nfs:100/vm-100-disk-0.qcow2,iothread=1,size=11G", f.object(vm100 + "/config")["scsi0"])
	volume := f.object("/nodes/pve2/storage/nfs/content/" + url.PathEscape("nfs:100/vm-100-disk-0.qcow2"))
	require.Equal(t, "qcow2", volume["format"])

	f.ok("PUT", vm100+"/config", "delete", "scsi1,ide2")
	config := f.object(vm100 + "/config")
	require.Equal(t, "local-lvm:vm-100-disk-1", config["unused0"])
	require.NotContains(t, config, "ide2")
	require.Equal(t, "cannot remove image, a guest with VMID '100' exists!",
		f.call("DELETE", "/nodes/pve1/storage/local-lvm/content/local-lvm:vm-100-disk-1").Reason)
	f.ok("PUT", vm100+"/config", "delete", "unused0")
	require.Len(t, f.st.Volumes, 1)
	f.ok("PUT", vm100+"/config", "delete", "ide2", "scsi2", "local-lvm:cloudinit")
	f.ok("PUT", vm100+"/config", "scsi2", "local-lvm:cloudinit")
	require.Len(t, f.st.Volumes, 2, "a drive made again takes the place of the old one")
}

func TestCloneAndTemplate(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "name", "tpl", "scsi0", "local-lvm:8",
		"ide2", "local-lvm:cloudinit", "net0", "model=virtio,bridge=vmbr0")
	f.done("POST", vm100+"/template")
	require.Equal(t, "local-lvm:base-100-disk-0,size=8G", f.object(vm100 + "/config")["scsi0"])
	require.Equal(t, "you can't start a vm if it's a template", f.call("POST", vm100+"/status/start").Reason)
	f.ok("POST", "/pools", "poolid", "k8s")

	require.NoError(t, f.SetFaults(Fault{Kind: SlowTask, Delay: Duration(time.Hour)}))
	upid, _ := f.ok("POST", vm100+"/clone", "newid", "107").(string)
	require.Equal(t, "VM is locked (clone)", f.call("PUT", "/nodes/pve1/qemu/107/config", "cores", "2").Reason)
	require.Equal(t, "clone", f.object("/nodes/pve1/qemu/107/status/current")["lock"])
	require.Equal(t, "unable to create VM 107 - VM 107 already exists on node 'pve1'",
		f.call("POST", vm100+"/clone", "newid", "107").Reason)
	require.NoError(t, f.SetFaults())
	f.ok("DELETE", "/nodes/pve1/tasks/"+upid)

	f.done("POST", vm100+"/clone", "newid", "107", "name", "k2w-7", "full", "1", "pool", "k8s")
	a, b := f.object(vm100+"/config"), f.object("/nodes/pve1/qemu/107/config")
	require.Equal(t, "local-lvm:vm-107-disk-0,size=8G", b["scsi0"])
	require.Equal(t, "local-lvm:vm-107-cloudinit,media=cdrom", b["ide2"])
	require.NotContains(t, b, "template")
	for _, k := range []string{"net0", "smbios1", "vmgenid", "name"} {
		require.NotEqual(t, a[k], b[k], k)
	}
	require.Equal(t, "k8s", f.vmByID(107).Pool)
	require.Equal(t, "can't clone to non-shared storage 'local-lvm'",
		f.call("POST", vm100+"/clone", "newid", "108", "target", "pve2").Reason)
	require.Equal(t, "pool 'none' does not exist", f.call("POST", vm100+"/clone", "newid", "108", "pool", "none").Reason)

	f.done("POST", "/nodes/pve1/qemu/107/migrate", "target", "pve2", "online", "1", "with-local-disks", "1")
	require.Equal(t, "pve2", f.vmByID(107).Node)
	require.Equal(t, "local-lvm:vm-107-disk-0", f.vmByID(107).Disks[0].Volume)
}

func TestDuplicateAndMissing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100")
	require.Equal(t, "unable to create VM 100 - VM 100 already exists on node 'pve1'",
		f.call("POST", "/nodes/pve2/qemu", "vmid", "100").Reason)
	require.Equal(t, map[string]string{"vmid": "property is missing and it is not optional"},
		f.call("POST", "/nodes/pve1/qemu", "name", "x").Errors)
	require.Equal(t, 500, f.call("GET", "/nodes/pve9/qemu").Status)
	require.Equal(t, 501, f.call("GET", "/nodes/pve1/qemu/100/colour").Status)
	require.Equal(t, "volume 'local:import/x.qcow2' does not exist",
		f.exit("POST", "/nodes/pve1/qemu", "vmid", "101", "scsi0", "local-lvm:0,import-from=local:import/x.qcow2"))
	require.Len(t, f.VMs(), 1, "what a failed task began is gone")
	require.Equal(t, "101", f.ok("GET", "/cluster/nextid"))
	require.Equal(t, map[string]string{"vmid": "VM 100 already exists"},
		f.call("GET", "/cluster/nextid", "vmid", "100").Errors)
}

func TestDevicesAreExclusive(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.ok("POST", "/cluster/mapping/pci", "id", "gpu0", "map", "id=10de:2204,node=pve1,path=0000:01:00.0", "mdev", "0")
	for _, id := range []string{"100", "101"} {
		f.done("POST", "/nodes/pve1/qemu", "vmid", id, "hostpci0", "mapping=gpu0,pcie=1")
	}
	f.done("POST", vm100+"/status/start")
	require.Equal(t, "PCI device '0000:01:00.0' already in use by VMID '100'",
		f.exit("POST", "/nodes/pve1/qemu/101/status/start"))
	f.done("POST", "/nodes/pve2/qemu", "vmid", "102", "hostpci0", "mapping=gpu0")
	require.Equal(t, "PCI device mapping 'gpu0' has no device on node 'pve2'",
		f.exit("POST", "/nodes/pve2/qemu/102/status/start"))
	require.Equal(t, "can't migrate VM which uses local devices: hostpci0",
		f.call("POST", vm100+"/migrate", "target", "pve2", "online", "1").Reason)
}

func TestAgent(t *testing.T) {
	t.Parallel()
	opt := testOptions(t)
	opt.GuestAgent = true
	f := newFixture(t, opt)
	const ask = vm100 + "/agent/network-get-interfaces"
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "net0", "model=virtio,macaddr=BC:24:11:00:00:07",
		"net1", "model=virtio", "ipconfig0", "ip=192.168.1.57/24,gw=192.168.1.1", "ipconfig1", "ip=dhcp")
	require.Equal(t, "No QEMU guest agent configured", f.call("GET", ask).Reason)
	f.ok("PUT", vm100+"/config", "agent", "enabled=1")
	require.Equal(t, "VM 100 is not running", f.call("GET", ask).Reason)
	f.done("POST", vm100+"/status/start")
	f.ok("POST", vm100+"/agent/ping")
	list, _ := f.object(ask)["result"].([]any)
	require.Len(t, list, 3)
	eth0, _ := list[1].(map[string]any)
	require.Equal(t, "bc:24:11:00:00:07", eth0["hardware-address"])
	require.Equal(t, []any{map[string]any{"ip-address": "192.168.1.57", "ip-address-type": "ipv4", "prefix": 24.0}},
		eth0["ip-addresses"])

	f.opt.GuestAgent = false
	require.Equal(t, "QEMU guest agent is not running", f.call("GET", ask).Reason)
}

package proxmox

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStoredConfig sends values as the provider encodes them and expects them
// back as a real node stores and shows them.
func TestStoredConfig(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/storage/local/download-url", "content", "import", "filename", "x.qcow2",
		"url", "https://example.org/x.qcow2")
	f.ok("POST", "/cluster/mapping/pci", "id", "gpu0", "map", "id=10de:2204,node=pve1,path=0000:01:00.0")
	for _, c := range []struct {
		key, sent string
		shown     any
	}{
		{"scsi0", "file=local-lvm:64,discard=on,iothread=1,replicate=1,",
			"local-lvm:vm-100-disk-0,discard=on,iothread=1,replicate=1,size=64G"},
		{"scsi1", "file=local-lvm:0,import-from=local:import/x.qcow2,format=qcow2,aio=io_uring",
			"local-lvm:vm-100-disk-1,aio=io_uring,size=3584M"},
		{"scsi2", "file=nfs:8,format=qcow2,size=1", "nfs:100/vm-100-disk-0.qcow2,size=8G"},
		{"scsi3", "local-lvm:0.5", "local-lvm:vm-100-disk-2,size=512M"},
		{"ide2", "file=local-lvm:cloudinit,", "local-lvm:vm-100-cloudinit,media=cdrom"},
		{"ide3", "file=none,media=cdrom", "none,media=cdrom"},
		{"efidisk0", "file=local-lvm:1,format=raw,efitype=4m,pre-enrolled-keys=0",
			"local-lvm:vm-100-disk-3,efitype=4m,pre-enrolled-keys=0,size=4M"},
		{"tpmstate0", "file=local-lvm:1,version=v2.0", "local-lvm:vm-100-disk-4,size=4M,version=v2.0"},
		{"net0", "model=virtio,bridge=vmbr0,firewall=0,macaddr=bc:24:11:00:00:07",
			"virtio=BC:24:11:00:00:07,bridge=vmbr0,firewall=0"},
		{"ipconfig0", "gw=192.168.1.1,ip=192.168.1.57/24", "gw=192.168.1.1,ip=192.168.1.57/24"},
		{"hostpci0", "mapping=gpu0,pcie=1,rombar=1,x-vga=0", "mapping=gpu0,pcie=1,rombar=1,x-vga=0"},
		{"tags", "worker;k8s;Worker", "k8s;worker"},
		{"cipassword", "geheim", "**********"},
		{"sshkeys", "ssh-ed25519%20AAAA%20me", "ssh-ed25519%20AAAA%20me"},
		{"agent", "enabled=1,fstrim_cloned_disks=0,type=virtio", "enabled=1,fstrim_cloned_disks=0,type=virtio"},
		{"memory", "16384", "16384"},
		{"balloon", "0", 0.0},
		{"cores", "8", 8.0},
		{"numa", "0", 0.0},
		{"onboot", "yes", 1.0},
		{"cpulimit", "1.5", 1.5},
		{"cpu", "host", "host"},
		{"boot", "order=scsi0;net0", "order=scsi0;net0"},
		{"serial0", "socket", "socket"},
		{"name", "k2w-7", "k2w-7"},
	} {
		args := []string{c.key, c.sent}
		if c.key == "scsi0" {
			f.done("POST", "/nodes/pve1/qemu", append(args, "vmid", "100")...)
		} else {
			f.ok("PUT", "/nodes/pve1/qemu/100/config", args...)
		}
		require.Equal(t, c.shown, f.object("/nodes/pve1/qemu/100/config")[c.key], c.key)
	}
	config := f.object("/nodes/pve1/qemu/100/config")
	require.Regexp(t, `^uuid=[0-9a-f-]{36}$`, config["smbios1"])
	require.Regexp(t, `^[0-9a-f]{40}$`, config["digest"])
	require.NotContains(t, config, "lock")
}

// TestRefusedConfig: every value here is refused, and nothing is left of it.
func TestRefusedConfig(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	f.done("POST", "/nodes/pve1/qemu", "vmid", "100", "scsi0", "local-lvm:8")
	const unknown = "property is not defined in schema and the schema does not allow additional properties"
	before := f.object("/nodes/pve1/qemu/100/config")
	for _, c := range []struct {
		key, sent string
		status    int
		why       string // reason phrase, or the text beside the parameter
	}{
		{"scsi1", "nowhere:8", 500, "storage 'nowhere' does not exist"},
		{"scsi1", "local:8", 500, "storage 'local' does not support content-type 'images'"},
		{"scsi1", "local-lvm:vm-100-disk-9", 500, "volume 'local-lvm:vm-100-disk-9' does not exist"},
		{"scsi1", "local-lvm:0,import-from=local:import/no.qcow2", 500,
			"volume 'local:import/no.qcow2' does not exist"},
		{"scsi1", "local-lvm:0,import-from=/etc/passwd", 500, "Only root can pass arbitrary filesystem paths."},
		{"scsi31", "local-lvm:8", 400, unknown},
		{"scsi01", "local-lvm:8", 400, unknown},
		{"colour", "red", 400, unknown},
		{"cores", "many", 400, "type check ('integer') failed - got 'many'"},
		{"cores", "0", 400, "value must have a minimum value of 1"},
		{"onboot", "maybe", 400, "type check ('boolean') failed - got 'maybe'"},
		{"bios", "efi", 400, "value 'efi' does not have a value in the enumeration 'seabios, ovmf'"},
		{"name", "k2w_7", 400, "invalid format - value 'k2w_7' does not match the required form"},
		{"net0", "bridge=vmbr0", 400, "invalid format - format error\nmodel: property is missing and it is not optional"},
		{"net0", "virtio=zz", 400, "invalid format - format error\nmacaddr: value 'zz' is not a MAC address"},
		{"ipconfig0", "ip=192.168.1.300/24", 400, "invalid format - format error\nip: invalid format - value does not " +
			"look like a valid network, got '192.168.1.300/24'"},
		{"ipconfig0", "gw=192.168.1.1", 400, "invalid format - format error\ngw: missing associated requirement - ip"},
		{"sshkeys", "nonsense", 500, "SSH public key validation error"},
		{"boot", "order=floppy", 400, "invalid format - format error\norder: invalid format - 'floppy' is not bootable"},
		{"hostpci0", "0000:01:00.0", 500, "only root can set 'hostpci0' config for non-mapped devices"},
		{"hostpci0", "mapping=gpu9", 500, "PCI mapping 'gpu9' does not exist"},
		{"args", "-cpu host", 500, "only root can set 'args' config"},
		{"affinity", "0-3", 500, "only root can set 'affinity' config"},
		{"delete", "colour", 400, "unknown option 'colour'"},
		{"digest", "0123", 500, "detected modified configuration - file changed by other user? Try again."},
	} {
		r := f.call("PUT", "/nodes/pve1/qemu/100/config", "scsi9", "local-lvm:1", c.key, c.sent)
		require.Equal(t, c.status, r.Status, "%s=%s", c.key, c.sent)
		if c.status == 400 {
			require.Equal(t, map[string]string{c.key: c.why}, r.Errors)
			require.Equal(t, "Parameter verification failed.", r.Reason)
		} else {
			require.Equal(t, c.why, r.Reason)
			require.Equal(t, c.why+"\n", r.Message)
		}
	}
	require.Equal(t, before, f.object("/nodes/pve1/qemu/100/config"))
	require.Len(t, f.st.Volumes, 1)
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, bytes := range map[string]int64{
		"64G": 64 << 30, "3584M": 3584 << 20, "4M": 4 << 20, "1T": 1 << 40, "528K": 528 << 10, "1000": 1000, "0": 0,
	} {
		require.Equal(t, text, formatSize(bytes))
		n, err := parseSize(text)
		require.NoError(t, err)
		require.Equal(t, bytes, n)
	}
	_, err := parseSize("5X")
	require.EqualError(t, err, "500 unable to parse size '5X'")
}

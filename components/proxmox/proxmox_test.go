package proxmox

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	vmType    = "proxmoxve:VM/virtualMachine:VirtualMachine"
	imageType = "proxmoxve:Download/file:File"
	sum       = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

func run(t *testing.T, a Args) (*kubetest.Graph, *Proxmox, error) {
	t.Helper()
	var made *Proxmox
	g, err := kubetest.TryRun(func(ctx *pulumi.Context) (err error) {
		made, err = New(ctx, "proxmox", a)
		return err
	})
	return g, made, err
}

func site() Args {
	return Args{
		Endpoint: "https://pve1.dmz.home:8006", Token: pulumi.String("pulumi@pve!ci=0000"),
		ResourcePool: "k8s", Datastore: "local-lvm", ImageDatastore: "local",
		Image:   Image{URL: "https://images.example/noble.img", FileName: "noble.qcow2", SHA256: sum},
		Account: Account{User: "ops", SSHKeys: []string{"ssh-ed25519 AAAA ops"}},
		Network: Network{
			Bridge: "vmbr0", LAN: netip.MustParsePrefix("192.168.1.0/24"), Gateway: netip.MustParseAddr("192.168.1.1"),
			DNS: []netip.Addr{netip.MustParseAddr("192.168.1.2"), netip.MustParseAddr("192.168.1.1")}, Domain: "dmz.home",
		},
		Machines: []Machine{{
			Name: "k2w-7", VMID: 107, Address: netip.MustParseAddr("192.168.1.57"), Host: "pve1",
			Tags: []string{"streamforge", "Worker", "big", "worker"}, Cores: 8, MemoryMiB: 16384, DiskGiB: 64,
		}},
	}
}

func TestMachineHasWhatItsConfigurationSays(t *testing.T) {
	r, made, err := run(t, site())
	require.NoError(t, err)
	v := r.Get(t, vmType, "proxmox-k2w-7")
	for path, want := range map[string]any{
		"name": "k2w-7", "vmId": 107.0, "nodeName": "pve1", "poolId": "k8s",
		"tags":    []any{"big", "streamforge", "worker"},
		"machine": "q35", "bios": nil, "hostpcis": nil, "scsiHardware": "virtio-scsi-single",
		"cpu.type": "host", "cpu.cores": 8.0, "memory.dedicated": 16384.0, "memory.floating": 0.0,
		"disks.0.interface": "scsi0", "disks.0.importFrom": "proxmox-image-pve1-id", "disks.0.size": 64.0,
		"disks.1":                         nil,
		"networkDevices.0.bridge":         "vmbr0",
		"networkDevices.0.vlanId":         nil,
		"initialization.ipConfigs.0.ipv4": map[string]any{"address": "192.168.1.57/24", "gateway": "192.168.1.1"},
		"initialization.dns":              map[string]any{"domain": "dmz.home", "servers": []any{"192.168.1.2", "192.168.1.1"}},
		"initialization.userAccount":      map[string]any{"username": "ops", "keys": []any{"ssh-ed25519 AAAA ops"}},
		"agent.enabled":                   false, // or every create waits 15 minutes
		"rebootAfterUpdate":               false,
		"migrate":                         true,
	} {
		assert.Equal(t, want, v.At(path), path)
	}
	assert.True(t, v.Protect)
	assert.Equal(t, []string{"initialization.userAccount", "disks[0].importFrom", "nodeName"},
		v.Request.GetIgnoreChanges())
	assert.Len(t, made.Ready, 1)
	assert.Equal(t, "k2w-7", made.Machines[0].Name)
}

func TestMachineWithEveryOption(t *testing.T) {
	a := site()
	a.Disposable, a.Insecure, a.ImageShared, a.Network.VLAN = true, true, true, 20
	a.Mappings = []Mapping{{Name: "gpu0", Devices: []Device{
		{Host: "pve1", ID: "10de:2204", Path: "0000:01:00.0"},
		{Host: "pve2", ID: "10de:2204", Path: "0000:02:00.0", IOMMUGroup: 12},
	}}}
	m := &a.Machines[0]
	m.Pinned, m.DataDiskGiB, m.PCIMapping = true, 200, "gpu0"
	r, _, err := run(t, a)
	require.NoError(t, err)

	v := r.Get(t, vmType, "proxmox-k2w-7")
	for path, want := range map[string]any{
		"bios": "ovmf", "efiDisk.type": "4m", "efiDisk.preEnrolledKeys": false,
		"hostpcis.0":        map[string]any{"device": "hostpci0", "mapping": "gpu0", "pcie": true},
		"disks.1.interface": "scsi1", "disks.1.size": 200.0, "disks.1.importFrom": nil,
		"disks.1.serial": "data", "disks.1.backup": false,
		"networkDevices.0.vlanId": 20.0,
	} {
		assert.Equal(t, want, v.At(path), path)
	}
	assert.False(t, v.Protect)
	assert.True(t, v.DependsOn("proxmox-pci-gpu0"), v.Dependencies)
	assert.Equal(t, []string{"initialization.userAccount", "disks[0].importFrom"},
		v.Request.GetIgnoreChanges(), "a host that a person chose must be obeyed")

	gpu := r.Get(t, "proxmoxve:Hardware/mapping/pci:Pci", "proxmox-pci-gpu0")
	assert.Equal(t, []any{
		map[string]any{"id": "10de:2204", "node": "pve1", "path": "0000:01:00.0"},
		map[string]any{"id": "10de:2204", "node": "pve2", "path": "0000:02:00.0", "iommuGroup": 12.0},
	}, gpu.At("maps"))
}

func TestProviderIsPinnedAndItsTokenSecret(t *testing.T) {
	r, _, err := run(t, site())
	require.NoError(t, err)
	provider := r.Get(t, "pulumi:providers:proxmoxve", "proxmox")
	assert.Equal(t, "https://pve1.dmz.home:8006", provider.At("endpoint"))
	assert.True(t, provider.Secret("apiToken"))
	assert.Equal(t, pins.ProxmoxPlugin, provider.Request.GetVersion())
	assert.Equal(t, pins.ProxmoxPluginServer, provider.Request.GetPluginDownloadURL())
	for _, o := range r.All {
		if o.Request.GetCustom() && o.Name != "proxmox" {
			assert.Contains(t, o.Request.GetProvider(), "$pulumi:providers:proxmoxve::proxmox::", o.Name)
		}
	}
}

func TestImageIsFetchedWhereMachinesAre(t *testing.T) {
	a := site()
	for i, host := range []string{"pve3", "pve1"} {
		a.Machines = append(a.Machines, Machine{
			Name: "k2w-" + string(rune('1'+i)), VMID: 101 + i, Host: host, Address: netip.MustParseAddr("192.168.1.51"),
		})
	}
	images := func(r *kubetest.Graph) (names []string) {
		for _, made := range r.All {
			if made.Type == imageType {
				names = append(names, made.Name)
			}
		}
		slices.Sort(names)
		return names
	}
	r, _, err := run(t, a)
	require.NoError(t, err)
	assert.Equal(t, []string{"proxmox-image-pve1", "proxmox-image-pve3"}, images(r))
	image := r.Get(t, imageType, "proxmox-image-pve3")
	for path, want := range map[string]any{
		"nodeName": "pve3", "datastoreId": "local", "contentType": "import", "overwrite": false,
		"fileName": "noble-0123456789ab.qcow2", "checksum": sum, "checksumAlgorithm": "sha256",
	} {
		assert.Equal(t, want, image.At(path), path)
	}

	a.ImageShared = true
	r, _, err = run(t, a)
	require.NoError(t, err)
	assert.Equal(t, []string{"proxmox-image"}, images(r))
	assert.Equal(t, "proxmox-image-id", r.Get(t, vmType, "proxmox-k2w-1").At("disks.0.importFrom"))
}

func TestUnknownMappingIsRefused(t *testing.T) {
	a := site()
	a.Machines[0].PCIMapping = "gpu7"
	_, _, err := run(t, a)
	require.ErrorContains(t, err, `machine k2w-7: pci mapping "gpu7" is not declared`)
}

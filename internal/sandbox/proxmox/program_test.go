package proxmox

import (
	"fmt"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/download"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/hardware/mapping"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/permission"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/vm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// site is what the test program declares; tests change it between runs.
type site struct {
	url, token    string
	workers       int // VMs 101, 102 ...
	gpu           bool
	cores, memory int
	diskGiB       int
	sshKey        string
	image         string // file name, carries the version
	reboot, agent bool
}

func newSite(f *fixture) *site {
	return &site{url: f.url, token: testToken, workers: 1, cores: 2, memory: 2048, diskGiB: 20, reboot: true,
		sshKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFirst first@example", image: "noble-1.qcow2"}
}

// program declares a pool, an image, workers and perhaps a GPU worker.
func (s *site) program(ctx *pulumi.Context) error {
	provider, err := proxmoxve.NewProvider(ctx, "pve", &proxmoxve.ProviderArgs{
		Endpoint: pulumi.String(s.url), ApiToken: pulumi.String(s.token), Insecure: pulumi.Bool(true),
	})
	if err != nil {
		return err
	}
	with := pulumi.Provider(provider)
	pool, err := permission.NewPool(ctx, "pool", &permission.PoolArgs{
		PoolId: pulumi.String("k8s"), Comment: pulumi.String("cluster nodes"),
	}, with)
	if err != nil {
		return err
	}
	image, err := download.NewFile(ctx, "image", &download.FileArgs{
		NodeName: pulumi.String("pve1"), DatastoreId: pulumi.String("local"), Overwrite: pulumi.Bool(false),
		ContentType: pulumi.String("import"), FileName: pulumi.String(s.image),
		Url: pulumi.String("https://cloud-images.example/" + s.image),
	}, with)
	if err != nil {
		return err
	}
	keep := pulumi.IgnoreChanges([]string{"disks[0].importFrom"})
	for i := range s.workers {
		name := fmt.Sprintf("k2w-%d", i+1)
		if _, err = vm.NewVirtualMachine(ctx, name, s.vmArgs(101+i, name, pool, image), with, keep); err != nil {
			return err
		}
	}
	if !s.gpu {
		return nil
	}
	card, err := mapping.NewPci(ctx, "gpu0", &mapping.PciArgs{
		Name: pulumi.String("gpu0"),
		Maps: mapping.PciMapTypeArray{mapping.PciMapTypeArgs{
			Id: pulumi.String("10de:2204"), Node: pulumi.String("pve1"), Path: pulumi.String("0000:01:00.0"),
		}},
	}, with)
	if err != nil {
		return err
	}
	_, err = vm.NewVirtualMachine(ctx, "k2w-9", s.gpuArgs(pool, image, card), with, keep)
	return err
}

func (s *site) vmArgs(id int, name string, pool *permission.Pool, image *download.File) *vm.VirtualMachineArgs {
	return &vm.VirtualMachineArgs{
		NodeName: pulumi.String("pve1"), VmId: pulumi.Int(id), Name: pulumi.String(name),
		PoolId: pool.PoolId, Tags: pulumi.ToStringArray([]string{"k8s", "streamforge", "worker"}),
		OnBoot: pulumi.Bool(true), StopOnDestroy: pulumi.Bool(true), RebootAfterUpdate: pulumi.Bool(s.reboot),
		ScsiHardware:    pulumi.String("virtio-scsi-single"),
		Agent:           vm.VirtualMachineAgentArgs{Enabled: pulumi.Bool(s.agent)},
		Cpu:             vm.VirtualMachineCpuArgs{Cores: pulumi.Int(s.cores), Type: pulumi.String("host")},
		Memory:          vm.VirtualMachineMemoryArgs{Dedicated: pulumi.Int(s.memory)},
		OperatingSystem: vm.VirtualMachineOperatingSystemArgs{Type: pulumi.String("l26")},
		SerialDevices: vm.VirtualMachineSerialDeviceArray{
			vm.VirtualMachineSerialDeviceArgs{Device: pulumi.String("socket")}},
		BootOrders: pulumi.ToStringArray([]string{"scsi0"}),
		Disks: vm.VirtualMachineDiskArray{
			vm.VirtualMachineDiskArgs{
				Interface: pulumi.String("scsi0"), DatastoreId: pulumi.String("local-lvm"),
				ImportFrom: image.ID(), Size: pulumi.Int(s.diskGiB), Discard: pulumi.String("on"),
				Iothread: pulumi.Bool(true), Speed: unlimited(),
			},
			vm.VirtualMachineDiskArgs{
				Interface: pulumi.String("scsi1"), DatastoreId: pulumi.String("local-lvm"),
				FileFormat: pulumi.String("raw"), Size: pulumi.Int(50), Speed: unlimited(),
			},
		},
		NetworkDevices: vm.VirtualMachineNetworkDeviceArray{
			vm.VirtualMachineNetworkDeviceArgs{Bridge: pulumi.String("vmbr0")}},
		Initialization: s.cloudInit(id),
	}
}

// unlimited is a limit nothing reaches. Without any, the bridge asks for zeros
// that the provider never reads back, and every run updates every VM.
func unlimited() vm.VirtualMachineDiskSpeedArgs {
	return vm.VirtualMachineDiskSpeedArgs{Read: pulumi.Int(10000), Write: pulumi.Int(10000)} // MB/s
}

func (s *site) cloudInit(id int) vm.VirtualMachineInitializationArgs {
	return vm.VirtualMachineInitializationArgs{
		DatastoreId: pulumi.String("local-lvm"),
		Dns: vm.VirtualMachineInitializationDnsArgs{
			Domain: pulumi.String("dmz.home"), Servers: pulumi.ToStringArray([]string{"192.168.1.2", "192.168.1.1"}),
		},
		IpConfigs: vm.VirtualMachineInitializationIpConfigArray{vm.VirtualMachineInitializationIpConfigArgs{
			Ipv4: vm.VirtualMachineInitializationIpConfigIpv4Args{
				Address: pulumi.Sprintf("192.168.1.%d/24", id), Gateway: pulumi.String("192.168.1.1"),
			},
		}},
		UserAccount: vm.VirtualMachineInitializationUserAccountArgs{
			Username: pulumi.String("ubuntu"), Keys: pulumi.ToStringArray([]string{s.sshKey}),
		},
	}
}

func (s *site) gpuArgs(pool *permission.Pool, image *download.File, card *mapping.Pci) *vm.VirtualMachineArgs {
	a := s.vmArgs(109, "k2w-9", pool, image)
	a.Machine, a.Bios = pulumi.String("q35"), pulumi.String("ovmf")
	a.EfiDisk = vm.VirtualMachineEfiDiskArgs{
		DatastoreId: pulumi.String("local-lvm"), Type: pulumi.String("4m"), PreEnrolledKeys: pulumi.Bool(false),
	}
	a.Hostpcis = vm.VirtualMachineHostpciArray{vm.VirtualMachineHostpciArgs{
		Device: pulumi.String("hostpci0"), Mapping: card.Name, Pcie: pulumi.Bool(true),
	}}
	return a
}

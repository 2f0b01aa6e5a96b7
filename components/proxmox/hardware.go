package proxmox

import (
	"net/netip"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/vm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// disks are the system disk, imported from the image, and the raw one for replicated storage.
func (b *builder) disks(m Machine, image pulumi.IDOutput) vm.VirtualMachineDiskArray {
	system := vm.VirtualMachineDiskArgs{
		Interface:   pulumi.String("scsi0"),
		DatastoreId: pulumi.String(b.args.Datastore),
		ImportFrom:  image.ToStringOutput(),
		Size:        pulumi.Int(m.DiskGiB),
		Discard:     pulumi.String("on"),
		Iothread:    pulumi.Bool(true),
		Ssd:         pulumi.Bool(true),
		Speed:       unlimited(),
	}
	if m.DataDiskGiB == 0 {
		return vm.VirtualMachineDiskArray{system}
	}
	return vm.VirtualMachineDiskArray{system, vm.VirtualMachineDiskArgs{
		Interface:   pulumi.String("scsi1"),
		DatastoreId: pulumi.String(b.args.Datastore),
		FileFormat:  pulumi.String("raw"),
		Size:        pulumi.Int(m.DataDiskGiB),
		Serial:      pulumi.String(DataDiskSerial),
		Discard:     pulumi.String("on"),
		Iothread:    pulumi.Bool(true),
		Ssd:         pulumi.Bool(true),
		// Its content is replicated and backed up inside the cluster; half of a replica is no backup.
		Backup: pulumi.Bool(false),
		Speed:  unlimited(),
	}}
}

// unlimited is a limit no disk reaches, in MB/s. With none at all the provider reads back another
// value than it was given, and every run would change every machine (pulumi-proxmoxve#664).
func unlimited() vm.VirtualMachineDiskSpeedArgs {
	return vm.VirtualMachineDiskSpeedArgs{Read: pulumi.Int(10000), Write: pulumi.Int(10000)}
}

// addDevice gives the machine its PCI device. A passed-through GPU wants PCI Express, UEFI, and
// secure boot off, because the driver pod builds an unsigned kernel module.
func (b *builder) addDevice(args *vm.VirtualMachineArgs, m Machine) {
	args.Bios = pulumi.String("ovmf")
	args.EfiDisk = vm.VirtualMachineEfiDiskArgs{
		DatastoreId:     pulumi.String(b.args.Datastore),
		FileFormat:      pulumi.String("raw"),
		Type:            pulumi.String("4m"),
		PreEnrolledKeys: pulumi.Bool(false),
	}
	args.Hostpcis = vm.VirtualMachineHostpciArray{vm.VirtualMachineHostpciArgs{
		Device: pulumi.String("hostpci0"), Mapping: pulumi.String(m.PCIMapping), Pcie: pulumi.Bool(true),
	}}
}

func (b *builder) nic() vm.VirtualMachineNetworkDeviceArgs {
	nic := vm.VirtualMachineNetworkDeviceArgs{
		Bridge: pulumi.String(b.args.Network.Bridge), Model: pulumi.String("virtio"),
	}
	if b.args.Network.VLAN > 0 {
		nic.VlanId = pulumi.Int(b.args.Network.VLAN)
	}
	return nic
}

func (b *builder) cloudInit(m Machine) vm.VirtualMachineInitializationArgs {
	net := b.args.Network
	servers := pulumi.StringArray{}
	for _, s := range net.DNS {
		servers = append(servers, pulumi.String(s.String()))
	}
	return vm.VirtualMachineInitializationArgs{
		DatastoreId: pulumi.String(b.args.Datastore),
		Dns:         vm.VirtualMachineInitializationDnsArgs{Domain: pulumi.String(net.Domain), Servers: servers},
		IpConfigs: vm.VirtualMachineInitializationIpConfigArray{vm.VirtualMachineInitializationIpConfigArgs{
			Ipv4: vm.VirtualMachineInitializationIpConfigIpv4Args{
				Address: pulumi.String(netip.PrefixFrom(m.Address, net.LAN.Bits()).String()),
				Gateway: pulumi.String(net.Gateway.String()),
			},
		}},
		UserAccount: vm.VirtualMachineInitializationUserAccountArgs{
			Username: pulumi.String(b.args.Account.User),
			Keys:     pulumi.ToStringArray(b.args.Account.SSHKeys),
		},
	}
}

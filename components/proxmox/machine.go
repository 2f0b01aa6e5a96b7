package proxmox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/vm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// DataDiskSerial is the serial number of the second disk: in the guest the disk is
// /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_<serial>, whatever letter the kernel gives it.
const DataDiskSerial = "data"

// Seconds. A hung host then fails a run in minutes, not in the provider's half hour.
const (
	createTimeout = 900 // the import of the image included
	powerTimeout  = 300
)

// machine makes one virtual machine.
func (b *builder) machine(m Machine) (Running, error) {
	image, ok := b.images[m.Host]
	if !ok {
		return Running{}, fmt.Errorf("machine %s: no image on host %q", m.Name, m.Host)
	}
	args := b.base(m)
	args.Disks = b.disks(m, image)
	opts := b.with(pulumi.IgnoreChanges(birthOnly(m)))
	if !b.args.Disposable {
		opts = append(opts, pulumi.Protect(true))
	}
	if m.PCIMapping != "" {
		mapped, ok := b.mappings[m.PCIMapping]
		if !ok {
			return Running{}, fmt.Errorf("machine %s: pci mapping %q is not declared", m.Name, m.PCIMapping)
		}
		b.addDevice(args, m)
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{mapped}))
	}
	v, err := vm.NewVirtualMachine(b.ctx, b.name+"-"+m.Name, args, opts...)
	if err != nil {
		return Running{}, fmt.Errorf("machine %s: %w", m.Name, err)
	}
	return Running{Name: m.Name, Address: address(m.Name, v), Host: v.NodeName, VM: v}, nil
}

// birthOnly lists the inputs that count when a machine is made and never again: its account (the
// guest reads it at first boot, and Ansible rotates keys on a living one), its image, and a
// placement nobody asked for.
func birthOnly(m Machine) []string {
	paths := []string{"initialization.userAccount", "disks[0].importFrom"}
	if !m.Pinned {
		paths = append(paths, "nodeName")
	}
	return paths
}

func (b *builder) base(m Machine) *vm.VirtualMachineArgs {
	return &vm.VirtualMachineArgs{
		Name:     pulumi.String(m.Name),
		VmId:     pulumi.Int(m.VMID),
		NodeName: pulumi.String(m.Host),
		Migrate:  pulumi.Bool(true), // a change of host must never replace the machine
		PoolId:   b.pool.PoolId,
		Tags:     pulumi.ToStringArray(tags(m.Tags)),
		OnBoot:   pulumi.Bool(true),
		Started:  pulumi.Bool(true),
		// A node is drained before it restarts. Nobody here does that, so a change that needs a
		// restart waits in Proxmox as a pending one.
		RebootAfterUpdate: pulumi.Bool(false),
		// Cloud images bring no guest agent; waiting for one costs 15 minutes a machine.
		Agent:         vm.VirtualMachineAgentArgs{Enabled: pulumi.Bool(false)},
		StopOnDestroy: pulumi.Bool(true), // without an agent a clean shutdown is a guess

		Machine:         pulumi.String("q35"),
		ScsiHardware:    pulumi.String("virtio-scsi-single"),
		BootOrders:      pulumi.ToStringArray([]string{"scsi0"}),
		OperatingSystem: vm.VirtualMachineOperatingSystemArgs{Type: pulumi.String("l26")},
		SerialDevices: vm.VirtualMachineSerialDeviceArray{ // cloud images log there
			vm.VirtualMachineSerialDeviceArgs{Device: pulumi.String("socket")},
		},
		Cpu:    vm.VirtualMachineCpuArgs{Type: pulumi.String("host"), Cores: pulumi.Int(m.Cores)},
		Memory: vm.VirtualMachineMemoryArgs{Dedicated: pulumi.Int(m.MemoryMiB), Floating: pulumi.Int(0)},

		NetworkDevices: vm.VirtualMachineNetworkDeviceArray{b.nic()},
		Initialization: b.cloudInit(m),

		TimeoutCreate:     pulumi.Int(createTimeout),
		TimeoutStartVm:    pulumi.Int(powerTimeout),
		TimeoutStopVm:     pulumi.Int(powerTimeout),
		TimeoutShutdownVm: pulumi.Int(powerTimeout),
	}
}

// tags are stored by Proxmox sorted and in lower case; anything else would be an eternal difference.
func tags(given []string) []string {
	var out []string
	for _, t := range given {
		out = append(out, strings.ToLower(t))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// address takes the machine's address from its own cloud-init, so that who uses it waits for the
// machine and sees what it really has.
func address(name string, v *vm.VirtualMachine) pulumi.StringOutput {
	cidr := v.Initialization.IpConfigs().Index(pulumi.Int(0)).Ipv4().Address()
	plain := cidr.ApplyT(func(s *string) (string, error) {
		if s == nil {
			return "", fmt.Errorf("machine %s: proxmox reports no address in its cloud-init", name)
		}
		ip, _, _ := strings.Cut(*s, "/")
		return ip, nil
	}).(pulumi.StringOutput)
	// The provider calls all of a machine's cloud-init secret because a password could be in it; the
	// address is not, and people have to see it.
	return pulumi.Unsecret(plain).(pulumi.StringOutput)
}

package proxmox

import (
	"testing"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/cluster"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/ha"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/permission"
	pools "github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/pool"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/vm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// TestProviderClones goes through what the platform does not use today: a
// template, a clone of it, membership of a pool, high availability, options.
func TestProviderClones(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	st := newStack(t, func(ctx *pulumi.Context) error {
		provider, err := proxmoxve.NewProvider(ctx, "pve", &proxmoxve.ProviderArgs{
			Endpoint: pulumi.String(f.url), ApiToken: pulumi.String(testToken), Insecure: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		return clones(ctx, pulumi.Provider(provider))
	})
	up(t, st)
	require.Equal(t, []int{100, 101}, ids(f.VMs()))
	require.True(t, f.vmByID(100).Template)
	clone := f.vmByID(101)
	require.True(t, clone.Running)
	require.Equal(t, "k8s", clone.Pool)
	require.Equal(t, Disk{"scsi0", "local-lvm:vm-101-disk-0", 12 << 30}, clone.Disks[0])
	unchanged(t, up(t, st))
	unchanged(t, refresh(t, st))
	destroy(t, st)
	require.Empty(t, f.VMs())
	require.Empty(t, f.st.HA.Resources)
}

func clones(ctx *pulumi.Context, with pulumi.ResourceOption) error {
	disk := func(gib int) vm.VirtualMachineDiskArray {
		return vm.VirtualMachineDiskArray{vm.VirtualMachineDiskArgs{Interface: pulumi.String("scsi0"),
			DatastoreId: pulumi.String("local-lvm"), Size: pulumi.Int(gib), Speed: unlimited()}}
	}
	template, err := vm.NewVirtualMachine(ctx, "template", &vm.VirtualMachineArgs{
		NodeName: pulumi.String("pve1"), VmId: pulumi.Int(100), Name: pulumi.String("template"),
		Template: pulumi.Bool(true), Started: pulumi.Bool(false), Disks: disk(8),
	}, with)
	if err != nil {
		return err
	}
	clone, err := vm.NewVirtualMachine(ctx, "clone", &vm.VirtualMachineArgs{
		NodeName: pulumi.String("pve1"), VmId: pulumi.Int(101), Name: pulumi.String("clone"), Disks: disk(12),
		Clone:         vm.VirtualMachineCloneArgs{VmId: template.VmId, Full: pulumi.Bool(true)},
		StopOnDestroy: pulumi.Bool(true),
	}, with, pulumi.IgnoreChanges([]string{"poolId"})) // the membership below owns it
	if err != nil {
		return err
	}
	group, err := permission.NewPool(ctx, "pool", &permission.PoolArgs{PoolId: pulumi.String("k8s")}, with)
	if err != nil {
		return err
	}
	_, err = pools.NewMembership(ctx, "member", &pools.MembershipArgs{PoolId: group.PoolId, VmId: clone.VmId}, with)
	if err != nil {
		return err
	}
	_, err = ha.NewHAResource(ctx, "ha", &ha.HAResourceArgs{
		ResourceId: pulumi.Sprintf("vm:%d", clone.VmId), State: pulumi.String("started"),
	}, with)
	if err != nil {
		return err
	}
	_, err = cluster.NewOptions(ctx, "options", &cluster.OptionsArgs{
		Keyboard: pulumi.String("de"), MaxWorkers: pulumi.Int(5),
	}, with)
	return err
}

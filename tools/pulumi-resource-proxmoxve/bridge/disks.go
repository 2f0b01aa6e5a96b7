package bridge

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

const machines = "proxmox_virtual_environment_vm"

// readEveryDisk mends what bpg's provider makes of a machine whose disks could not be read to their end, as when the
// network goes while it creates one: it keeps each of them as a disk without any value, looks from then on only for
// disks that it knows by their interface, and so finds none again, and refuses every update ("Interface was , but
// only [ide sata scsi virtio] are supported"). Without the list it reads what the machine has.
func readEveryDisk(machine *schema.Resource) {
	const disks = "disk"
	read := machine.ReadContext
	machine.ReadContext = func(ctx context.Context, d *schema.ResourceData, client any) diag.Diagnostics {
		if slices.ContainsFunc(d.Get(disks).([]any), blank) {
			if err := d.Set(disks, []any{}); err != nil {
				return diag.FromErr(err)
			}
		}
		return read(ctx, d, client)
	}
}

func blank(disk any) bool {
	values, _ := disk.(map[string]any)
	return values["interface"] == nil || values["interface"] == ""
}

package proxmox

import (
	"fmt"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/hardware/mapping"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// mapDevices makes the PCI mappings.
func (b *builder) mapDevices() error {
	b.mappings = map[string]pulumi.Resource{}
	for _, m := range b.args.Mappings {
		maps := mapping.PciMapTypeArray{}
		for _, d := range m.Devices {
			one := mapping.PciMapTypeArgs{
				Id: pulumi.String(d.ID), Node: pulumi.String(d.Host), Path: pulumi.String(d.Path),
			}
			if d.IOMMUGroup > 0 {
				one.IommuGroup = pulumi.Int(d.IOMMUGroup)
			}
			maps = append(maps, one)
		}
		pci, err := mapping.NewPci(b.ctx, b.name+"-pci-"+m.Name, &mapping.PciArgs{
			Name: pulumi.String(m.Name), Maps: maps,
		}, b.opts...)
		if err != nil {
			return fmt.Errorf("pci mapping %s: %w", m.Name, err)
		}
		b.mappings[m.Name] = pci
	}
	return nil
}

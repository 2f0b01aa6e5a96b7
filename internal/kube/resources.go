package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Resources gives a container's resources in the form that charts take: processor time is
// requested but not limited, because a limit throttles a container while its node stands idle;
// memory is limited.
func Resources(cpu, memory, memoryLimit string) pulumi.Map {
	return pulumi.Map{
		"requests": pulumi.Map{"cpu": pulumi.String(cpu), "memory": pulumi.String(memory)},
		"limits":   pulumi.Map{"memory": pulumi.String(memoryLimit)},
	}
}

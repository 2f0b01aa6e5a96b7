// Command infrastructure is the program that `pulumi preview` and `pulumi up` run.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/stacks"
)

func main() { pulumi.Run(stacks.Deploy) }

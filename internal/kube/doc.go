// Package kube holds the few ways in which components reach Kubernetes: Charts.Release for Helm
// charts, Charts.Manifest for plain YAML, Apply for custom resources, Namespace, and After for order.
// It knows no tool by name.
package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// After delays a resource until all of rs exist. Pass leaves, never components: whether a
// component's children are included is a race in the Go SDK (pulumi/pulumi#7833).
func After(rs ...pulumi.Resource) pulumi.ResourceOption { return pulumi.DependsOn(rs) }

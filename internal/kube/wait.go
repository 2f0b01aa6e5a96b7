package kube

import (
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// VolumePatience is how many seconds a workload with volumes may take to become ready. A driver counts
// as there minutes before it makes the first volume: its kernel module is built on each machine first.
const VolumePatience = 30 * 60

// AwaitAddress are annotations of a Service of type LoadBalancer: the provider waits until it has
// an address. Its own rule also waits for pods, and then ten seconds more for them to settle; who
// needs the pods waits for their workload.
func AwaitAddress() pulumi.StringMap {
	return pulumi.StringMap{"pulumi.com/waitFor": pulumi.String("jsonpath={.status.loadBalancer.ingress[0].ip}")}
}

// AwaitNothing are annotations of any other Service, for the same reason.
func AwaitNothing() pulumi.StringMap {
	return pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
}

// AwaitValue are annotations of an object whose status has no conditions: the provider waits until
// the field at a JSON path, such as .status.phase, has that value.
func AwaitValue(path, value string, timeout time.Duration) pulumi.StringMap {
	return pulumi.StringMap{
		"pulumi.com/waitFor":        pulumi.String("jsonpath={" + path + "}=" + value),
		"pulumi.com/timeoutSeconds": pulumi.String(strconv.Itoa(int(timeout.Seconds()))),
	}
}

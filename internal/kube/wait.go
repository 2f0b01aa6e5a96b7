package kube

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// VolumePatience is how many seconds a workload with volumes may take to become ready. A driver counts
// as there minutes before it makes the first volume: its kernel module is built on each machine first.
const VolumePatience = 30 * 60

// serversPatience is how many seconds servers with volumes may take, one of which starts after another.
const serversPatience = VolumePatience + 10*60

// waitUpTo has the provider wait that many seconds. No annotation says this: one more, or another value,
// would be an update of every object that is there. It outweighs pulumi.com/timeoutSeconds.
func waitUpTo(seconds int) pulumi.ResourceOption {
	s := strconv.Itoa(seconds) + "s"
	return pulumi.Timeouts(&pulumi.CustomTimeouts{Create: s, Update: s})
}

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

// Value is what to wait for where a status has no conditions: the field at a JSON path, such as
// .status.phase, has that value.
func Value(path, value string) string { return "jsonpath={" + path + "}=" + value }

package kube

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// JobSpec is what a Job and a CronJob do.
type JobSpec struct {
	Pod         Pod
	Labels      pulumi.StringMap // of the pods
	Annotations pulumi.StringMap // of the pods
	Deadline    int              // seconds until a run is given up
	Retries     int
}

func (s JobSpec) spec() pulumi.Map {
	return pulumi.Map{
		"backoffLimit": pulumi.Int(s.Retries), "activeDeadlineSeconds": pulumi.Int(s.Deadline),
		"template": s.Pod.template(s.Labels, s.Annotations),
	}
}

// CronJobArgs describe a CronJob. Its runs do not overlap; the last good one and three failed ones are kept.
type CronJobArgs struct {
	Name      string             // metadata.name
	Namespace pulumi.StringInput // must exist
	Schedule  string             // five fields of cron, UTC
	Late      int                // seconds after which a run that was missed is left out
	JobSpec
}

// CronJob registers a CronJob.
func CronJob(ctx *pulumi.Context, name string, a CronJobArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	spec := pulumi.Map{
		"schedule": pulumi.String(a.Schedule), "concurrencyPolicy": pulumi.String("Forbid"),
		"startingDeadlineSeconds": pulumi.Int(a.Late), "successfulJobsHistoryLimit": pulumi.Int(1), "failedJobsHistoryLimit": pulumi.Int(3),
		"jobTemplate": pulumi.Map{"spec": a.spec()},
	}
	return register(ctx, Kind{"batch/v1", "CronJob"}, name, meta(name, a.Name, a.Namespace, a.Labels, nil), pulumi.Map{"spec": spec}, opts...)
}

// ending is how long the end of a Job may take to show after its deadline, in seconds: its pods get
// 30 to stop.
const ending = 60

// job registers a Job. Its name has to change with its content, as a Job cannot. The provider waits
// for it as long as it may run, and not for its usual ten minutes: the deployment would fail beside a run
// that may still succeed.
func job(ctx *pulumi.Context, name, object string, namespace pulumi.StringInput, s JobSpec, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return register(ctx, Kind{"batch/v1", "Job"}, name, meta(name, object, namespace, s.Labels, pulumi.StringMap{
		"pulumi.com/timeoutSeconds": pulumi.String(strconv.Itoa(s.Deadline + ending)),
	}), pulumi.Map{"spec": s.spec()}, opts...)
}

// ServiceAccount registers an account whose token no pod gets unless it asks for it.
func ServiceAccount(ctx *pulumi.Context, name, object string, namespace pulumi.StringInput, labels pulumi.StringMap,
	opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return register(ctx, Kind{"v1", "ServiceAccount"}, name, meta(name, object, namespace, labels, nil),
		pulumi.Map{"automountServiceAccountToken": pulumi.Bool(false)}, opts...)
}

package kube

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// UpkeepArgs describe a script that brings a running server to what is declared: by a Job, which
// the deployment waits for, and again every hour, which undoes what people change by hand.
type UpkeepArgs struct {
	App         string             // metadata.name of the CronJob; those of Job and ConfigMap begin with it
	Namespace   pulumi.StringInput // must exist
	Labels      pulumi.StringMap   // of everything that is made
	Files       map[string]string  // content of the ConfigMap, public: the script and what it reads
	Settings    []string           // what else decides what the script does, such as its image
	Annotations pulumi.StringMap   // of the Job's pod: a change of one runs the Job anew
	Deadline    int                // seconds until a run is given up
	Minute      int                // of every hour, 0 to 59; spread them over the platform
	Pod         func(configMap string) *corev1.PodSpecArgs
	Running     []pulumi.Resource // the server answers
}

// Upkeep registers the ConfigMap, the Job and the CronJob under one Pulumi name, and returns the Job.
// Neither a Job nor an immutable ConfigMap can change: both are named by a digest of Files and
// Settings, so that new content is a new object, and one that exists has been applied.
func Upkeep(ctx *pulumi.Context, name string, a UpkeepArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	content := a.App + "-" + digest(a.Files, a.Settings)
	about := func(object string) *metav1.ObjectMetaArgs { return meta(name, object, a.Namespace, a.Labels, nil) }
	files, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: about(content), Immutable: pulumi.Bool(true), Data: pulumi.ToStringMap(a.Files),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("config map %s: %w", content, err)
	}
	spec := func(annotations pulumi.StringMap) *batchv1.JobSpecArgs {
		labelled := &metav1.ObjectMetaArgs{Labels: a.Labels}
		if annotations != nil {
			labelled.Annotations = annotations
		}
		return &batchv1.JobSpecArgs{
			BackoffLimit: pulumi.Int(6), ActiveDeadlineSeconds: pulumi.Int(a.Deadline),
			Template: &corev1.PodTemplateSpecArgs{Metadata: labelled, Spec: a.Pod(content)},
		}
	}
	job, err := batchv1.NewJob(ctx, name, &batchv1.JobArgs{Metadata: about(content), Spec: spec(a.Annotations)},
		append(slices.Clone(opts), After(files), After(a.Running...))...)
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", content, err)
	}
	_, err = batchv1.NewCronJob(ctx, name, &batchv1.CronJobArgs{
		Metadata: about(a.App),
		Spec: &batchv1.CronJobSpecArgs{
			Schedule: pulumi.Sprintf("%d * * * *", a.Minute), ConcurrencyPolicy: pulumi.String("Forbid"),
			StartingDeadlineSeconds: pulumi.Int(600), SuccessfulJobsHistoryLimit: pulumi.Int(1), FailedJobsHistoryLimit: pulumi.Int(3),
			JobTemplate: &batchv1.JobTemplateSpecArgs{Spec: spec(nil)},
		},
	}, append(slices.Clone(opts), After(job))...)
	if err != nil {
		return nil, fmt.Errorf("cron job %s: %w", a.App, err)
	}
	return job, nil
}

// digest is ten hex digits of everything that decides what a script does.
func digest(files map[string]string, settings []string) string {
	h := sha256.New()
	for _, k := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s\x00%s\x00", k, files[k])
	}
	fmt.Fprint(h, strings.Join(settings, "\x00"))
	return hex.EncodeToString(h.Sum(nil))[:10]
}

package kube

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	Pod         func(configMap string) Pod
	Running     []pulumi.Resource // the server answers
}

// Upkeep registers the ConfigMap, the Job and the CronJob under one Pulumi name, and returns the Job.
// Neither a Job nor an immutable ConfigMap can change: both are named by a digest of Files and
// Settings, so that new content is a new object, and one that exists has been applied.
func Upkeep(ctx *pulumi.Context, name string, a UpkeepArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	content := a.App + "-" + digest(a.Files, a.Settings)
	files, err := ConfigMap(ctx, name, ConfigMapArgs{
		Name: content, Namespace: a.Namespace, Labels: a.Labels, Data: pulumi.ToStringMap(a.Files), Immutable: true,
	}, opts...)
	if err != nil {
		return nil, err
	}
	run := JobSpec{Pod: a.Pod(content), Labels: a.Labels, Deadline: a.Deadline, Retries: 6}
	again := CronJobArgs{Name: a.App, Namespace: a.Namespace, Schedule: fmt.Sprintf("%d * * * *", a.Minute), Late: 600, JobSpec: run}
	run.Annotations = a.Annotations
	first, err := job(ctx, name, content, a.Namespace, run, append(slices.Clone(opts), After(files), After(a.Running...))...)
	if err != nil {
		return nil, err
	}
	_, err = CronJob(ctx, name, again, append(slices.Clone(opts), After(first))...)
	return first, err
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

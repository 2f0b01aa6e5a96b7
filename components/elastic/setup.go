package elastic

import (
	"crypto/sha256"
	_ "embed" // setup.sh
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

//go:embed setup.sh
var script string

const scriptKey = "setup.sh"

func setupApp(a Args) string { return a.Name + "-setup" }

// setup runs the script by a Job, which the deployment waits for, and again every hour, which undoes
// what people change by hand.
func (e *Elastic) setup(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	files, err := plan(a)
	if err != nil {
		return nil, err
	}
	app := setupApp(a)
	content := app + "-" + digest(files, pins.Curl) // a Job cannot change: new content is a new one
	data, err := corev1.NewConfigMap(ctx, name+"-setup", &corev1.ConfigMapArgs{
		Metadata:  &metav1.ObjectMetaArgs{Name: pulumi.String(content), Namespace: a.Namespace, Labels: labels(app)},
		Immutable: pulumi.Bool(true),
		Data:      pulumi.ToStringMap(files),
	}, pulumi.Parent(e))
	if err != nil {
		return nil, fmt.Errorf("config map %s: %w", content, err)
	}
	spec := &batchv1.JobSpecArgs{
		BackoffLimit: pulumi.Int(6), ActiveDeadlineSeconds: pulumi.Int(1200),
		Template: &corev1.PodTemplateSpecArgs{
			Metadata: &metav1.ObjectMetaArgs{Labels: labels(app)},
			Spec:     setupPod(e.URL, content, a),
		},
	}
	job, err := batchv1.NewJob(ctx, name+"-setup", &batchv1.JobArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(content), Namespace: a.Namespace, Labels: labels(app)},
		Spec:     spec,
	}, pulumi.Parent(e), kube.After(data), kube.After(e.Serving...))
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", content, err)
	}
	_, err = batchv1.NewCronJob(ctx, name+"-setup", &batchv1.CronJobArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app)},
		Spec: &batchv1.CronJobSpecArgs{
			Schedule: pulumi.String("17 * * * *"), ConcurrencyPolicy: pulumi.String("Forbid"),
			StartingDeadlineSeconds: pulumi.Int(600), SuccessfulJobsHistoryLimit: pulumi.Int(1), FailedJobsHistoryLimit: pulumi.Int(3),
			JobTemplate: &batchv1.JobTemplateSpecArgs{Spec: spec},
		},
	}, pulumi.Parent(e), kube.After(job))
	if err != nil {
		return nil, fmt.Errorf("cron job %s: %w", app, err)
	}
	return job, nil
}

// digest names the content: ten hex digits of everything that the Job does.
func digest(files map[string]string, image string) string {
	h := sha256.New()
	for _, k := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s\x00%s\x00", k, files[k])
	}
	fmt.Fprint(h, image)
	return hex.EncodeToString(h.Sum(nil))[:10]
}

package minio

import (
	"crypto/sha256"
	_ "embed" // setup.sh
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

//go:embed setup.sh
var script string

const (
	setupApp  = "minio-setup"
	scriptKey = "setup.sh"
)

// plan gives the files that the script reads.
func plan(a Args) (map[string]string, error) {
	files := map[string]string{scriptKey: script}
	var buckets, users strings.Builder
	for _, b := range a.Buckets {
		kind := "plain"
		if b.Versioning {
			kind = "versioned"
		}
		fmt.Fprintf(&buckets, "%s %s\n", b.Name, kind)
		rules, err := lifecycle(b)
		if err != nil {
			return nil, fmt.Errorf("rules of bucket %s: %w", b.Name, err)
		}
		if rules != "" {
			files[b.Name+".lifecycle.json"] = rules
		}
	}
	for _, u := range a.Users {
		fmt.Fprintf(&users, "%s\n", u.Name)
		content, err := policy(u)
		if err != nil {
			return nil, fmt.Errorf("policy of user %s: %w", u.Name, err)
		}
		files[u.Name+".policy.json"] = content
	}
	files["buckets"], files["users"] = buckets.String(), users.String()
	return files, nil
}

// setup runs the script by a Job, which the deployment waits for, and again every hour, which
// undoes what people change by hand.
func (m *MinIO) setup(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	files, err := plan(a)
	if err != nil {
		return nil, err
	}
	// Neither a Job nor an immutable ConfigMap can change: new content is a new object.
	content := setupApp + "-" + digest(files, pins.MinIOClient, a.Region)
	data, err := corev1.NewConfigMap(ctx, name+"-setup", &corev1.ConfigMapArgs{
		Metadata:  &metav1.ObjectMetaArgs{Name: pulumi.String(content), Namespace: a.Namespace, Labels: labels(setupApp)},
		Immutable: pulumi.Bool(true),
		Data:      pulumi.ToStringMap(files),
	}, pulumi.Parent(m))
	if err != nil {
		return nil, fmt.Errorf("config map %s: %w", content, err)
	}
	spec := func(annotations pulumi.StringMap) *batchv1.JobSpecArgs {
		return &batchv1.JobSpecArgs{
			BackoffLimit:          pulumi.Int(6),
			ActiveDeadlineSeconds: pulumi.Int(900),
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: labels(setupApp), Annotations: annotations},
				Spec:     setupPod(m, content, a),
			},
		}
	}
	job, err := batchv1.NewJob(ctx, name+"-setup", &batchv1.JobArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(content), Namespace: a.Namespace, Labels: labels(setupApp)},
		Spec:     spec(pulumi.StringMap{"streamforge/credentials": m.credentials()}),
	}, pulumi.Parent(m), kube.After(data), kube.After(m.Serving...))
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", content, err)
	}
	_, err = batchv1.NewCronJob(ctx, name+"-setup", &batchv1.CronJobArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(setupApp), Namespace: a.Namespace, Labels: labels(setupApp)},
		Spec: &batchv1.CronJobSpecArgs{
			Schedule:                   pulumi.String("41 * * * *"),
			ConcurrencyPolicy:          pulumi.String("Forbid"),
			StartingDeadlineSeconds:    pulumi.Int(600),
			SuccessfulJobsHistoryLimit: pulumi.Int(1),
			FailedJobsHistoryLimit:     pulumi.Int(3),
			JobTemplate:                &batchv1.JobTemplateSpecArgs{Spec: spec(nil)},
		},
	}, pulumi.Parent(m), kube.After(job))
	if err != nil {
		return nil, fmt.Errorf("cron job %s: %w", setupApp, err)
	}
	return job, nil
}

// credentials changes when any user's secret key does, and with it the Job, which is then run anew.
func (m *MinIO) credentials() pulumi.StringOutput {
	keys := pulumi.StringArray{}
	for _, name := range slices.Sorted(maps.Keys(m.Users)) {
		keys = append(keys, m.Users[name].SecretKey)
	}
	return keys.ToStringArrayOutput().ApplyT(func(keys []string) string {
		sum := sha256.Sum256([]byte(strings.Join(keys, "\x00")))
		return hex.EncodeToString(sum[:])[:10]
	}).(pulumi.StringOutput)
}

// digest names the content: ten hex digits of everything that the Job does.
func digest(files map[string]string, more ...string) string {
	h := sha256.New()
	for _, k := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s\x00%s\x00", k, files[k])
	}
	fmt.Fprint(h, strings.Join(more, "\x00"))
	return hex.EncodeToString(h.Sum(nil))[:10]
}

package technitium

import (
	"crypto/sha256"
	_ "embed" // apply.sh
	"encoding/hex"
	"fmt"
	"slices"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// ZonesArgs say what the server serves.
type ZonesArgs struct {
	Namespace  pulumi.StringInput // that of the server
	Zones      []Zone             // at least one; zones that are not named here are left alone
	Forwarders Forwarders         // at least one

	Server []pulumi.Resource // Technitium.Ready
}

// Zones is the content of the server.
type Zones struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // the server has the zones
}

//go:embed apply.sh
var script string

const (
	scriptKey = "apply.sh"
	recursion = "AllowOnlyForPrivateNetworks"
)

// NewZones writes the zones by a Job, which the deployment waits for, and again every hour, which
// undoes what people change by hand.
func NewZones(ctx *pulumi.Context, name string, a ZonesArgs, opts ...pulumi.ResourceOption) (*Zones, error) {
	z := &Zones{}
	if err := ctx.RegisterComponentResource("streamforge:network:TechnitiumZones", name, z, opts...); err != nil {
		return nil, fmt.Errorf("zones %s: %w", name, err)
	}
	data := map[string]string{scriptKey: script}
	for _, zone := range a.Zones {
		data[zone.Name+".zone"] = zone.File()
	}
	// A Job and an immutable ConfigMap cannot change: new content is a new object, and an object
	// that exists has been applied.
	content := zonesApp + "-" + digest(data, a.Forwarders)
	files, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata:  &metav1.ObjectMetaArgs{Name: pulumi.String(content), Namespace: a.Namespace, Labels: labels(zonesApp)},
		Immutable: pulumi.Bool(true),
		Data:      pulumi.ToStringMap(data),
	}, pulumi.Parent(z))
	if err != nil {
		return nil, fmt.Errorf("config map %s: %w", content, err)
	}
	if err := z.unreachable(ctx, name, a.Namespace); err != nil {
		return nil, err
	}
	spec := &batchv1.JobSpecArgs{
		BackoffLimit:          pulumi.Int(6),
		ActiveDeadlineSeconds: pulumi.Int(600),
		Template: &corev1.PodTemplateSpecArgs{
			Metadata: &metav1.ObjectMetaArgs{Labels: labels(zonesApp)},
			Spec:     zonesPod(content, a.Forwarders),
		},
	}
	job, err := batchv1.NewJob(ctx, name, &batchv1.JobArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(content), Namespace: a.Namespace, Labels: labels(zonesApp)},
		Spec:     spec,
	}, pulumi.Parent(z), kube.After(files), kube.After(a.Server...))
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", content, err)
	}
	_, err = batchv1.NewCronJob(ctx, name, &batchv1.CronJobArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(zonesApp), Namespace: a.Namespace, Labels: labels(zonesApp)},
		Spec: &batchv1.CronJobSpecArgs{
			Schedule:                   pulumi.String("17 * * * *"),
			ConcurrencyPolicy:          pulumi.String("Forbid"),
			StartingDeadlineSeconds:    pulumi.Int(600),
			SuccessfulJobsHistoryLimit: pulumi.Int(1),
			FailedJobsHistoryLimit:     pulumi.Int(3),
			JobTemplate:                &batchv1.JobTemplateSpecArgs{Spec: spec},
		},
	}, pulumi.Parent(z), kube.After(job))
	if err != nil {
		return nil, fmt.Errorf("cron job %s: %w", zonesApp, err)
	}
	z.Ready = []pulumi.Resource{job}
	return z, ctx.RegisterResourceOutputs(z, pulumi.Map{"content": pulumi.String(content)})
}

// digest names the content: ten hex digits of everything that the Job writes.
func digest(data map[string]string, f Forwarders) string {
	keys := make([]string, 0, len(data))
	for k := range data {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	h := sha256.New()
	for _, k := range keys {
		fmt.Fprintf(h, "%s\x00%s\x00", k, data[k])
	}
	fmt.Fprintf(h, "%s\x00%s", f.list(), f.Protocol)
	return hex.EncodeToString(h.Sum(nil))[:10]
}

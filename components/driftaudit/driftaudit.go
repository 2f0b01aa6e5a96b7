// Package driftaudit looks at the platform from inside the cluster, by a schedule, for what people
// changed by hand. It can read and nothing else.
package driftaudit

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// App is the name of the CronJob, of its account and of what belongs to it.
const App = "drift-audit"

// Args configures the audit.
type Args struct {
	Namespace pulumi.StringInput // must exist
	Stack     string             // that is audited; the image has its file
	Image     string             // of the project's Dockerfile, with an exact tag or a digest
	Schedule  string             // five fields as cron has them, in the time zone of the control plane
	// Environment are the variables by which the state is found and read: PULUMI_BACKEND_URL,
	// PULUMI_CONFIG_PASSPHRASE, and what the backend wants. Secret, all of it.
	Environment pulumi.StringMapInput
	Ports       []int   // TCP ports of the API server, of Proxmox and of the state's backend
	Reads       []Kinds // kinds of objects that it may read besides [Known]
}

// Audit is the schedule.
type Audit struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // the next run will happen
}

// New declares the account with its rights, and the CronJob.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Audit, error) {
	d := &Audit{}
	if err := ctx.RegisterComponentResource("streamforge:audit:DriftAudit", name, d, opts...); err != nil {
		return nil, fmt.Errorf("drift audit %s: %w", name, err)
	}
	child := pulumi.Parent(d)
	before, err := access(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	for _, make := range []func() (pulumi.Resource, error){
		func() (pulumi.Resource, error) { return environment(ctx, name, a, child) },
		func() (pulumi.Resource, error) { return way(ctx, name, a, child) },
		func() (pulumi.Resource, error) { return closed(ctx, name, a, child) },
	} {
		r, err := make()
		if err != nil {
			return nil, err
		}
		before = append(before, r)
	}
	job, err := kube.CronJob(ctx, name, kube.CronJobArgs{
		Name: App, Namespace: a.Namespace, Schedule: a.Schedule, Late: 3600, JobSpec: run(a),
	}, child, kube.After(before...))
	if err != nil {
		return nil, err
	}
	d.Ready = []pulumi.Resource{job}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{})
}

// Labels are those of the pods.
func Labels() pulumi.StringMap { return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(App)} }

func in(a Args) pulumi.StringPtrInput { return a.Namespace.ToStringOutput().ToStringPtrOutput() }

// environment is the Secret that leads to the state.
func environment(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return kube.Apply(ctx, name+"-state", kube.Object{
		Kind: kube.Kind{APIVersion: "v1", Kind: "Secret"}, Name: stateSecret, Namespace: in(a), Labels: Labels(),
		Fields: pulumi.Map{"type": pulumi.String("Opaque"), "stringData": pulumi.ToSecret(a.Environment)},
	}, child)
}

// way is the kubeconfig of the account: where the API server is, seen from a pod, and no secret.
func way(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return kube.ConfigMap(ctx, name+"-way", kube.ConfigMapArgs{
		Name: App, Namespace: a.Namespace, Labels: Labels(), Data: pulumi.StringMap{kubeconfigKey: pulumi.String(kubeconfig)},
	}, child)
}

// closed lets nobody in, and lets the audit reach a name server and the ports it asks on. The
// addresses behind them are outside of the cluster, where policies know no names; a name server on
// the node itself, such as Kubespray's cache, is in the host's network, which policies do not name either.
func closed(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: App, Namespace: a.Namespace, Labels: Labels(),
		Egress: []kube.Rule{{TCP: []int{53}, UDP: []int{53}}, {TCP: a.Ports}},
	}, child)
}

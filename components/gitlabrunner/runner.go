// Package gitlabrunner runs CI jobs of a GitLab server as pods. It has two profiles: Full, whose
// jobs are privileged and may do nearly everything in the cluster, and Builder, whose jobs build
// images with kaniko and have no rights at all (docs/runner.md).
package gitlabrunner

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure one runner.
type Args struct {
	Charts        kube.Charts
	Namespace     pulumi.StringInput // must exist: privileged for Full, baseline for Builder; of this runner alone
	NamespaceName string             // its name
	Scraper       string             // namespace that metrics are read from; nobody else reaches the manager

	GitLab     string             // host of the server
	CA         pulumi.StringInput // PEM of the authority behind GitLab's and the registry's certificates, public
	Token      pulumi.StringInput // glrt-..., secret: tags and protection of the runner belong to it
	Registry   pulumi.StringInput // Docker's config.json with the registry's login, secret
	Concurrent int                // jobs at a time
	Profile    Profile
	Node       string // name of the machine that manager and jobs run on; empty means any
	Home       *Home  // nil means that jobs share nothing
	Mail       Mail   // the zero value means that jobs send none
}

// Mail is the relay that takes the jobs' mail without a login. Jobs find it in SMTP_HOST and SMTP_PORT.
type Mail struct {
	Host string
	Port int
}

// Profile is how much jobs may do.
type Profile string

// The profiles.
const (
	// Full jobs are privileged and act as FullAccess: whoever writes a pipeline rules the cluster.
	Full Profile = "full"
	// Builder jobs have the few capabilities that unpacking an image takes, and no account.
	Builder Profile = "builder"
)

// Home is the volume that every job of the runner has at /home/runner.
type Home struct {
	Class      string // ReadWriteMany
	GiB        int
	Disposable bool              // lets a run delete it; for sandboxes only
	Ready      []pulumi.Resource // Class works
}

// Runner is a registered runner.
type Runner struct {
	pulumi.ResourceState
	Ready []pulumi.Resource
}

// Names that pipelines and later layers rely on.
const (
	// FullAccess is the service account of the manager and of the jobs of profile Full.
	FullAccess = "full-access-sa"
	// HomeVolume, DockerConfig and Certificates are the volumes of every job.
	HomeVolume   = "runner-home"
	DockerConfig = "docker-config"
	Certificates = "home-certificates"
	// Port and PortName are where the manager serves its metrics.
	Port     = 9252
	PortName = "metrics"

	tokenSecret = "runner-token"
	label       = "streamforge.home/app"
)

// Labels select the pod of a runner's manager.
func Labels(name string) map[string]string { return map[string]string{label: name} }

// New declares the runner and all that its jobs mount.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Runner, error) {
	r := &Runner{}
	if err := ctx.RegisterComponentResource("streamforge:gitops:GitLabRunner", name, r, opts...); err != nil {
		return nil, fmt.Errorf("gitlab runner %s: %w", name, err)
	}
	child := pulumi.Parent(r)
	needs, err := mounts(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	account, rights, err := access(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	policy, err := kube.NetworkPolicy(ctx, name+"-policy", kube.NetworkPolicyArgs{
		Name: "runner", Namespace: a.Namespace, Pods: pulumi.ToStringMap(Labels(name)),
		Ingress: []kube.Rule{{Peers: kube.In(a.Scraper), TCP: []int{Port}}},
	}, child)
	if err != nil {
		return nil, err
	}
	set, err := values(name, account, a)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, name, pins.GitLabRunner, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: set,
	}, child, kube.After(append(append(needs, rights...), policy)...))
	if err != nil {
		return nil, err
	}
	r.Ready = []pulumi.Resource{release}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"namespace": a.Namespace})
}

// mounts declares the Secrets and the volume.
func mounts(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (all []pulumi.Resource, err error) {
	secretly := func(s pulumi.StringInput) pulumi.StringInput { return pulumi.ToSecret(s).(pulumi.StringOutput) }
	for _, s := range []kube.SecretArgs{
		// The chart's pod reads both keys; the second belongs to a way of registering that has ended.
		{Name: tokenSecret, Data: pulumi.StringMap{
			"runner-token": a.Token, "runner-registration-token": secretly(pulumi.String("")),
		}},
		{Name: DockerConfig, Type: "kubernetes.io/dockerconfigjson", Data: pulumi.StringMap{".dockerconfigjson": a.Registry}},
		// The manager looks for <host>.crt, jobs for ca.crt.
		{Name: Certificates, Data: pulumi.StringMap{a.GitLab + ".crt": secretly(a.CA), "ca.crt": a.CA}},
	} {
		s.Namespace = a.Namespace
		made, err := kube.Secret(ctx, name+"-"+s.Name, s, child)
		if err != nil {
			return nil, err
		}
		all = append(all, made)
	}
	if a.Home == nil {
		return all, nil
	}
	home, err := kube.Apply(ctx, name+"-home", kube.Object{
		Kind: kube.Kind{APIVersion: "v1", Kind: "PersistentVolumeClaim"}, Name: HomeVolume,
		Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(),
		Spec: pulumi.Map{
			"accessModes": pulumi.ToStringArray([]string{"ReadWriteMany"}), "storageClassName": pulumi.String(a.Home.Class),
			"resources": pulumi.Map{"requests": pulumi.Map{"storage": pulumi.Sprintf("%dGi", a.Home.GiB)}},
		},
	}, child, kube.After(a.Home.Ready...), pulumi.Protect(!a.Home.Disposable))
	if err != nil {
		return nil, err
	}
	return append(all, home), nil
}

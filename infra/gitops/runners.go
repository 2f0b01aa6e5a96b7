package gitops

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/gitlabrunner"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
)

// Releases of the two runners; each has a namespace of that name.
const (
	fullRunner   = "gitlab-runner"
	kanikoRunner = "gitlab-runner-kaniko"
)

// runners declares the runner of the platform and, where the configuration asks for it, the one
// for builds.
func (in Inputs) runners(ctx *pulumi.Context, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	r := in.GitOps.Runner
	ready, err := in.runner(ctx, fullRunner, kube.Privileged, gitlabrunner.Args{
		Token: in.Secrets.RunnerToken, Concurrent: r.Concurrent, Profile: gitlabrunner.Full, Node: r.Node,
		Home: &gitlabrunner.Home{
			Class: in.Classes.Shared.Name, GiB: r.HomeGiB, Disposable: in.Disposable, Ready: in.Classes.Shared.Ready,
		},
	}, child)
	if err != nil || r.Kaniko == nil {
		return ready, err
	}
	// Unpacking an image takes root inside the container, which the restricted standard forbids.
	more, err := in.runner(ctx, kanikoRunner, kube.Baseline, gitlabrunner.Args{
		Token: in.Secrets.KanikoRunnerToken, Concurrent: r.Kaniko.Concurrent, Profile: gitlabrunner.Builder,
	}, child)
	return append(ready, more...), err
}

func (in Inputs) runner(ctx *pulumi.Context, name string, level kube.PodSecurity, a gitlabrunner.Args,
	child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	ns, err := in.namespace(ctx, name, level, nil, child)
	if err != nil {
		return nil, err
	}
	a.Charts, a.Namespace, a.NamespaceName, a.Scraper = in.Charts, ns, name, monitoring.Namespace
	a.GitLab, a.CA, a.Registry = in.GitOps.GitLab.Host, in.authority(), in.Secrets.RegistryLogin
	if in.Mail.Takes(name) {
		a.Mail = gitlabrunner.Mail{Host: in.Mail.Host, Port: in.Mail.Port}
	}
	runner, err := gitlabrunner.New(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	_, err = in.Monitoring.Scrape(ctx, fullRunner, monitoring.Target{
		Name: name, Namespace: ns, Pods: true, Labels: gitlabrunner.Labels(name),
		Endpoints: []monitoring.Endpoint{{Port: gitlabrunner.PortName}},
	}, child)
	return runner.Ready, err
}

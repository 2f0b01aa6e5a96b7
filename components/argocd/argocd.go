// Package argocd keeps the cluster equal to a Git repository.
package argocd

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args configure Argo CD.
type Args struct {
	Charts        kube.Charts
	Namespace     pulumi.StringInput // must exist, may be restricted; Argo CD's alone
	NamespaceName string             // its name
	Host          string             // it is published under
	Repository    Repository
	Namespaces    []pulumi.StringInput // that applications of the repository may be in; none of the platform's own
	SSO           *SSO                 // nil means that only the admin logs in
}

// Repository is the one repository Argo CD follows.
type Repository struct {
	URL      string // https, ends in .git: GitLab redirects every other form, which Argo CD does not follow
	Host     string // of URL
	Revision string // branch
	Path     string // folder with the Applications
	Username string // any that is not empty where Token is a project's
	Token    pulumi.StringInput
	CA       pulumi.StringInput // PEM of the authority behind Host's certificate
}

// SSO is an OpenID Connect provider. Its groups decide who may do what: who is in none of them gets in
// and sees nothing.
type SSO struct {
	Name         string // shown on the button
	Issuer       string // https
	LogoutURL    string // of the provider; {{token}} and {{logoutRedirectURL}} in it are filled in
	ClientID     string
	ClientSecret pulumi.StringInput // secret
	CA           pulumi.StringInput // PEM of the authority behind Issuer's certificate
	Scopes       []string           // to ask for
	GroupsClaim  string             // with the person's groups
	Admins       []string           // groups that may do everything
	Readers      []string           // groups that only look
}

// ArgoCD is the running system.
type ArgoCD struct {
	pulumi.ResourceState
	Password pulumi.StringOutput // of User, secret
	Ready    []pulumi.Resource
}

// What others refer to it by.
const (
	User    = "admin"
	Service = "argocd-server"
	Port    = 80
	// Project is the AppProject of the repository's applications.
	Project = "platform"
	// MetricsPort is the name of the port on which every part serves metrics.
	MetricsPort = "metrics"
	// NameLabel tells the parts apart.
	NameLabel = "app.kubernetes.io/name"
)

// Parts are values of NameLabel: everything that has metrics.
func Parts() []string {
	return []string{"argocd-application-controller", "argocd-applicationset-controller", "argocd-repo-server", "argocd-server"}
}

// New installs the chart, and what it reads before it starts.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*ArgoCD, error) {
	c := &ArgoCD{}
	if err := ctx.RegisterComponentResource("streamforge:gitops:ArgoCD", name, c, opts...); err != nil {
		return nil, fmt.Errorf("argo cd %s: %w", name, err)
	}
	child := pulumi.Parent(c)
	var err error
	if c.Password, err = secrets.Password(ctx, name+"-password", child); err != nil {
		return nil, err
	}
	settings, err := c.settings(ctx, name, a)
	if err != nil {
		return nil, err
	}
	// Services, accounts and the rest carry the chart's own names only under this release name.
	release, err := a.Charts.Release(ctx, name, pins.ArgoCD, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(a),
	}, child, kube.After(settings...))
	if err != nil {
		return nil, err
	}
	applications, err := c.applications(ctx, name, a, release)
	if err != nil {
		return nil, err
	}
	c.Ready = append(applications, release)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"password": c.Password})
}

package config

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

var (
	repositoryPath = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+\.git$`)
	folderPath     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$`)
	branchName     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./-]*$`)
	runnerToken    = regexp.MustCompile(`^glrt-[A-Za-z0-9_.-]{20,}$`)
	gitToken       = regexp.MustCompile(`^\S{20,}$`)
	// PlatformNamespaces are the program's own. An application in one of them could change what the
	// program declares, and Argo CD would delete or restore what the program made or removed.
	platformNamespaces = []string{
		"argocd", "arangodb", "cert-manager", "config-syncer", "csi-nfs", "default", "drift-audit", "elastic-system", "fluent-bit",
		"gitlab-runner", "gitlab-runner-kaniko", "gpu-operator", "ingress-nginx", "kafka", "keda", IdentityNamespace, "kibana-login",
		"kube-node-lease", "kube-public", "kube-system", "logging", "mail", "metallb-system", "minio", monitoringNamespace,
		"nfs-provisioner", "piraeus-datastore", "postgres", "reloader", "technitium", "traefik", VaultNamespace, "vault-csi",
	}
)

// Validate checks the section by itself.
func (g GitOps) Validate(at Path) (errs []error) {
	here := at.Field("gitlab")
	if !dnsName(g.GitLab.Host, 2) {
		errs = append(errs, here.Errorf("host", "must be a lower-case DNS name of at least two labels, got %q", g.GitLab.Host))
	}
	if g.GitLab.CA != "" {
		if err := authority(g.GitLab.CA); err != nil {
			errs = append(errs, here.Errorf("ca", "must be a certificate in PEM: %v", err))
		}
	}
	here = at.Field("runner")
	errs = append(errs, matches(here, "node", g.Runner.Node, label, "the name of a machine")...)
	errs = append(errs, between(here, "homeGiB", g.Runner.HomeGiB, 1, 4096, " GiB")...)
	errs = append(errs, between(here, "concurrent", g.Runner.Concurrent, 1, 100, " jobs")...)
	if k := g.Runner.Kaniko; k != nil {
		errs = append(errs, between(here.Field("kaniko"), "concurrent", k.Concurrent, 1, 100, " jobs")...)
	}
	return append(errs, g.ArgoCD.validate(at.Field("argocd"))...)
}

func (a ArgoCD) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "repository", a.Repository, repositoryPath,
		"a path that ends in .git, which Argo CD is not led on to, such as infra/iac_kubeadm.git")...)
	filled := a.WithDefaults()
	errs = append(errs, matches(at, "revision", filled.Revision, branchName, "the name of a branch")...)
	errs = append(errs, matches(at, "path", filled.Path, folderPath, "a folder of the repository")...)
	if strings.ContainsAny(filled.Username, " :@/") {
		errs = append(errs, at.Errorf("username", "must not hold spaces, colons, slashes or @, got %q", filled.Username))
	}
	if len(a.Namespaces) == 0 {
		errs = append(errs, at.Errorf("namespaces", "must name at least one: services need a place"))
	}
	seen := unique[string]{}
	for i, n := range a.Namespaces {
		here := at.Field("namespaces").Index(i)
		errs = append(errs, matches(here, "", n, label, "the name of a namespace")...)
		if err := seen.add(n, here); err != nil {
			errs = append(errs, err)
		}
		if slices.Contains(platformNamespaces, n) {
			errs = append(errs, here.Errorf("", "%s is the platform's own: Argo CD and this program would fight over what is in it", n))
		}
	}
	return errs
}

func authority(text string) error {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return fmt.Errorf("no block CERTIFICATE")
	}
	if strings.TrimSpace(string(rest)) != "" {
		return fmt.Errorf("one certificate, and nothing after it")
	}
	_, err := x509.ParseCertificate(block.Bytes)
	return err
}

// gitopsFits checks the section against the machines.
func (c *Config) gitopsFits() []error {
	for _, p := range c.Compute.Pools {
		if p.Role != Worker {
			continue
		}
		for _, n := range p.Nodes {
			if n.Name == c.GitOps.Runner.Node {
				return nil
			}
		}
	}
	if !label.MatchString(c.GitOps.Runner.Node) { // reported by its section
		return nil
	}
	return []error{Path("gitops.runner").Errorf("node", "%q is not a machine of a worker pool of compute.pools", c.GitOps.Runner.Node)}
}

// secretKey is a flat key of the stack file with the way to get its value.
type secretKey struct {
	key, form, source string
	fits              func(string) bool
	into              *pulumi.StringOutput
}

// loadGitOps reads the section's secrets. No value is in any message.
func (c *Config) loadGitOps(ctx *pulumi.Context, src *config.Config) (errs []error) {
	if !c.Handover.Cluster { // nothing of the section is made yet
		return nil
	}
	keys := []secretKey{
		{"runnerToken", "glrt-...", "create an instance or group runner in GitLab, Runners, New, with its branches protected (docs/runner.md)",
			runnerToken.MatchString, &c.Secrets.RunnerToken},
		{"registryLogin", "a config.json of Docker with auths", "create a deploy token with write_registry in GitLab (docs/runner.md)",
			dockerConfig, &c.Secrets.RegistryLogin},
		{"repositoryToken", "a token of at least 20 characters", "create a project access token with read_repository in GitLab for gitops.argocd.repository",
			gitToken.MatchString, &c.Secrets.RepositoryToken},
	}
	if c.GitOps.Runner.Kaniko != nil {
		keys = append(keys, secretKey{"kanikoRunnerToken", "glrt-...", "create a second runner in GitLab for gitops.runner.kaniko (docs/runner.md)",
			runnerToken.MatchString, &c.Secrets.KanikoRunnerToken})
	}
	for _, k := range keys {
		value, ok := ctx.GetConfig(ctx.Project() + ":" + k.key)
		switch {
		case !ok:
			errs = append(errs, Path(k.key).Errorf("", "missing; %s and run `pulumi config set --secret %s -s %s`", k.source, k.key, ctx.Stack()))
		case !k.fits(value):
			errs = append(errs, Path(k.key).Errorf("", "must be %s", k.form))
		default:
			*k.into = src.GetSecret(k.key)
		}
	}
	return errs
}

// dockerConfig tells whether text holds a login of at least one registry.
func dockerConfig(text string) bool {
	var file struct {
		Auths map[string]struct {
			Auth string `json:"auth"`
		} `json:"auths"`
	}
	if json.Unmarshal([]byte(text), &file) != nil || len(file.Auths) == 0 {
		return false
	}
	for _, a := range file.Auths {
		if a.Auth == "" {
			return false
		}
	}
	return true
}

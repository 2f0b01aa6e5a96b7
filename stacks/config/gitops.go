package config

// GitOps is the `gitops` section: the GitLab server the platform works with, who runs its jobs, and
// what keeps the cluster equal to a repository of it.
type GitOps struct {
	GitLab GitLab `json:"gitlab"`
	Runner Runner `json:"runner"`
	ArgoCD ArgoCD `json:"argocd"`
}

// GitLab is the server. It stands outside the cluster.
type GitLab struct {
	Host string `json:"host"`         // such as gitlab.dmz.home
	CA   string `json:"ca,omitempty"` // PEM of the authority behind its and its registry's certificate; empty means the platform's own
}

// Runner runs jobs with every right in the cluster (docs/runner.md).
type Runner struct {
	Node       string  `json:"node"`             // of a worker pool: manager and jobs run there
	HomeGiB    int     `json:"homeGiB"`          // of the volume all jobs share
	Concurrent int     `json:"concurrent"`       // jobs at a time
	Kaniko     *Kaniko `json:"kaniko,omitempty"` // nil means that there is no second runner
}

// Kaniko is a second runner, whose jobs build images and have no rights.
type Kaniko struct {
	Concurrent int `json:"concurrent"` // jobs at a time
}

// ArgoCD follows one repository.
type ArgoCD struct {
	Repository string   `json:"repository"`         // path on the GitLab server, ends in .git, e.g. infra/iac_kubeadm.git
	Revision   string   `json:"revision,omitempty"` // branch; empty means main
	Path       string   `json:"path,omitempty"`     // folder with the Applications; empty means apps
	Username   string   `json:"username,omitempty"` // of the token; empty means oauth2, which fits every token of GitLab
	Namespaces []string `json:"namespaces"`         // that services of the repository may be in; made here unless kafka.namespaces has them
}

// URL is the address of the repository.
func (g GitOps) URL() string { return "https://" + g.GitLab.Host + "/" + g.ArgoCD.Repository }

// WithDefaults fills what may be left out.
func (a ArgoCD) WithDefaults() ArgoCD {
	for value, standard := range map[*string]string{&a.Revision: "main", &a.Path: "apps", &a.Username: "oauth2"} {
		if *value == "" {
			*value = standard
		}
	}
	return a
}

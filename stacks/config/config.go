// Package config is what a stack's Pulumi.<stack>.yaml says, typed, decoded strictly and checked
// as a whole. Each section is a file of this package; a rule that spans sections stands in rules.go.
package config

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Config is one stack's configuration.
type Config struct {
	Site       Site       `json:"site"`
	Handover   Handover   `json:"handover"`
	Charts     Charts     `json:"charts"`
	Compute    Compute    `json:"compute"`
	Cluster    Cluster    `json:"cluster"`
	Network    Network    `json:"network"`
	Storage    Storage    `json:"storage"`
	Kafka      Kafka      `json:"kafka"`
	ArangoDB   ArangoDB   `json:"arangodb"`
	Postgres   Postgres   `json:"postgres"`
	Monitoring Monitoring `json:"monitoring"`
	Alerting   Alerting   `json:"alerting"`
	Logging    Logging    `json:"logging"`
	GitOps     GitOps     `json:"gitops"`
	Identity   Identity   `json:"identity"`
	Mail       Mail       `json:"mail"`
	Sync       Sync       `json:"sync"`
	Vault      Vault      `json:"vault"`
	GPU        GPU        `json:"gpu"`
	Audit      Audit      `json:"audit"`

	Secrets Secrets `json:"-"`
}

// Secrets are flat keys of their own, stored with `pulumi config set --secret`, never inside a section.
type Secrets struct {
	// ProxmoxToken is `proxmoxToken`: user@realm!name=uuid. Required.
	ProxmoxToken pulumi.StringOutput
	// Kubeconfig is `kubeconfig`, stored by `streamforge kubespray handover`. Required once
	// handover.cluster is true.
	Kubeconfig pulumi.StringOutput
	// TelegramToken is `telegramToken`, of the bot that tells of alerts. Required once a receiver of
	// section alerting has a telegramChat.
	TelegramToken pulumi.StringOutput
	// RunnerToken is `runnerToken`: glrt-..., of the runner whose jobs have every right. This and the
	// next are required once handover.cluster is true.
	RunnerToken pulumi.StringOutput
	// RegistryLogin is `registryLogin`: a config.json of Docker that lets jobs push images.
	RegistryLogin pulumi.StringOutput
	// RepositoryToken is `repositoryToken`, with which Argo CD reads gitops.argocd.repository.
	RepositoryToken pulumi.StringOutput
	// KanikoRunnerToken is `kanikoRunnerToken`: glrt-..., required with gitops.runner.kaniko.
	KanikoRunnerToken pulumi.StringOutput
	// KeycloakPassword is `keycloakPassword`: the administrator's, where it is no longer the one that
	// the platform made. Nil means that it is.
	KeycloakPassword *pulumi.StringOutput
	// VaultToken is `vaultToken`, stored by `streamforge vault handover`. Required once handover.vault
	// is true, nil before.
	VaultToken *pulumi.StringOutput
	// MailPassword is `mailPassword`. Required where mail.smartHost has a user.
	MailPassword pulumi.StringOutput
	// RegistryPasswords is `registryPasswords`, an object: one for each of sync.registries.
	RegistryPasswords map[string]pulumi.StringOutput
	// AuditEnvironment is `auditEnvironment`: a JSON object of environment variables by which the audit
	// finds and reads the state. Required with audit.image once handover.cluster is true.
	AuditEnvironment pulumi.StringOutput
}

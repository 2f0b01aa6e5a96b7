package stacks

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/oauth2proxy"
	"github.com/streamforge/infrastructure/infra/audit"
	"github.com/streamforge/infrastructure/infra/cluster"
	"github.com/streamforge/infrastructure/infra/data"
	"github.com/streamforge/infrastructure/infra/gitops"
	"github.com/streamforge/infrastructure/infra/gpu"
	"github.com/streamforge/infrastructure/infra/logging"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/infra/storage/objects"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// platform declares everything inside the cluster. Every stage is given the same two options: the
// provider, and that the cluster has its machines.
func platform(ctx *pulumi.Context, c *config.Config, k8s cluster.Outputs) error {
	opts := []pulumi.ResourceOption{pulumi.Providers(k8s.Provider), kube.After(k8s.Ready...)}
	charts := kube.Charts{Mirror: c.Charts.Mirror}
	disposable := c.Compute.Disposable

	watched, err := monitoring.Definitions(ctx, charts, opts...)
	if err != nil {
		return fmt.Errorf("monitoring: %w", err)
	}
	foundation, err := network.Foundation(ctx, network.FoundationInputs{
		Charts: charts, Network: c.Network, Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	classes, err := storage.Volumes(ctx, storage.VolumesInputs{
		Charts: charts, NFS: c.Storage.NFS, Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	edge, err := network.Edge(ctx, network.EdgeInputs{
		Charts: charts, Domain: c.Site.Domain, Network: c.Network,
		Foundation: foundation, Classes: classes, Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	classes, err = storage.Blocks(ctx, storage.BlocksInputs{
		Charts: charts, Storage: c.Storage, Classes: classes,
		Issuer: network.Issuer, IssuerReady: foundation.Certificates, Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	s3, err := objects.Deploy(ctx, objects.Inputs{
		MinIO: c.Storage.MinIO, DNSDomain: c.Cluster.DNSDomain, Classes: classes,
		Foundation: foundation, Web: edge.Web, Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	streams, err := data.Deploy(ctx, data.Inputs{
		Charts: charts, DNSDomain: c.Cluster.DNSDomain, Kafka: c.Kafka, ArangoDB: c.ArangoDB, Postgres: c.Postgres,
		Classes: classes, Objects: s3, Foundation: foundation, Web: edge.Web, Brokers: edge.Kafka, Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	mail, err := security.Relay(ctx, security.MailInputs{
		Charts: charts, Mail: c.Mail, Password: c.Secrets.MailPassword, Domain: c.Site.Domain, Pods: c.Cluster.PodCIDR,
		Classes: classes, Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	who := security.IdentityInputs{
		Identity: c.Identity, Postgres: streams.Postgres, Mail: mail, Password: c.Secrets.KeycloakPassword,
		Foundation: foundation, Web: edge.Web, Ingress: pulumi.String(network.WebNamespace), Monitoring: watched, Disposable: disposable,
	}
	identity, err := security.Identity(ctx, who, opts...)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	err = security.Sync(ctx, security.SyncInputs{
		Charts: charts, Sync: c.Sync, Passwords: c.Secrets.RegistryPasswords, Cluster: c.Site.Domain,
		CA: foundation.RootCertificate, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	secret := security.VaultInputs{
		Charts: charts, Vault: c.Vault, DNSDomain: c.Cluster.DNSDomain, Classes: classes, Objects: s3, S3Users: c.Storage.MinIO.Users,
		Foundation: foundation, Web: edge.Web, Token: c.Secrets.VaultToken, Monitoring: watched, Disposable: disposable,
	}
	store, err := security.Vault(ctx, secret, opts...)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	deployer, kibana, grafana := identity.SSO.Login(security.ArgoCD), identity.SSO.Login(security.Kibana), identity.SSO.Login(security.Grafana)
	git, err := gitops.Deploy(ctx, gitops.Inputs{
		Charts: charts, GitOps: c.GitOps, Secrets: c.Secrets, Services: slices.Concat(c.Kafka.Namespaces, c.Vault.Namespaces), Classes: classes,
		Foundation: foundation, Web: edge.Web, Monitoring: watched, Login: &deployer, Mail: mail, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("gitops: %w", err)
	}
	logs, err := logging.Deploy(ctx, logging.Inputs{
		Charts: charts, Logging: c.Logging, Classes: classes, Foundation: foundation, Web: edge.Web, Monitoring: watched, Disposable: disposable,
		Front: &logging.Front{Namespace: security.FrontNamespace(kibana.Client), Labels: security.FrontLabels(kibana.Client)},
	}, opts...)
	if err != nil {
		return fmt.Errorf("logging: %w", err)
	}
	_, err = security.Front(ctx, security.FrontInputs{
		Charts: charts, Login: kibana, Upstream: oauth2proxy.Upstream{URL: logs.Kibana.Inside, CA: logs.CA}, Replicas: c.Logging.Kibana.Replicas,
		Web: edge.Web, Ingress: pulumi.String(network.WebNamespace), Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("login of kibana: %w", err)
	}
	if c.Compute.HasGPU() {
		_, err := gpu.Deploy(ctx, gpu.Inputs{Charts: charts, GPU: c.GPU, Monitoring: watched, Disposable: disposable}, opts...)
		if err != nil {
			return fmt.Errorf("gpu: %w", err)
		}
	}
	err = audit.Deploy(ctx, audit.Inputs{
		Audit: c.Audit, Environment: c.Secrets.AuditEnvironment, APIPort: c.Cluster.APIPort, Proxmox: c.Compute.Endpoint,
		Monitoring: watched, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	seen, err := observability.Deploy(ctx, observability.Inputs{
		Charts: charts, Section: c.Monitoring, Alerting: c.Alerting, TelegramToken: c.Secrets.TelegramToken,
		ControlPlane: k8s.ControlPlane, Monitoring: watched, Classes: classes, Foundation: foundation, Web: edge.Web,
		Shown: observability.Shown{Postgres: streams.Postgres, Logs: &logs.Source}, Login: &grafana, Mail: mail, Disposable: disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("observability: %w", err)
	}
	// Layers that publish hosts stand between the edge and its records.
	records, err := network.Records(ctx, network.RecordsInputs{Network: c.Network, Web: edge.Web, DNS: edge.DNS}, opts...)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	if _, err := security.Realm(ctx, who, identity, records.Ready, opts...); err != nil {
		return err
	}
	if err := security.VaultContent(ctx, secret, store, records.Ready, opts...); err != nil {
		return err
	}
	shown := exports{
		domain: c.Site.Domain, ingress: c.Network.IngressIP.String(), foundation: foundation, edge: edge, records: records, objects: s3,
		streams: streams, identity: identity, store: store, git: git, seen: seen,
	}
	shown.export(ctx)
	return nil
}

package security

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/vault"
	"github.com/streamforge/infrastructure/components/vaultcsi"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/infra/storage/objects"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// VaultInputs is what the store of secrets and its content need.
type VaultInputs struct {
	Charts     kube.Charts
	Vault      config.Vault
	DNSDomain  string // of the cluster
	Classes    storage.Classes
	Objects    objects.Outputs
	S3Users    []config.S3User // whose credentials the store offers to pods
	Foundation network.FoundationOutputs
	Web        *network.Web
	Token      *pulumi.StringOutput // of the program, secret; nil until the store was handed over
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete namespaces and secrets; for sandboxes only
}

// VaultOutputs is what later layers may use.
type VaultOutputs struct {
	URL   string            // https address for people
	Ready []pulumi.Resource // the servers run, published, open or not

	layer     *vaultLayer
	namespace pulumi.StringOutput
}

// csiNamespace holds what runs on every node to mount secrets.
const csiNamespace = "vault-csi"

type vaultLayer struct{ pulumi.ResourceState }

// Vault declares the servers, what mounts their secrets into pods, and what each consumer mounts.
func Vault(ctx *pulumi.Context, in VaultInputs, opts ...pulumi.ResourceOption) (VaultOutputs, error) {
	l := &vaultLayer{}
	if err := ctx.RegisterComponentResource("streamforge:security:SecretStore", "secret-store", l, opts...); err != nil {
		return VaultOutputs{}, err
	}
	child := pulumi.Parent(l)
	out := VaultOutputs{layer: l}
	ns, _, err := closedNamespace(ctx, config.VaultNamespace, kube.Restricted, in.Disposable, child)
	if err != nil {
		return out, err
	}
	out.namespace = ns
	mounting, _, err := closedNamespace(ctx, csiNamespace, kube.Privileged, in.Disposable, child)
	if err != nil {
		return out, err
	}
	args, err := in.servers(ns)
	if err != nil {
		return out, err
	}
	servers, err := vault.New(ctx, "vault", args, child)
	if err != nil {
		return out, err
	}
	csi, err := vaultcsi.New(ctx, "vault-csi", vaultcsi.Args{
		Charts: in.Charts, Namespace: mounting, CA: in.Foundation.RootCertificate, Address: servers.Address, Audience: vault.Audience,
	}, child)
	if err != nil {
		return out, err
	}
	if err := in.classes(ctx, csi, ns, child); err != nil {
		return out, err
	}
	// Every server by itself, the sealed ones too: no Service leads to those.
	_, err = in.Monitoring.Scrape(ctx, "vault", monitoring.Target{
		Namespace: ns, Pods: true, Labels: vault.Labels(), Endpoints: []monitoring.Endpoint{{
			Port: vault.PortName, Path: vault.MetricsPath, Query: map[string]string{"format": "prometheus"},
			HTTPS: &monitoring.TLS{CAConfigMap: vault.Authority, CAKey: vault.AuthorityKey, ServerName: servers.Name},
		}},
	}, child)
	if err != nil {
		return out, err
	}
	published, err := in.Web.Publish(ctx, in.Web.Host("vault"), network.Backend{Namespace: ns, Service: vault.Service, Port: vault.Port}, child)
	if err != nil {
		return out, err
	}
	out.URL = published.URL
	out.Ready = slices.Concat(servers.Ready, csi.Ready, published.Ready)
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{"url": pulumi.String(out.URL)})
}

func (in VaultInputs) servers(ns pulumi.StringOutput) (vault.Args, error) {
	v := in.Vault
	if _, err := in.Objects.User(v.Snapshots.User); err != nil {
		return vault.Args{}, fmt.Errorf("vault.snapshots: %w", err)
	}
	from := []string{csiNamespace, network.WebNamespace}
	for _, r := range v.Roles {
		from = append(from, r.Namespace)
	}
	slices.Sort(from)
	return vault.Args{
		Charts: in.Charts, Namespace: ns, NamespaceName: config.VaultNamespace, DNSDomain: in.DNSDomain,
		Replicas: v.Replicas, DiskGiB: v.DiskGiB, AuditGiB: v.AuditGiB,
		StorageClass: in.Classes.Local.Name, NodeLabel: config.LinstorLabel,
		Issuer: network.Issuer, CA: in.Foundation.RootCertificate, From: slices.Compact(from), Monitors: pulumi.String(monitoring.Namespace),
		Snapshots: vault.Snapshots{
			Schedule: v.Snapshots.Schedule, Endpoint: in.Objects.Endpoint, CA: in.Objects.CA,
			Bucket: v.Snapshots.Bucket, Class: vault.SnapshotAccount,
		},
		Storage: in.Classes.Local.Ready, IssuerReady: in.Foundation.Certificates, GatewayAPI: in.Foundation.Definitions,
	}, nil
}

// classes declares what pods mount: the snapshots' job first, then every consumer of the configuration.
func (in VaultInputs) classes(ctx *pulumi.Context, csi *vaultcsi.CSI, ns pulumi.StringOutput, child pulumi.ResourceOption) error {
	own := map[string]pulumi.StringOutput{}
	for _, name := range in.Vault.Namespaces {
		made, _, err := closedNamespace(ctx, name, kube.Restricted, in.Disposable, child)
		if err != nil {
			return err
		}
		own[name] = made
	}
	if _, err := csi.Class(ctx, vault.SnapshotAccount, ns, vault.SnapshotAccount, files(in.snapshotFiles()), child); err != nil {
		return err
	}
	for _, c := range in.Vault.Consumers {
		namespace, made := own[c.Namespace]
		if !made {
			namespace = pulumi.String(c.Namespace).ToStringOutput()
		}
		if _, err := csi.Class(ctx, c.Name, namespace, c.Name, files(c.Files), child); err != nil {
			return err
		}
	}
	return nil
}

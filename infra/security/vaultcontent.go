package security

import (
	"fmt"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/vault"
	"github.com/streamforge/infrastructure/components/vaultcontent"
	"github.com/streamforge/infrastructure/components/vaultcsi"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Keys of an S3 user's secret in Vault, below platform/s3/<user>.
const (
	s3Path      = "s3/"
	s3AccessKey = "access-key"
	s3SecretKey = "secret-key"
	s3Endpoint  = "endpoint"
	s3Region    = "region"
)

// consumerTTL is how long a token of what mounts secrets lives: one mount takes seconds.
const consumerTTL = 20 * time.Minute

// VaultContent declares what is in Vault. Like Realm it comes last: the program itself speaks to
// Vault then, by the name that the DNS server knows only once every host is published. There is
// none until the store was handed over.
func VaultContent(ctx *pulumi.Context, in VaultInputs, store VaultOutputs, named []pulumi.Resource, opts ...pulumi.ResourceOption) error {
	if in.Token == nil {
		return nil
	}
	v := in.Vault
	args := vaultcontent.Args{
		Address: v.Address, CAFile: v.CAFile, Token: *in.Token, AuditFile: v.AuditFile, Audience: vault.Audience,
		Disposable: in.Disposable, Ready: slices.Concat(store.Ready, named), Secrets: map[string]map[string]pulumi.StringInput{},
	}
	if args.AuditFile == "" {
		args.AuditFile = vault.AuditFile
	}
	if v.APIServer != "" {
		args.Outside = &vaultcontent.Outside{APIServer: v.APIServer, Namespace: store.namespace}
	}
	for _, u := range in.S3Users {
		access, err := in.Objects.User(u.Name)
		if err != nil {
			return err
		}
		args.Secrets[s3Path+u.Name] = map[string]pulumi.StringInput{
			s3AccessKey: pulumi.String(access.AccessKey), s3SecretKey: access.SecretKey,
			s3Endpoint: pulumi.String(access.Endpoint), s3Region: pulumi.String(access.Region),
		}
	}
	in.permit(&args)
	if _, err := vaultcontent.New(ctx, "vault-content", args, append(slices.Clone(opts), pulumi.Parent(store.layer))...); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

// permit fills in policies and roles: the configuration's, and one of each for every consumer.
func (in VaultInputs) permit(args *vaultcontent.Args) {
	for _, p := range in.Vault.Policies {
		policy := vaultcontent.Policy{Name: p.Name}
		for _, r := range p.Rules {
			policy.Rules = append(policy.Rules, vaultcontent.Rule(r))
		}
		args.Policies = append(args.Policies, policy)
	}
	for _, r := range in.Vault.Roles {
		args.Roles = append(args.Roles, vaultcontent.Role{
			Name: r.Name, Namespace: r.Namespace, ServiceAccounts: r.ServiceAccounts, Policies: r.Policies, TTL: r.TTL(),
		})
	}
	consumers := append([]config.VaultConsumer{{
		Name: vault.SnapshotAccount, Namespace: config.VaultNamespace, ServiceAccount: vault.SnapshotAccount, Files: in.snapshotFiles(),
	}}, in.Vault.Consumers...)
	for _, c := range consumers {
		policy := vaultcontent.Policy{Name: "consumer-" + c.Name}
		if c.Name == vault.SnapshotAccount {
			policy.Rules = append(policy.Rules, vaultcontent.Rule{Path: "sys/storage/raft/snapshot", Capabilities: []string{"read"}})
		}
		for _, path := range secretsOf(c.Files) {
			policy.Rules = append(policy.Rules, vaultcontent.Rule{Path: vaultcontent.DataPath(path), Capabilities: []string{"read"}})
		}
		args.Policies = append(args.Policies, policy)
		args.Roles = append(args.Roles, vaultcontent.Role{
			Name: c.Name, Namespace: c.Namespace, ServiceAccounts: []string{c.ServiceAccount}, Policies: []string{policy.Name}, TTL: consumerTTL,
		})
	}
}

// snapshotFiles are the credentials that snapshots are written with.
func (in VaultInputs) snapshotFiles() []config.VaultFile {
	secret := vaultcontent.Platform + "/" + s3Path + in.Vault.Snapshots.User
	return []config.VaultFile{
		{Name: vault.FileAccessKey, Secret: secret, Key: s3AccessKey}, {Name: vault.FileSecretKey, Secret: secret, Key: s3SecretKey},
	}
}

// secretsOf are the paths behind files, each once.
func secretsOf(files []config.VaultFile) (paths []string) {
	for _, f := range files {
		paths = append(paths, f.Secret)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func files(of []config.VaultFile) (all []vaultcsi.File) {
	for _, f := range of {
		all = append(all, vaultcsi.File{Name: f.Name, Secret: vaultcontent.DataPath(f.Secret), Key: f.Key})
	}
	return all
}

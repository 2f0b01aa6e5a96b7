// Package vaultcontent declares what is in Vault: the engine that holds secrets, policies, who logs
// in with which of them, the audit device, and the secrets that the platform itself makes.
package vaultcontent

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure the content.
type Args struct {
	Address   string              // https address at which this run reaches Vault
	CAFile    string              // PEM file on this machine that verifies it, empty means the system's authorities
	Token     pulumi.StringOutput // secret
	AuditFile string              // in the servers' own file system
	Audience  string              // that every token shown to Vault must be made for
	Outside   *Outside            // nil means that Vault runs in the cluster it asks
	Policies  []Policy
	Roles     []Role
	Secrets   map[string]map[string]pulumi.StringInput // path below kv/platform to keys and secret values

	Disposable bool // lets a run delete the secrets; for sandboxes only
	Ready      []pulumi.Resource
}

// Role lets service accounts log in.
type Role struct {
	Name            string
	Namespace       string
	ServiceAccounts []string
	Policies        []string
	TTL             time.Duration // of a token
}

// Content is what was declared.
type Content struct {
	pulumi.ResourceState
	Ready []pulumi.Resource
}

// Where things are in Vault.
const (
	Engine   = "kv"         // versioned key-value engine
	Login    = "kubernetes" // log-in of service accounts
	Platform = "platform"   // below Engine: what the platform writes, and people do not
)

// DataPath is where policies and readers find a secret of Engine.
func DataPath(secret string) string { return Engine + "/data/" + secret }

type provider struct{ pulumi.ProviderResourceState }

type resource struct{ pulumi.CustomResourceState }

// declaration gathers what is made.
type declaration struct {
	ctx  *pulumi.Context
	name string
	opts []pulumi.ResourceOption
	made []pulumi.Resource
}

// New declares the content.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Content, error) {
	c := &Content{}
	if err := ctx.RegisterComponentResource("streamforge:security:VaultContent", name, c, opts...); err != nil {
		return nil, fmt.Errorf("vault content %s: %w", name, err)
	}
	// A child token would take a right that the program's token has no other use for.
	inputs := pulumi.Map{"address": pulumi.String(a.Address), "token": a.Token, "skipChildToken": pulumi.Bool(true)}
	if a.CAFile != "" {
		inputs["caCertFile"] = pulumi.String(a.CAFile)
	}
	p := &provider{}
	if err := ctx.RegisterResource("pulumi:providers:vault", name, inputs, p, pulumi.Parent(c), pulumi.Version(pins.VaultPlugin)); err != nil {
		return nil, fmt.Errorf("vault provider: %w", err)
	}
	d := &declaration{ctx: ctx, name: name, opts: []pulumi.ResourceOption{
		pulumi.Parent(c), pulumi.Provider(p), pulumi.Version(pins.VaultPlugin), kube.After(a.Ready...),
	}}
	if err := d.all(a, pulumi.Parent(c)); err != nil {
		return nil, err
	}
	c.Ready = d.made
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

func (d *declaration) all(a Args, child pulumi.ResourceOption) error {
	keep := pulumi.Protect(!a.Disposable)
	// The audit device comes first: what follows is in its log.
	audit, err := d.add("vault:index/audit:Audit", "audit", pulumi.Map{
		"type": pulumi.String("file"), "path": pulumi.String("file"),
		"options": pulumi.StringMap{"file_path": pulumi.String(a.AuditFile), "mode": pulumi.String("0600")},
	})
	if err != nil {
		return err
	}
	engine, err := d.add("vault:index/mount:Mount", "engine", pulumi.Map{
		"path": pulumi.String(Engine), "type": pulumi.String("kv"), "options": pulumi.StringMap{"version": pulumi.String("2")},
		"description": pulumi.String("secrets of the platform and of people"),
	}, keep, kube.After(audit))
	if err != nil {
		return err
	}
	for _, p := range a.Policies {
		if _, err := d.add("vault:index/policy:Policy", "policy-"+p.Name, pulumi.Map{
			"name": pulumi.String(p.Name), "policy": pulumi.String(p.HCL()),
		}, kube.After(audit)); err != nil {
			return err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(a.Secrets)) {
		if err := d.secret(path, a.Secrets[path], keep, kube.After(engine)); err != nil {
			return err
		}
	}
	return d.logins(a, child, audit)
}

// secret writes one. It is never read back: the program's token may not. When it goes, all of its
// versions go: deleting the newest only would leave the others for whoever may read the path, and
// is no right of the program's token.
func (d *declaration) secret(path string, values map[string]pulumi.StringInput, opts ...pulumi.ResourceOption) error {
	plain := pulumi.StringMap{}
	for k, v := range values {
		plain[k] = v
	}
	content := plain.ToStringMapOutput().ApplyT(func(values map[string]string) (string, error) {
		raw, err := json.Marshal(values)
		return string(raw), err
	}).(pulumi.StringOutput)
	_, err := d.add("vault:generic/secret:Secret", "secret-"+path, pulumi.Map{
		"path": pulumi.String(Engine + "/" + Platform + "/" + path), "dataJson": pulumi.ToSecret(content), "disableRead": pulumi.Bool(true),
		"deleteAllVersions": pulumi.Bool(true),
	}, append(opts, pulumi.AdditionalSecretOutputs([]string{"data", "dataJson"}))...)
	return err
}

// logins declares the log-in and its roles.
func (d *declaration) logins(a Args, child pulumi.ResourceOption, audit pulumi.Resource) error {
	backend, err := d.add("vault:index/authBackend:AuthBackend", "login", pulumi.Map{
		"type": pulumi.String("kubernetes"), "path": pulumi.String(Login),
	}, kube.After(audit))
	if err != nil {
		return err
	}
	conf := pulumi.Map{
		"backend": pulumi.String(Login), "kubernetesHost": pulumi.String("https://kubernetes.default.svc:443"),
		"disableIssValidation": pulumi.Bool(true), "disableLocalCaJwt": pulumi.Bool(a.Outside != nil),
	}
	if a.Outside != nil {
		if err := d.reviewer(a.Outside, conf, child); err != nil {
			return err
		}
	}
	configured, err := d.add("vault:kubernetes/authBackendConfig:AuthBackendConfig", "login", conf, kube.After(backend))
	if err != nil {
		return err
	}
	for _, r := range a.Roles {
		seconds := pulumi.Int(int(r.TTL.Seconds()))
		if _, err := d.add("vault:kubernetes/authBackendRole:AuthBackendRole", "role-"+r.Name, pulumi.Map{
			"backend": pulumi.String(Login), "roleName": pulumi.String(r.Name), "audience": pulumi.String(a.Audience),
			"boundServiceAccountNames":      pulumi.ToStringArray(r.ServiceAccounts),
			"boundServiceAccountNamespaces": pulumi.ToStringArray([]string{r.Namespace}),
			"tokenPolicies":                 pulumi.ToStringArray(r.Policies),
			"tokenNoDefaultPolicy":          pulumi.Bool(false), "tokenTtl": seconds, "tokenMaxTtl": seconds,
		}, kube.After(configured)); err != nil {
			return err
		}
	}
	return nil
}

// add registers one resource of the provider.
func (d *declaration) add(token, role string, inputs pulumi.Map, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	r := &resource{}
	if err := d.ctx.RegisterResource(token, d.name+"-"+role, inputs, r, append(slices.Clone(d.opts), opts...)...); err != nil {
		return nil, fmt.Errorf("vault %s: %w", role, err)
	}
	d.made = append(d.made, r)
	return r, nil
}

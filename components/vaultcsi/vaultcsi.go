// Package vaultcsi mounts secrets of Vault into pods as files: the Secrets Store CSI driver, and
// Vault's provider for it. Nothing is ever copied into a Secret.
package vaultcsi

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure driver and provider.
type Args struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // must exist, of its own, and allow privileged pods: both mount the nodes' folders
	CA        pulumi.StringInput // PEM that verifies Address
	Address   string             // https address of Vault inside the cluster
	Audience  string             // of the tokens that kubelets make for the driver
}

// CSI is the installed driver.
type CSI struct {
	pulumi.ResourceState
	Ready []pulumi.Resource

	address string
}

// Driver names the driver in a pod's volume.
const Driver = "secrets-store.csi.k8s.io"

const (
	authority = "vault-ca"
	caKey     = "ca.crt"
	caPath    = "/vault/tls"
)

// New installs driver and provider.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*CSI, error) {
	c := &CSI{address: a.Address}
	if err := ctx.RegisterComponentResource("streamforge:security:VaultCSI", name, c, opts...); err != nil {
		return nil, fmt.Errorf("vault csi %s: %w", name, err)
	}
	child := pulumi.Parent(c)
	ca, err := kube.ConfigMap(ctx, name+"-ca", kube.ConfigMapArgs{
		Name: authority, Namespace: a.Namespace, Data: pulumi.StringMap{caKey: a.CA},
	}, child)
	if err != nil {
		return nil, err
	}
	driver, err := a.Charts.Release(ctx, "secrets-store-csi-driver", pins.SecretsStoreCSI, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: driverValues(a),
	}, child)
	if err != nil {
		return nil, err
	}
	provider, err := a.Charts.Release(ctx, name, pins.Vault, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: providerValues(a),
	}, child, kube.After(ca))
	if err != nil {
		return nil, err
	}
	c.Ready = []pulumi.Resource{driver, provider}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

func driverValues(a Args) pulumi.Map {
	return pulumi.Map{
		"syncSecret":           pulumi.Map{"enabled": pulumi.Bool(false)}, // also keeps the driver from reading Secrets
		"enableSecretRotation": pulumi.Bool(true),
		"rotationPollInterval": pulumi.String("2m"),
		"tokenRequests":        pulumi.Array{pulumi.Map{"audience": pulumi.String(a.Audience)}},
	}
}

// providerValues are of Vault's chart with everything off but the provider. Its sidecar could not
// be told of a private authority, so the provider speaks to Vault by itself.
func providerValues(a Args) pulumi.Map {
	return pulumi.Map{
		"global":   pulumi.Map{"externalVaultAddr": pulumi.String(a.Address), "tlsDisable": pulumi.Bool(false)},
		"injector": pulumi.Map{"enabled": pulumi.Bool(false)},
		"server":   pulumi.Map{"enabled": pulumi.Bool(false), "serviceAccount": pulumi.Map{"create": pulumi.Bool(false)}},
		"csi": pulumi.Map{
			"enabled":   pulumi.Bool(true),
			"agent":     pulumi.Map{"enabled": pulumi.Bool(false)},
			"extraArgs": pulumi.ToStringArray([]string{"-vault-tls-ca-cert=" + caPath + "/" + caKey}),
			"resources": kube.Resources("20m", "64Mi", "128Mi"),
			"pod":       pulumi.Map{"tolerations": pulumi.Array{pulumi.Map{"operator": pulumi.String("Exists")}}},
			"volumes": pulumi.Array{pulumi.Map{
				"name": pulumi.String("tls"), "configMap": pulumi.Map{"name": pulumi.String(authority)},
			}},
			"volumeMounts": pulumi.Array{pulumi.Map{
				"name": pulumi.String("tls"), "mountPath": pulumi.String(caPath), "readOnly": pulumi.Bool(true),
			}},
		},
	}
}

// File is one secret as one file.
type File struct {
	Name   string
	Secret string // path in Vault, with the data/ of a versioned engine
	Key    string
}

var classKind = kube.Kind{APIVersion: "secrets-store.csi.x-k8s.io/v1", Kind: "SecretProviderClass"}

// Class declares what a workload's pods mount. role is the one that their service account logs in with.
func (c *CSI) Class(ctx *pulumi.Context, name string, namespace pulumi.StringInput, role string, files []File,
	opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	var objects strings.Builder
	for _, f := range files {
		fmt.Fprintf(&objects, "- objectName: %q\n  secretPath: %q\n  secretKey: %q\n", f.Name, f.Secret, f.Key)
	}
	return kube.Apply(ctx, name+"-class", kube.Object{
		Kind: classKind, Name: name, Namespace: namespace.ToStringOutput().ToStringPtrOutput(),
		Spec: pulumi.Map{"provider": pulumi.String("vault"), "parameters": pulumi.StringMap{
			"roleName":        pulumi.String(role),
			"vaultAddress":    pulumi.String(c.address),
			"vaultCACertPath": pulumi.String(caPath + "/" + caKey),
			"objects":         pulumi.String(objects.String()),
		}},
	}, append(opts, kube.After(c.Ready...))...)
}

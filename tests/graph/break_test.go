package graph_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// bare is any resource, registered by its token.
type bare struct{ pulumi.CustomResourceState }

type component struct{ pulumi.ResourceState }

func register(ctx *pulumi.Context, token, name string, inputs pulumi.Map, opts ...pulumi.ResourceOption) error {
	return ctx.RegisterResource(token, name, inputs, &bare{}, opts...)
}

func object(apiVersion, kind string, more pulumi.Map) pulumi.Map {
	m := pulumi.Map{"apiVersion": pulumi.String(apiVersion), "kind": pulumi.String(kind)}
	for k, v := range more {
		m[k] = v
	}
	return m
}

func pod(container pulumi.Map) pulumi.Map {
	return object("v1", "Pod", pulumi.Map{"spec": pulumi.Map{"containers": pulumi.Array{container}}})
}

// breaks holds, for each property, a program of one or two resources that breaks it.
var breaks = map[string]pulumi.RunFunc{
	"URNs are unique": func(ctx *pulumi.Context) error {
		for _, name := range []string{"a", "b"} {
			c := &component{}
			if err := ctx.RegisterComponentResource("streamforge:test:Twin", name, c); err != nil {
				return err
			}
			// The URN of a child holds its parent's type, not its parent's name.
			if err := register(ctx, "test:index:Thing", "child", nil, pulumi.Parent(c)); err != nil {
				return err
			}
		}
		return nil
	},
	"every resource has a layer": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:Pod", "stray", nil)
	},
	"containers have requests and limits": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:Pod", "greedy", pod(pulumi.Map{"image": pulumi.String("a/b:1.0")}))
	},
	"images are pinned": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:Pod", "floating", pod(pulumi.Map{"image": pulumi.String("a/b:latest")}))
	},
	"claims name a storage class that exists": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:PersistentVolumeClaim", "homeless", object("v1", "PersistentVolumeClaim", pulumi.Map{
			"spec": pulumi.Map{"accessModes": pulumi.StringArray{pulumi.String("ReadWriteOnce")}, "storageClassName": pulumi.String("gold")},
		}))
	},
	"releases are pinned": func(ctx *pulumi.Context) error {
		return register(ctx, releaseType, "floating", pulumi.Map{"chart": pulumi.String("/m/metallb-0.1.0.tgz"), "version": pulumi.String("0.1.0")})
	},
	"custom resources come after their definitions": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:metallb.io/v1beta1:IPAddressPool", "early", object("metallb.io/v1beta1", "IPAddressPool", nil))
	},
	"host names lie in the domain": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:x:HTTPRoute", "stray", pulumi.Map{"spec": pulumi.Map{"hostnames": pulumi.StringArray{pulumi.String("a.example.org")}}})
	},
	"addresses come from the configuration": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:Service", "literal", pulumi.Map{"spec": pulumi.Map{"loadBalancerIP": pulumi.String("10.9.8.7")}})
	},
	"secrets are marked secret": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:Secret", "leak", object("v1", "Secret", pulumi.Map{
			"stringData": pulumi.StringMap{"password": pulumi.String("in clear")}}))
	},
	"there is one default storage class": func(ctx *pulumi.Context) error {
		return register(ctx, classType, "plain", object("storage.k8s.io/v1", "StorageClass", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("plain"), "annotations": pulumi.StringMap{defaultClass: pulumi.String("false")}}}))
	},
	"what cannot be rebuilt is protected": func(ctx *pulumi.Context) error {
		return register(ctx, "proxmoxve:VM/virtualMachine:VirtualMachine", "loose", nil)
	},
	"namespaces state their pod security": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:Namespace", "open", object("v1", "Namespace", pulumi.Map{"metadata": pulumi.Map{"name": pulumi.String("open")}}))
	},
	"published hosts answer": func(ctx *pulumi.Context) error {
		return ctx.RegisterComponentResource("streamforge:network:Published", "nowhere.dmz.home", &component{})
	},
	"the gate knows every kind": func(ctx *pulumi.Context) error {
		return register(ctx, "test:index:Gadget", "new", nil)
	},
	"namespaces exist before what is in them": func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:Pod", "early", object("v1", "Pod", pulumi.Map{"metadata": pulumi.Map{"namespace": pulumi.String("nowhere")}}))
	},
}

// TestPropertiesCanFail proves that each property notices what it is there for.
func TestPropertiesCanFail(t *testing.T) {
	for name, holds := range properties {
		t.Run(name, func(t *testing.T) {
			program, ok := breaks[name]
			require.True(t, ok, "no case breaks this property")
			g, err := run(t, "homelab", program)
			require.NoError(t, err)
			require.NotEmpty(t, holds(g))
		})
	}
}

// TestPlainSecretsAreNoticed: in a Secret, and wherever a property's name says what it holds.
func TestPlainSecretsAreNoticed(t *testing.T) {
	login := func(value pulumi.Input) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			return register(ctx, "test:index:Thing", "leak", pulumi.Map{"login": pulumi.Map{"adminPassword": value}})
		}
	}
	for name, c := range map[string]struct {
		program pulumi.RunFunc
		broken  int
	}{
		"in a Secret": {func(ctx *pulumi.Context) error {
			return register(ctx, "kubernetes:core/v1:Secret", "leak", object("v1", "Secret", pulumi.Map{
				"stringData": pulumi.StringMap{"config": pulumi.String("in clear")}}))
		}, 1},
		"by its name":         {login(pulumi.String("in clear")), 1},
		"by its name, marked": {login(pulumi.ToSecret(pulumi.String("hidden"))), 0},
		"from a variable":     {login(pulumi.String("$LOGS_PASSWORD")), 0},
	} {
		g, err := run(t, "homelab", c.program)
		require.NoError(t, err)
		require.Len(t, secretsMarked(g), c.broken, name)
	}
}

// TestEveryGuardedKindIsNoticed: the protection is checked for each kind by itself.
func TestEveryGuardedKindIsNoticed(t *testing.T) {
	for _, kind := range guarded {
		g, err := run(t, "homelab", func(ctx *pulumi.Context) error { return register(ctx, kind, "loose", nil) })
		require.NoError(t, err)
		require.Len(t, protected(g), 1, kind)
	}
}

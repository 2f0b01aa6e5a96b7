package security

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/configsyncer"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// SyncInputs is what keeping copies equal needs.
type SyncInputs struct {
	Charts     kube.Charts
	Sync       config.Sync
	Passwords  map[string]pulumi.StringOutput // of sync.registries, by name, secret
	Cluster    string                         // name written on copies
	CA         pulumi.StringOutput            // PEM, public
	Disposable bool                           // lets a run delete the namespace; for sandboxes only
}

// What copies are called.
const (
	AuthorityConfigMap = "platform-ca"
	AuthorityKey       = "ca.crt" // PEM
)

// PullSecret names the Secret with a registry's login, for imagePullSecrets.
func PullSecret(registry string) string { return "pull-" + registry }

type syncLayer struct{ pulumi.ResourceState }

// Sync declares the controller, and what it copies.
func Sync(ctx *pulumi.Context, in SyncInputs, opts ...pulumi.ResourceOption) error {
	l := &syncLayer{}
	if err := ctx.RegisterComponentResource("streamforge:security:Sync", "sync", l, opts...); err != nil {
		return err
	}
	child := pulumi.Parent(l)
	ns, _, err := closedNamespace(ctx, "config-syncer", kube.Baseline, in.Disposable, child)
	if err != nil {
		return err
	}
	syncer, err := configsyncer.New(ctx, "config-syncer", configsyncer.Args{
		Charts: in.Charts, Controller: configsyncer.Controller(in.Sync.Controller), Namespace: ns, ClusterName: in.Cluster,
	}, child)
	if err != nil {
		return err
	}
	_, err = syncer.ConfigMap(ctx, AuthorityConfigMap, in.Sync.Authority, pulumi.StringMap{AuthorityKey: in.CA}, child)
	if err != nil {
		return err
	}
	for _, r := range in.Sync.Registries {
		_, err := syncer.Secret(ctx, PullSecret(r.Name), r.Namespaces, kube.SecretArgs{
			Type: "kubernetes.io/dockerconfigjson",
			Data: pulumi.StringMap{".dockerconfigjson": dockerConfig(r, in.Passwords[r.Name])},
		}, child)
		if err != nil {
			return fmt.Errorf("registry %s: %w", r.Name, err)
		}
	}
	return ctx.RegisterResourceOutputs(l, pulumi.Map{})
}

// dockerConfig is the login in the form that kubelets read.
func dockerConfig(r config.SyncRegistry, password pulumi.StringOutput) pulumi.StringOutput {
	return password.ApplyT(func(password string) (string, error) {
		raw, err := json.Marshal(map[string]any{"auths": map[string]any{r.Server: map[string]string{
			"username": r.User, "password": password,
			"auth": base64.StdEncoding.EncodeToString([]byte(r.User + ":" + password)),
		}}})
		return string(raw), err
	}).(pulumi.StringOutput)
}

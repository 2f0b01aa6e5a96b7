package vaultcontent

import (
	"encoding/base64"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Outside is a Vault that runs outside the cluster: it has no token of its own to ask the API
// server with whose token it was shown.
type Outside struct {
	APIServer string             // https address
	Namespace pulumi.StringInput // where the account it asks with stands
}

const reviewer = "vault-reviewer"

var bindingKind = kube.Kind{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "ClusterRoleBinding"}

// filled is a Secret into which the cluster writes a token.
type filled struct {
	pulumi.CustomResourceState
	Data pulumi.StringMapOutput `pulumi:"data"`
}

// reviewer makes an account that may ask about tokens and nothing else, and gives its token to conf.
func (d *declaration) reviewer(o *Outside, conf pulumi.Map, child pulumi.ResourceOption) error {
	namespace := o.Namespace.ToStringOutput()
	account, err := kube.ServiceAccount(d.ctx, d.name+"-reviewer", reviewer, namespace, nil, child)
	if err != nil {
		return err
	}
	binding, err := kube.Apply(d.ctx, d.name+"-reviewer-binding", kube.Object{
		Kind: bindingKind, Name: reviewer, Fields: pulumi.Map{
			"roleRef": pulumi.Map{
				"apiGroup": pulumi.String("rbac.authorization.k8s.io"), "kind": pulumi.String("ClusterRole"), "name": pulumi.String("system:auth-delegator"),
			},
			"subjects": pulumi.Array{pulumi.Map{"kind": pulumi.String("ServiceAccount"), "name": pulumi.String(reviewer), "namespace": namespace}},
		},
	}, child, kube.After(account))
	if err != nil {
		return err
	}
	token := &filled{}
	err = d.ctx.RegisterResource("kubernetes:core/v1:Secret", d.name+"-reviewer-token", pulumi.Map{
		"apiVersion": pulumi.String("v1"), "kind": pulumi.String("Secret"), "type": pulumi.String("kubernetes.io/service-account-token"),
		"metadata": pulumi.Map{"name": pulumi.String(reviewer), "namespace": namespace,
			"annotations": pulumi.StringMap{"kubernetes.io/service-account.name": pulumi.String(reviewer)}},
	}, token, child, kube.After(account, binding), pulumi.AdditionalSecretOutputs([]string{"data"}))
	if err != nil {
		return fmt.Errorf("token of %s: %w", reviewer, err)
	}
	conf["kubernetesHost"] = pulumi.String(o.APIServer)
	conf["tokenReviewerJwt"] = pulumi.ToSecret(field(token.Data, "token"))
	conf["kubernetesCaCert"] = field(token.Data, "ca.crt")
	return nil
}

// field decodes one key of a Secret.
func field(data pulumi.StringMapOutput, key string) pulumi.StringOutput {
	return data.ApplyT(func(data map[string]string) (string, error) {
		raw, err := base64.StdEncoding.DecodeString(data[key])
		if err != nil || len(raw) == 0 {
			return "", fmt.Errorf("token of %s: the cluster has written no %s", reviewer, key)
		}
		return string(raw), nil
	}).(pulumi.StringOutput)
}

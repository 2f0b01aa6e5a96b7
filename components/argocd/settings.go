package argocd

import (
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// ssoKey is the key of argocd-secret with the client's secret.
const ssoKey = "oidc.sso.clientSecret"

// exclusions are what Argo CD does not look at. The chart's own list also hides cert-manager's
// requests, without which nobody sees why a certificate is not issued.
const exclusions = `- apiGroups: ['', discovery.k8s.io]
  kinds: [Endpoints, EndpointSlice]
- apiGroups: [coordination.k8s.io]
  kinds: [Lease]
- apiGroups: [authentication.k8s.io, authorization.k8s.io]
  kinds: [SelfSubjectReview, TokenReview, LocalSubjectAccessReview, SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview]
- apiGroups: [certificates.k8s.io]
  kinds: [CertificateSigningRequest]
`

// settings declares the ConfigMap and the Secrets that Argo CD reads. They are no values of the
// chart, so that a password is in no release, and that the one the server would write into them
// at its first start is there before it.
func (c *ArgoCD) settings(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	child := pulumi.Parent(c)
	generated := map[string]pulumi.StringOutput{}
	for _, key := range []string{"session", "redis"} {
		value, err := secrets.Password(ctx, name+"-"+key, child)
		if err != nil {
			return nil, err
		}
		generated[key] = value
	}
	general, err := general(a)
	if err != nil {
		return nil, err
	}
	account := pulumi.StringMap{
		"admin.password":      secrets.Bcrypt(c.Password),
		"admin.passwordMtime": pulumi.ToSecret(pulumi.String("2025-01-01T00:00:00Z")).(pulumi.StringOutput),
		"server.secretkey":    generated["session"],
	}
	if a.SSO != nil {
		account[ssoKey] = a.SSO.ClientSecret
	}
	settings, err := kube.ConfigMap(ctx, name+"-cm", kube.ConfigMapArgs{
		Name: "argocd-cm", Namespace: a.Namespace, Labels: labels("argocd-cm"), Data: general,
	}, child)
	if err != nil {
		return nil, err
	}
	all := []pulumi.Resource{settings}
	repository := labels("argocd-repo-" + root)
	repository["argocd.argoproj.io/secret-type"] = pulumi.String("repository")
	for _, s := range []kube.SecretArgs{
		{Name: "argocd-secret", Labels: labels("argocd-secret"), Data: account},
		{Name: "argocd-redis", Labels: labels("argocd-redis"), Data: pulumi.StringMap{"auth": generated["redis"]}},
		{Name: "argocd-repo-" + root, Labels: repository, Data: pulumi.StringMap{
			"type": secret("git"), "url": secret(a.Repository.URL), "name": secret(root), "project": secret(""),
			"username": pulumi.String(a.Repository.Username), "password": a.Repository.Token,
		}},
	} {
		s.Namespace = a.Namespace
		made, err := kube.Secret(ctx, name+"-"+s.Name, s, child)
		if err != nil {
			return nil, err
		}
		all = append(all, made)
	}
	return all, nil
}

func secret(s string) pulumi.StringInput {
	return pulumi.ToSecret(pulumi.String(s)).(pulumi.StringOutput)
}

// labels are what Argo CD finds its settings by.
func labels(name string) pulumi.StringMap {
	return pulumi.StringMap{NameLabel: pulumi.String(name), "app.kubernetes.io/part-of": pulumi.String("argocd")}
}

func general(a Args) (pulumi.StringMap, error) {
	checks, err := healthChecks()
	if err != nil {
		return nil, err
	}
	maps.Copy(checks, map[string]string{
		"url":                                "https://" + a.Host,
		"admin.enabled":                      "true", // the way in while there is no SSO, and when it is down
		"exec.enabled":                       "false",
		"statusbadge.enabled":                "false",
		"timeout.reconciliation":             "180s",
		"application.instanceLabelKey":       "argocd.argoproj.io/instance",
		"application.resourceTrackingMethod": "annotation",
		"resource.exclusions":                exclusions,
		"resource.customizations.ignoreResourceUpdates.all": "jsonPointers: [/status]\n",
		// What scales a workload owns its number of copies.
		"resource.customizations.ignoreDifferences.apps_Deployment": "jsonPointers: [/spec/replicas]\n",
	})
	all := pulumi.ToStringMap(checks)
	if a.SSO != nil {
		all["oidc.config"] = pulumi.Sprintf("name: %s\nissuer: %s\nlogoutURL: %q\nclientID: %s\nclientSecret: $%s\n"+
			"requestedScopes: [%s]\nrootCA: %q\n",
			a.SSO.Name, a.SSO.Issuer, a.SSO.LogoutURL, a.SSO.ClientID, ssoKey, strings.Join(a.SSO.Scopes, ", "), a.SSO.CA)
	}
	return all, nil
}

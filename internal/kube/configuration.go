package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// SecretArgs describe a Secret.
type SecretArgs struct {
	Name        string             // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringInput // must exist
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Type        string           // e.g. kubernetes.io/tls; empty means Opaque
	Data        pulumi.StringMap // plain text; all of it is a Pulumi secret from here on
}

// Secret registers a Secret.
func Secret(ctx *pulumi.Context, name string, a SecretArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	fields := pulumi.Map{}
	if a.Data != nil {
		fields["stringData"] = pulumi.ToSecret(a.Data)
	}
	if a.Type != "" {
		fields["type"] = pulumi.String(a.Type)
	}
	opts = append(opts, pulumi.AdditionalSecretOutputs([]string{"data", "stringData"}))
	return register(ctx, Kind{"v1", "Secret"}, name, meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), fields, opts...)
}

// ConfigMapArgs describe a ConfigMap.
type ConfigMapArgs struct {
	Name        string             // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringInput // must exist
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Data        pulumi.StringMap // public, at most 1 MiB in all
	Immutable   bool             // it cannot change: new content needs another Name
}

// ConfigMap registers a ConfigMap.
func ConfigMap(ctx *pulumi.Context, name string, a ConfigMapArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	fields := pulumi.Map{"data": a.Data}
	if a.Immutable {
		fields["immutable"] = pulumi.Bool(true)
	}
	return register(ctx, Kind{"v1", "ConfigMap"}, name, meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), fields, opts...)
}

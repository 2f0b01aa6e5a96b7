package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// PodSecurity is a Pod Security Standard, the strictest that everything in a namespace meets.
type PodSecurity string

// The three Pod Security Standards.
const (
	Privileged PodSecurity = "privileged"
	Baseline   PodSecurity = "baseline"
	Restricted PodSecurity = "restricted"
)

// Namespace declares a namespace that enforces level. Only layers call it: a namespace has one
// owner. It is protected unless opts say otherwise, because deleting a namespace deletes
// everything in it. Its name as an Output orders what is made in it.
func Namespace(ctx *pulumi.Context, name string, level PodSecurity,
	opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	opts = append([]pulumi.ResourceOption{pulumi.Protect(true)}, opts...)
	labels := pulumi.StringMap{}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = pulumi.String(string(level))
	}
	ns, err := register(ctx, Kind{"v1", "Namespace"}, name, meta(name, "", nil, labels, nil), pulumi.Map{}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return ns.Metadata.ApplyT(func(map[string]any) string { return name }).(pulumi.StringOutput), nil
}

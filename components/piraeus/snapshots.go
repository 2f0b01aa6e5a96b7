package piraeus

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

var snapshotClassKind = kube.Kind{APIVersion: "snapshot.storage.k8s.io/v1", Kind: "VolumeSnapshotClass"}

// snapshots declares the kinds of snapshots, the controller that every driver shares, and the
// class of Linstor's.
func (p *Piraeus) snapshots(ctx *pulumi.Context, name string, a Args, linstor pulumi.Resource) error {
	child := pulumi.Parent(p)
	definitions, err := a.Charts.Manifest(ctx, name+"-snapshots", pins.SnapshotCRDs, child)
	if err != nil {
		return err
	}
	access, err := p.snapshotAccess(ctx, name+"-snapshots", a)
	if err != nil {
		return err
	}
	controller, err := p.snapshotController(ctx, name+"-snapshots", a, append(access, definitions...))
	if err != nil {
		return fmt.Errorf("%s: %w", snapshotter, err)
	}
	class, err := kube.Apply(ctx, name+"-snapshot-class", kube.Object{
		Kind: snapshotClassKind, Name: a.SnapshotClass,
		Annotations: pulumi.StringMap{"snapshot.storage.kubernetes.io/is-default-class": pulumi.String("true")},
		// Retain: deleting the namespace of a snapshot does not delete what may be the last copy.
		Fields: pulumi.Map{"driver": pulumi.String(driver), "deletionPolicy": pulumi.String("Retain")},
	}, child, kube.After(definitions...), pulumi.RetainOnDelete(!a.Disposable), pulumi.Protect(!a.Disposable))
	if err != nil {
		return err
	}
	p.Snapshot = kube.Class{Name: a.SnapshotClass, Ready: []pulumi.Resource{linstor, controller, class}}
	return nil
}

// snapshotAccess gives the controller its rights: objects of snapshots, and claims, which it
// guards against deletion while they are being copied.
func (p *Piraeus) snapshotAccess(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	rule := func(group string, resources, verbs []string) pulumi.Map {
		return pulumi.Map{
			"apiGroups": pulumi.ToStringArray([]string{group}), "resources": pulumi.ToStringArray(resources),
			"verbs": pulumi.ToStringArray(verbs),
		}
	}
	const group = "snapshot.storage.k8s.io"
	watch := []string{"get", "list", "watch"}
	all := func(more ...string) []string { return append([]string{"get", "list", "watch"}, more...) }
	grants := []struct {
		role, binding string
		namespace     pulumi.StringPtrInput
		rules         pulumi.Array
	}{
		{"ClusterRole", "ClusterRoleBinding", nil, pulumi.Array{
			rule("", []string{"persistentvolumes"}, watch),
			rule("", []string{"persistentvolumeclaims"}, all("update")),
			rule("", []string{"events"}, []string{"list", "watch", "create", "update", "patch"}),
			rule("storage.k8s.io", []string{"storageclasses"}, watch),
			rule(group, []string{"volumesnapshotclasses"}, watch),
			rule(group, []string{"volumesnapshotcontents"}, all("create", "update", "patch", "delete")),
			rule(group, []string{"volumesnapshotcontents/status"}, []string{"patch"}),
			rule(group, []string{"volumesnapshots"}, all("create", "update", "patch", "delete")),
			rule(group, []string{"volumesnapshots/status"}, []string{"update", "patch"}),
		}},
		{"Role", "RoleBinding", a.Namespace.ToStringOutput().ToStringPtrOutput(), pulumi.Array{
			rule("coordination.k8s.io", []string{"leases"}, all("create", "update", "delete")),
		}},
	}
	made := []pulumi.Resource{}
	for _, g := range grants {
		role, err := kube.Apply(ctx, name+"-"+strings.ToLower(g.role), kube.Object{
			Kind: kube.Kind{APIVersion: rbac, Kind: g.role}, Name: snapshotter, Namespace: g.namespace,
			Fields: pulumi.Map{"rules": g.rules},
		}, pulumi.Parent(p))
		if err != nil {
			return nil, err
		}
		binding, err := kube.Apply(ctx, name+"-"+strings.ToLower(g.binding), kube.Object{
			Kind: kube.Kind{APIVersion: rbac, Kind: g.binding}, Name: snapshotter, Namespace: g.namespace,
			Fields: pulumi.Map{
				"roleRef": pulumi.Map{
					"apiGroup": pulumi.String(rbacGroup), "kind": pulumi.String(g.role), "name": pulumi.String(snapshotter),
				},
				"subjects": pulumi.Array{pulumi.Map{
					"kind": pulumi.String("ServiceAccount"), "name": pulumi.String(snapshotter), "namespace": a.Namespace,
				}},
			},
		}, pulumi.Parent(p), kube.After(role))
		if err != nil {
			return nil, err
		}
		made = append(made, binding)
	}
	return made, nil
}

const (
	rbacGroup   = "rbac.authorization.k8s.io"
	rbac        = rbacGroup + "/v1"
	snapshotter = "snapshot-controller"
)

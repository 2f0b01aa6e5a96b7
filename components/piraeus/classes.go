package piraeus

import (
	"maps"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var classKind = kube.Kind{APIVersion: "storage.k8s.io/v1", Kind: "StorageClass"}

const (
	driver   = "linstor.csi.linbit.com"
	option   = driver + "/"
	property = "property." + driver + "/DrbdOptions/"
)

// classes declares both StorageClasses. Parameters cannot be changed: another value is another
// class under another name, and volumes keep what they were made with. Their objects need no more than
// the operator, which checks them; their claims need Linstor.
func (p *Piraeus) classes(ctx *pulumi.Context, name string, a Args, operator, linstor pulumi.Resource) error {
	// A node that loses sight of the others stops writing and waits, rather than diverging; once
	// the volume runs elsewhere, it gives up what it has not written.
	replicated, err := p.class(ctx, name+"-replicated", a, a.ReplicatedClass, true, pulumi.StringMap{
		option + "placementCount":                           pulumi.String(strconv.Itoa(a.Replicas)),
		property + "auto-quorum":                            pulumi.String("suspend-io"),
		property + "Resource/on-no-data-accessible":         pulumi.String("suspend-io"),
		property + "Resource/on-suspended-primary-outdated": pulumi.String("force-secondary"),
		property + "Net/rr-conflict":                        pulumi.String("retry-connect"),
	}, operator)
	if err != nil {
		return err
	}
	local, err := p.class(ctx, name+"-local", a, a.LocalClass, false, pulumi.StringMap{
		option + "placementCount":          pulumi.String("1"),
		option + "layerList":               pulumi.String("storage"), // no DRBD in between
		option + "allowRemoteVolumeAccess": pulumi.String("false"),
	}, operator)
	if err != nil {
		return err
	}
	p.Replicated = kube.Class{Name: a.ReplicatedClass, Ready: []pulumi.Resource{linstor, replicated}}
	p.Local = kube.Class{Name: a.LocalClass, Ready: []pulumi.Resource{linstor, local}}
	return nil
}

func (p *Piraeus) class(ctx *pulumi.Context, name string, a Args, class string, isDefault bool,
	parameters pulumi.StringMap, operator pulumi.Resource) (pulumi.Resource, error) {
	all := pulumi.StringMap{
		option + "storagePool":      pulumi.String(pool),
		"csi.storage.k8s.io/fstype": pulumi.String("xfs"),
	}
	maps.Copy(all, parameters)
	return kube.Apply(ctx, name, kube.Object{
		Kind: classKind, Name: class,
		Annotations: pulumi.StringMap{
			"storageclass.kubernetes.io/is-default-class": pulumi.String(strconv.FormatBool(isDefault)),
		},
		Fields: pulumi.Map{
			"provisioner":          pulumi.String(driver),
			"parameters":           all,
			"allowVolumeExpansion": pulumi.Bool(true),
			"reclaimPolicy":        pulumi.String("Retain"),
			// The volume is made where its pod is scheduled, not the other way round.
			"volumeBindingMode": pulumi.String("WaitForFirstConsumer"),
		},
	}, pulumi.Parent(p), kube.After(operator), pulumi.Protect(!a.Disposable), pulumi.RetainOnDelete(!a.Disposable))
}

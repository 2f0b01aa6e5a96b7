// Package configsyncer keeps copies of Secrets and ConfigMaps in other namespaces equal to their
// originals. One of two controllers does it, the rest of the platform does not see which.
package configsyncer

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Controller is what makes the copies.
type Controller string

// The controllers.
const (
	// ConfigSyncer was called kubed. Its charts and images are under the AppsCode Community License
	// 1.0.0: everybody may use them, nobody may pass them on or change them.
	ConfigSyncer Controller = "config-syncer"
	// Reflector does the same under the MIT licence.
	Reflector Controller = "reflector"
)

// Args configure the controller.
type Args struct {
	Charts      kube.Charts
	Controller  Controller
	Namespace   pulumi.StringInput // of the controller and the originals
	ClusterName string             // written on copies
}

// Syncer is the running controller.
type Syncer struct {
	pulumi.ResourceState
	Ready []pulumi.Resource

	controller Controller
	namespace  pulumi.StringInput
}

// New installs the chart.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Syncer, error) {
	s := &Syncer{controller: a.Controller, namespace: a.Namespace}
	if err := ctx.RegisterComponentResource("streamforge:security:ConfigSyncer", name, s, opts...); err != nil {
		return nil, fmt.Errorf("config syncer %s: %w", name, err)
	}
	pin, values := pins.ConfigSyncer, configSyncer(a)
	if a.Controller == Reflector {
		pin, values = pins.Reflector, reflector()
	}
	release, err := a.Charts.Release(ctx, name, pin, kube.ReleaseArgs{Namespace: a.Namespace, Values: values}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	s.Ready = []pulumi.Resource{release}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{"controller": pulumi.String(string(a.Controller))})
}

func configSyncer(a Args) pulumi.Map {
	return pulumi.Map{
		"mode": pulumi.String("oss"), "license": pulumi.String(""), // anything else installs a paid edition
		"config":    pulumi.Map{"clusterName": pulumi.String(a.ClusterName), "configSourceNamespace": pulumi.String("")},
		"resources": kube.Resources("20m", "64Mi", "256Mi"),
	}
}

func reflector() pulumi.Map {
	return pulumi.Map{
		"configuration": pulumi.Map{"logging": pulumi.Map{"minimumLevel": pulumi.String("Information")}},
		"resources":     kube.Resources("20m", "64Mi", "256Mi"),
	}
}

// Secret declares a Secret with copies in namespaces.
func (s *Syncer) Secret(ctx *pulumi.Context, name string, namespaces []string, a kube.SecretArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	a.Name, a.Namespace, a.Annotations = name, s.namespace, s.annotations(namespaces)
	return kube.Secret(ctx, name, a, append(opts, kube.After(s.Ready...))...)
}

// ConfigMap declares a ConfigMap with copies in namespaces.
func (s *Syncer) ConfigMap(ctx *pulumi.Context, name string, namespaces []string, data pulumi.StringMap, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return kube.ConfigMap(ctx, name, kube.ConfigMapArgs{
		Name: name, Namespace: s.namespace, Annotations: s.annotations(namespaces), Data: data,
	}, append(opts, kube.After(s.Ready...))...)
}

// annotations tell the controller where copies belong: by name, so that nobody gets one by
// labelling a namespace of his own.
func (s *Syncer) annotations(namespaces []string) pulumi.StringMap {
	if s.controller == ConfigSyncer {
		return pulumi.StringMap{
			"kubed.appscode.com/sync": pulumi.String("kubernetes.io/metadata.name in (" + strings.Join(namespaces, ",") + ")"),
		}
	}
	const prefix = "reflector.v1.k8s.emberstack.com/reflection-"
	list := pulumi.String(strings.Join(namespaces, ","))
	return pulumi.StringMap{
		prefix + "allowed": pulumi.String("true"), prefix + "allowed-namespaces": list,
		prefix + "auto-enabled": pulumi.String("true"), prefix + "auto-namespaces": list,
	}
}

package keda

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// LagArgs describe the scaling of one Deployment with the lag of its Kafka consumer group.
type LagArgs struct {
	Namespace   pulumi.StringInput // of the Deployment and of Login
	Deployment  string             // must not set its number of replicas itself; may be made later
	Login       string             // Secret in Namespace, see LoginKeys
	LoginKeys   LoginKeys
	Bootstrap   string // host:port of the brokers, SASL_SSL with SCRAM-SHA-512
	Version     string // of Kafka, e.g. 3.9.1: the default is a protocol of 2017
	Topic       string
	Group       string
	Lag         int // records that wait for each pod
	MinReplicas int // 0 stops the Deployment while nothing waits
	MaxReplicas int // pods beyond the topic's partitions would stand idle
	PollSeconds int // 0 means 30
	RestSeconds int // without lag until it stops, 0 means 300

	Ready []pulumi.Resource // KEDA's kinds are served, Login exists
}

// LoginKeys are the keys of a client's Secret.
type LoginKeys struct{ Username, Password, CA string }

var (
	authenticationKind = kube.Kind{APIVersion: "keda.sh/v1alpha1", Kind: "TriggerAuthentication"}
	scaledObjectKind   = kube.Kind{APIVersion: "keda.sh/v1alpha1", Kind: "ScaledObject"}
)

// Lag declares the scaling. It does not wait until KEDA says that it works: the Deployment comes
// with its service, which may be later.
func Lag(ctx *pulumi.Context, name string, a LagArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	secret := func(parameter, key string) pulumi.Map {
		return pulumi.Map{"parameter": pulumi.String(parameter), "name": pulumi.String(a.Login), "key": pulumi.String(key)}
	}
	authentication, err := kube.Apply(ctx, name, kube.Object{
		Kind: authenticationKind, Name: a.Deployment + "-kafka", Namespace: a.Namespace,
		Spec: pulumi.Map{"secretTargetRef": pulumi.Array{
			secret("username", a.LoginKeys.Username), secret("password", a.LoginKeys.Password), secret("ca", a.LoginKeys.CA),
		}},
	}, append(opts, kube.After(a.Ready...))...)
	if err != nil {
		return nil, fmt.Errorf("scaler %s: %w", name, err)
	}
	object, err := kube.Apply(ctx, name, kube.Object{
		Kind: scaledObjectKind, Name: a.Deployment, Namespace: a.Namespace, Spec: a.spec(),
	}, append(opts, kube.After(authentication))...)
	if err != nil {
		return nil, fmt.Errorf("scaler %s: %w", name, err)
	}
	return object, nil
}

func (a LagArgs) spec() pulumi.Map {
	seconds := func(given, otherwise int) pulumi.Input {
		if given == 0 {
			given = otherwise
		}
		return pulumi.Int(given)
	}
	return pulumi.Map{
		"scaleTargetRef":  pulumi.Map{"name": pulumi.String(a.Deployment)},
		"minReplicaCount": pulumi.Int(a.MinReplicas),
		"maxReplicaCount": pulumi.Int(a.MaxReplicas),
		"pollingInterval": seconds(a.PollSeconds, 30),
		"cooldownPeriod":  seconds(a.RestSeconds, 300),
		"triggers": pulumi.Array{pulumi.Map{
			"type":              pulumi.String("kafka"),
			"authenticationRef": pulumi.Map{"name": pulumi.String(a.Deployment + "-kafka")},
			"metadata": pulumi.StringMap{ // KEDA takes strings only
				"bootstrapServers": pulumi.String(a.Bootstrap),
				"consumerGroup":    pulumi.String(a.Group),
				"topic":            pulumi.String(a.Topic),
				"lagThreshold":     pulumi.String(strconv.Itoa(a.Lag)),
				// What a new group has not read yet counts in full, as its consumers would start there.
				"offsetResetPolicy": pulumi.String("earliest"),
				"sasl":              pulumi.String("scram_sha512"),
				"tls":               pulumi.String("enable"),
				"version":           pulumi.String(a.Version),
			},
		}},
	}
}

package elastic

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

var (
	kibanaKind     = kube.Kind{APIVersion: "kibana.k8s.elastic.co/v1", Kind: "Kibana"}
	backendTLSKind = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1alpha3", Kind: "BackendTLSPolicy"}
)

// anonymous is the provider that makes everybody UserKibana. It comes first, so that nobody is asked
// for a second login; /login still takes a user of Elasticsearch.
const anonymous = "xpack.security.authc.providers.anonymous.anonymous1"

// kibanaLabels are those the operator gives Kibana's pods.
func kibanaLabels(name string) pulumi.StringMap {
	return pulumi.StringMap{"kibana.k8s.elastic.co/name": pulumi.String(name)}
}

// kibana declares the console, and lets the ingress controller verify its certificate.
func (e *Elastic) kibana(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	child := pulumi.Parent(e)
	spec := kibanaSpec(a)
	after := e.Serving
	if a.Kibana.Front != nil {
		store, err := kube.Secret(ctx, name+"-kibana-keystore", kube.SecretArgs{
			Name: keystore(a), Namespace: a.Namespace,
			Data: pulumi.StringMap{anonymous + ".credentials.password": e.Passwords[UserKibana]},
		}, child)
		if err != nil {
			return nil, err
		}
		after = append(after[:len(after):len(after)], store)
	}
	console, err := kube.Apply(ctx, name+"-kibana", kube.Object{
		Kind: kibanaKind, Name: a.Name, Namespace: a.ns(), Spec: spec,
		WaitFor: kube.Value(".status.health", "green"), Timeout: 20 * time.Minute, // an image of a gigabyte
	}, child, kube.After(after...))
	if err != nil {
		return nil, err
	}
	policy, err := kube.Apply(ctx, name+"-kibana-backend", kube.Object{
		Kind: backendTLSKind, Name: KibanaService(a.Name), Namespace: a.ns(), Spec: pulumi.Map{
			"targetRefs": pulumi.Array{pulumi.Map{
				"group": pulumi.String(""), "kind": pulumi.String("Service"), "name": pulumi.String(KibanaService(a.Name)),
			}},
			"validation": pulumi.Map{
				"hostname": pulumi.String(fmt.Sprintf("%s.%s.svc", KibanaService(a.Name), a.NamespaceName)),
				"caCertificateRefs": pulumi.Array{pulumi.Map{
					"group": pulumi.String(""), "kind": pulumi.String("ConfigMap"), "name": pulumi.String(authoritySecret(a)),
				}},
			},
		},
	}, child, kube.After(a.GatewayAPI...))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{console, policy}, nil
}

func keystore(a Args) string { return a.Name + "-kibana-keystore" }

func kibanaSpec(a Args) pulumi.Map {
	settings := pulumi.Map{
		"server.publicBaseUrl":                  pulumi.String(a.Kibana.URL),
		"telemetry.optIn":                       pulumi.Bool(false),
		"telemetry.allowChangingOptInStatus":    pulumi.Bool(false),
		"xpack.security.session.idleTimeout":    pulumi.String("8h"),
		"xpack.security.session.lifespan":       pulumi.String("7d"),
		"xpack.security.authc.selector.enabled": pulumi.Bool(false),
	}
	basic := "xpack.security.authc.providers.basic.basic1.order"
	settings[basic] = pulumi.Int(0)
	spec := pulumi.Map{
		"version": pulumi.String(pins.Elastic), "count": pulumi.Int(a.Kibana.Replicas), "config": settings,
		"elasticsearchRef": pulumi.Map{"name": pulumi.String(a.Name)},
		"http":             tls(a),
	}
	if a.Kibana.Front != nil {
		settings[basic] = pulumi.Int(1)
		settings[anonymous+".order"] = pulumi.Int(0)
		settings[anonymous+".credentials.username"] = pulumi.String(UserKibana)
		spec["secureSettings"] = pulumi.Array{pulumi.Map{"secretName": pulumi.String(keystore(a))}}
	}
	memory := strconv.Itoa(a.Kibana.MemoryMiB) + "Mi"
	spec["podTemplate"] = pulumi.Map{"spec": pulumi.Map{
		"automountServiceAccountToken": pulumi.Bool(false),
		"securityContext":              podSecurity(),
		"containers": pulumi.Array{pulumi.Map{
			"name": pulumi.String("kibana"), "image": pulumi.String("docker.elastic.co/kibana/kibana:" + pins.Elastic),
			"resources": kube.Resources("100m", memory, memory),
		}},
	}}
	return spec
}

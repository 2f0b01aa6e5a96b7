package elastic

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

var elasticsearchKind = kube.Kind{APIVersion: "elasticsearch.k8s.elastic.co/v1", Kind: "Elasticsearch"}

const caKey = "ca.crt" // also where the operator looks for it

func authoritySecret(a Args) string { return a.Name + "-http-ca" }

// authority makes the authority that the operator signs the certificates of Elasticsearch and Kibana
// with: it renews those, and clients know from the start whom to trust. The operator reads RSA keys.
func (e *Elastic) authority(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	ca, err := secrets.NewAuthority(ctx, name+"-ca", secrets.AuthorityArgs{
		CommonName: a.Name + " http", Organization: a.NamespaceName, Years: 10, RSA: true,
	}, pulumi.Parent(e), pulumi.Protect(!a.Disposable))
	if err != nil {
		return nil, err
	}
	e.CA = ca.CertificatePEM
	secret, err := kube.Secret(ctx, name+"-http-ca", kube.SecretArgs{
		Name: authoritySecret(a), Namespace: a.Namespace,
		Data: pulumi.StringMap{caKey: ca.CertificatePEM, "ca.key": ca.KeyPEM},
	}, pulumi.Parent(e))
	if err != nil {
		return nil, err
	}
	public, err := kube.ConfigMap(ctx, name+"-http-ca", kube.ConfigMapArgs{
		Name: authoritySecret(a), Namespace: a.Namespace, Data: pulumi.StringMap{caKey: ca.CertificatePEM},
	}, pulumi.Parent(e))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{secret, public}, nil
}

// serverLabels are those the operator gives the servers' pods.
func serverLabels(cluster string) pulumi.StringMap {
	return pulumi.StringMap{"elasticsearch.k8s.elastic.co/cluster-name": pulumi.String(cluster)}
}

// tls has the operator sign with our authority.
func tls(a Args) pulumi.Map {
	return pulumi.Map{"tls": pulumi.Map{"certificate": pulumi.Map{"secretName": pulumi.String(authoritySecret(a))}}}
}

// cluster declares Elasticsearch and waits until every server has joined.
func (e *Elastic) cluster(ctx *pulumi.Context, name string, a Args, after []pulumi.Resource) (pulumi.Resource, error) {
	keep := "DeleteOnScaledownOnly"
	if a.Disposable {
		keep = "DeleteOnScaledownAndClusterDeletion"
	}
	sets := pulumi.Array{}
	for _, s := range a.NodeSets {
		sets = append(sets, nodeSet(a, s))
	}
	return kube.Apply(ctx, name, kube.Object{
		Kind: elasticsearchKind, Name: a.Name, Namespace: a.ns(),
		WaitFor: kube.Value(".status.phase", "Ready"), Servers: true,
		Spec: pulumi.Map{
			"version": pulumi.String(pins.Elastic),
			"auth": pulumi.Map{
				"fileRealm": fileRealm(a),
				"roles":     pulumi.Array{pulumi.Map{"secretName": pulumi.String(rolesSecret(a))}},
			},
			"http":                    tls(a),
			"nodeSets":                sets,
			"volumeClaimDeletePolicy": pulumi.String(keep),
			"updateStrategy":          pulumi.Map{"changeBudget": pulumi.Map{"maxUnavailable": pulumi.Int(1)}},
		},
	}, pulumi.Parent(e), kube.After(after...), kube.After(a.Operator...), kube.After(a.Storage...), pulumi.Protect(!a.Disposable))
}

func nodeSet(a Args, s NodeSet) pulumi.Map {
	settings := pulumi.Map{
		"node.store.allow_mmap":            pulumi.Bool(false), // else every machine's vm.max_map_count has to be raised
		"ingest.geoip.downloader.enabled":  pulumi.Bool(false),
		"xpack.ml.enabled":                 pulumi.Bool(false), // takes memory for nothing
		"action.destructive_requires_name": pulumi.Bool(true),
	}
	if len(s.Roles) > 0 {
		settings["node.roles"] = pulumi.ToStringArray(s.Roles)
	}
	memory := strconv.Itoa(s.MemoryMiB) + "Mi"
	return pulumi.Map{
		"name": pulumi.String(s.Name), "count": pulumi.Int(s.Count), "config": settings,
		"podTemplate": pulumi.Map{"spec": pulumi.Map{
			"automountServiceAccountToken": pulumi.Bool(false),
			"securityContext":              podSecurity(),
			"topologySpreadConstraints": pulumi.Array{
				spread("kubernetes.io/hostname", "DoNotSchedule", a.Name), spread("topology.kubernetes.io/zone", "ScheduleAnyway", a.Name),
			},
			"containers": pulumi.Array{pulumi.Map{
				"name":      pulumi.String("elasticsearch"),
				"image":     pulumi.String("docker.elastic.co/elasticsearch/elasticsearch:" + pins.Elastic),
				"resources": kube.Resources(fmt.Sprintf("%dm", s.CPUMillis), memory, memory),
			}},
		}},
		"volumeClaimTemplates": pulumi.Array{pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("elasticsearch-data")}, // the operator's name for where data are
			"spec": pulumi.Map{
				"accessModes":      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
				"storageClassName": pulumi.String(a.StorageClass),
				"resources":        pulumi.Map{"requests": pulumi.Map{"storage": pulumi.String(strconv.Itoa(s.DiskGiB) + "Gi")}},
			},
		}},
	}
}

// podSecurity is what the restricted standard wants of a pod; what it wants of containers is the
// operator's own default.
func podSecurity() pulumi.Map {
	return pulumi.Map{
		"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(1000), "fsGroup": pulumi.Int(1000),
		"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
	}
}

func spread(topology, otherwise, cluster string) pulumi.Map {
	return pulumi.Map{
		"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String(topology), "whenUnsatisfiable": pulumi.String(otherwise),
		"labelSelector": pulumi.Map{"matchLabels": serverLabels(cluster)},
	}
}

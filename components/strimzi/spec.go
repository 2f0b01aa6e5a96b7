package strimzi

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// zone is the label that tells which Proxmox node a machine is on.
const zone = "topology.kubernetes.io/zone"

// spec is that of the Kafka object.
func (c *Cluster) spec(a Args) pulumi.Map {
	copies, inSync := pulumi.Int(a.Replicas), pulumi.Int(a.MinInSync)
	spec := pulumi.Map{
		"kafka": pulumi.Map{
			"version":         pulumi.String(pins.Kafka),
			"metadataVersion": pulumi.String(pins.KafkaMetadata),
			"listeners":       a.listeners(),
			"authorization":   pulumi.Map{"type": pulumi.String("simple")}, // nobody is above it
			"rack":            pulumi.Map{"topologyKey": pulumi.String(zone)},
			"config": pulumi.Map{
				"auto.create.topics.enable":                pulumi.Bool(false), // a misspelt name is an error
				"default.replication.factor":               copies,
				"min.insync.replicas":                      inSync,
				"offsets.topic.replication.factor":         copies,
				"transaction.state.log.replication.factor": copies,
				"transaction.state.log.min.isr":            inSync,
			},
			"metricsConfig": c.metricsFrom(kafkaRulesKey),
			"template":      pulumi.Map{"podDisruptionBudget": pulumi.Map{"maxUnavailable": pulumi.Int(1)}},
		},
		"clusterCa": pulumi.Map{"generateCertificateAuthority": pulumi.Bool(false)}, // see authority
		"entityOperator": pulumi.Map{
			"topicOperator": pulumi.Map{"resources": kube.Resources("50m", "256Mi", "384Mi")},
			"userOperator":  pulumi.Map{"resources": kube.Resources("50m", "256Mi", "384Mi")},
		},
		"kafkaExporter": pulumi.Map{
			"topicRegex": pulumi.String(".*"), "groupRegex": pulumi.String(".*"),
			"resources": kube.Resources("20m", "64Mi", "128Mi"),
		},
	}
	if a.CruiseControl {
		spec["cruiseControl"] = pulumi.Map{
			"resources": kube.Resources("200m", "512Mi", "1Gi"), "metricsConfig": c.metricsFrom(cruiseRulesKey),
		}
	}
	return spec
}

func (a Args) listeners() pulumi.Array {
	authentication := pulumi.Map{"type": pulumi.String("scram-sha-512")}
	// Pods beside the brokers: console, Connect.
	peers := pulumi.Array{pulumi.Map{"podSelector": pulumi.Map{}}}
	for _, n := range a.Clients {
		peers = append(peers, namespacePeer(pulumi.String(n)))
	}
	all := pulumi.Array{pulumi.Map{
		"name": pulumi.String("tls"), "port": pulumi.Int(portTLS), "type": pulumi.String("internal"),
		"tls": pulumi.Bool(true), "authentication": authentication, "networkPolicyPeers": peers,
	}}
	if a.External == nil {
		return all
	}
	return append(all, pulumi.Map{
		"name": pulumi.String("external"), "port": pulumi.Int(portExternal), "type": pulumi.String("cluster-ip"),
		"tls": pulumi.Bool(true), "authentication": authentication,
		"networkPolicyPeers": pulumi.Array{namespacePeer(a.External.From)},
		// Both kinds of names enter the brokers' certificates.
		"configuration": pulumi.Map{
			"bootstrap": pulumi.Map{"alternativeNames": pulumi.ToStringArray([]string{a.External.Bootstrap})},
			"brokers":   a.advertised(),
		},
	})
}

// advertised gives each broker the name that clients outside are told to use for it. They connect
// to the port of the listener, because that is what the way in listens on too.
func (a Args) advertised() (brokers pulumi.Array) {
	for _, p := range a.Pools {
		for i := range p.Replicas {
			if p.Broker {
				brokers = append(brokers, pulumi.Map{
					"broker": pulumi.Int(p.FirstID + i), "advertisedHost": pulumi.String(a.External.Broker(p.FirstID + i)),
				})
			}
		}
	}
	return brokers
}

func namespacePeer(name pulumi.StringInput) pulumi.Map {
	return pulumi.Map{"namespaceSelector": pulumi.Map{"matchLabels": pulumi.Map{"kubernetes.io/metadata.name": name}}}
}

// ids keeps a pool's node ids, and with them the names of its pods, out of other pools' way.
func (p Pool) ids() pulumi.StringMap {
	return pulumi.StringMap{"strimzi.io/next-node-ids": pulumi.Sprintf("[%d-%d]", p.FirstID, p.FirstID+99)}
}

func (a Args) poolSpec(p Pool) pulumi.Map {
	var roles []string
	if p.Controller {
		roles = append(roles, "controller")
	}
	if p.Broker {
		roles = append(roles, "broker")
	}
	heap := fmt.Sprintf("%dm", p.MemoryMiB/2)
	memory := pulumi.Sprintf("%dMi", p.MemoryMiB)
	return pulumi.Map{
		"replicas": pulumi.Int(p.Replicas),
		"roles":    pulumi.ToStringArray(roles),
		"storage":  pulumi.Map{"type": pulumi.String("jbod"), "volumes": a.volumes(p)},
		"resources": pulumi.Map{
			"requests": pulumi.Map{"cpu": pulumi.Sprintf("%dm", p.CPUMillis), "memory": memory},
			"limits":   pulumi.Map{"memory": memory},
		},
		"jvmOptions": pulumi.Map{"-Xms": pulumi.String(heap), "-Xmx": pulumi.String(heap)},
		"template":   pulumi.Map{"pod": pulumi.Map{"affinity": a.apart(p)}},
	}
}

func (a Args) volumes(p Pool) (volumes pulumi.Array) {
	for i, size := range p.VolumesGiB {
		volume := pulumi.Map{
			"id": pulumi.Int(i), "type": pulumi.String("persistent-claim"), "size": pulumi.Sprintf("%dGi", size),
			"class": pulumi.String(a.StorageClass), "deleteClaim": pulumi.Bool(false),
		}
		if i == 0 { // one volume of each node holds the cluster's metadata, always the same
			volume["kraftMetadata"] = pulumi.String("shared")
		}
		volumes = append(volumes, volume)
	}
	return volumes
}

// apart keeps two nodes of a pool off one machine, and spreads them over the Proxmox nodes.
func (a Args) apart(p Pool) pulumi.Map {
	term := func(key string) pulumi.Map {
		return pulumi.Map{
			"topologyKey": pulumi.String(key),
			"labelSelector": pulumi.Map{"matchLabels": pulumi.Map{
				clusterLabel: pulumi.String(a.Name), "strimzi.io/pool-name": pulumi.String(p.Name),
			}},
		}
	}
	return pulumi.Map{"podAntiAffinity": pulumi.Map{
		"requiredDuringSchedulingIgnoredDuringExecution": pulumi.Array{term("kubernetes.io/hostname")},
		"preferredDuringSchedulingIgnoredDuringExecution": pulumi.Array{pulumi.Map{
			"weight": pulumi.Int(100), "podAffinityTerm": term(zone),
		}},
	}}
}

package arangodb

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	caVolume = "backup-ca"
	caPath   = "/etc/backup-ca"
)

// spec is that of the ArangoDeployment.
func (a Args) spec() pulumi.Map {
	return pulumi.Map{
		"mode": pulumi.String("Cluster"),
		// Production puts no two servers of a group on one machine, and makes PodDisruptionBudgets.
		"environment":            pulumi.String("Production"),
		"image":                  pulumi.String(pins.ArangoDB),
		"imagePullPolicy":        pulumi.String("IfNotPresent"),
		"ClusterDomain":          pulumi.String(a.DNSDomain),
		"externalAccess":         pulumi.Map{"type": pulumi.String("None")}, // the default takes an address of the LAN
		"networkAttachedVolumes": pulumi.Bool(false),                        // a server stays with its volume: the others have the copies
		"tls": pulumi.Map{
			"caSecretName": pulumi.String(CASecret(a.Name)),
			"altNames": pulumi.ToStringArray([]string{
				a.Name, a.Name + "." + a.NamespaceName + ".svc",
				a.Name + "." + a.NamespaceName + ".svc." + a.DNSDomain,
			}),
		},
		"bootstrap": pulumi.Map{"passwordSecretNames": pulumi.Map{RootUser: pulumi.String(RootSecret(a.Name))}},
		"metrics": pulumi.Map{
			"enabled": pulumi.Bool(true), "tls": pulumi.Bool(false),
			"resources": kube.Resources("10m", "32Mi", "64Mi"),
			// Whoever runs Prometheus decides how it finds the Service.
			"serviceMonitor": pulumi.Map{"enabled": pulumi.Bool(false)},
		},
		"agents":       a.group(a.Agents),
		"dbservers":    a.dataServers(),
		"coordinators": a.replicating(a.group(a.Coordinators)),
	}
}

func (a Args) group(g Group) pulumi.Map {
	spec := pulumi.Map{
		"count":     pulumi.Int(g.Count),
		"resources": kube.Resources(fmt.Sprintf("%dm", g.CPUMillis), mebibytes(g), mebibytes(g)),
		// The numbers are the operator's own for servers that do not run as root.
		"securityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(1000), "runAsGroup": pulumi.Int(2000), "fsGroup": pulumi.Int(3000),
			"allowPrivilegeEscalation": pulumi.Bool(false), "dropAllCapabilities": pulumi.Bool(true),
			"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
	}
	if g.DiskGiB > 0 {
		spec["volumeClaimTemplate"] = pulumi.Map{"spec": pulumi.Map{
			"storageClassName": pulumi.String(a.StorageClass),
			"accessModes":      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			"resources":        pulumi.Map{"requests": pulumi.Map{"storage": pulumi.Sprintf("%dGi", g.DiskGiB)}},
		}}
	}
	return spec
}

func mebibytes(g Group) string { return fmt.Sprintf("%dMi", g.MemoryMiB) }

// replicating sets the number of copies for all who make collections; without it there is one.
func (a Args) replicating(spec pulumi.Map) pulumi.Map {
	spec["args"] = pulumi.StringArray{pulumi.Sprintf("--cluster.default-replication-factor=%d", a.Replication)}
	return spec
}

// dataServers upload the backups: they need to trust the store.
func (a Args) dataServers() pulumi.Map {
	spec := a.replicating(a.group(a.DBServers))
	spec["volumes"] = pulumi.Array{pulumi.Map{
		"name": pulumi.String(caVolume), "secret": pulumi.Map{"secretName": pulumi.String(storeCASecret(a.Name))},
	}}
	spec["volumeMounts"] = pulumi.Array{pulumi.Map{"name": pulumi.String(caVolume), "mountPath": pulumi.String(caPath)}}
	// The uploading program takes its authorities from here; it talks to nobody else.
	spec["envs"] = pulumi.Array{pulumi.Map{"name": pulumi.String("SSL_CERT_FILE"), "value": pulumi.String(caPath + "/" + CAKey)}}
	return spec
}

// backup is the spec of the ArangoBackupPolicy.
func (a Args) backup() pulumi.Map {
	return pulumi.Map{
		"schedule":        pulumi.String(a.Backup.Schedule),
		"maxBackups":      pulumi.Int(a.Backup.Keep),
		"allowConcurrent": pulumi.Bool(false),
		"selector":        pulumi.Map{"matchLabels": labels(a.Name)},
		"template": pulumi.Map{"upload": pulumi.Map{
			"repositoryURL":         pulumi.Sprintf("S3://%s/%s", a.Backup.S3.Bucket, a.Name),
			"credentialsSecretName": pulumi.String(backupSecret(a.Name)),
		}},
	}
}

package vault

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

func values(a Args) pulumi.Map {
	volume := func(gib int) pulumi.Map {
		return pulumi.Map{
			"enabled": pulumi.Bool(true), "size": pulumi.String(fmt.Sprintf("%dGi", gib)), "storageClass": pulumi.String(a.StorageClass),
		}
	}
	return pulumi.Map{
		"global":   pulumi.Map{"tlsDisable": pulumi.Bool(false)},
		"injector": pulumi.Map{"enabled": pulumi.Bool(false)}, // pods mount files instead, see package vaultcsi
		"server": pulumi.Map{
			"authDelegator": pulumi.Map{"enabled": pulumi.Bool(true)}, // Vault asks the API server whose token it was given
			"resources":     kube.Resources("100m", "256Mi", "512Mi"),
			"nodeSelector":  pulumi.StringMap{a.NodeLabel: pulumi.String("true")},
			"dataStorage":   volume(a.DiskGiB),
			"auditStorage":  volume(a.AuditGiB),
			"extraEnvironmentVars": pulumi.Map{
				"VAULT_CACERT": pulumi.String(tlsPath + "/" + AuthorityKey),
			},
			"volumes": pulumi.Array{pulumi.Map{
				"name": pulumi.String("tls"), "secret": pulumi.Map{"secretName": pulumi.String(certificate)},
			}},
			"volumeMounts": pulumi.Array{pulumi.Map{
				"name": pulumi.String("tls"), "mountPath": pulumi.String(tlsPath), "readOnly": pulumi.Bool(true),
			}},
			"statefulSet": pulumi.Map{"securityContext": pulumi.Map{
				"pod": pulumi.Map{
					"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(100), "runAsGroup": pulumi.Int(1000), "fsGroup": pulumi.Int(1000),
					"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
				},
				"container": pulumi.Map{
					"allowPrivilegeEscalation": pulumi.Bool(false),
					"capabilities":             pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
				},
			}},
			"ha": pulumi.Map{
				"enabled": pulumi.Bool(true), "replicas": pulumi.Int(a.Replicas),
				"raft": pulumi.Map{
					"enabled": pulumi.Bool(true), "setNodeId": pulumi.Bool(true), "config": pulumi.String(config(a)),
				},
				"disruptionBudget": pulumi.Map{"enabled": pulumi.Bool(true), "maxUnavailable": pulumi.Int(1)},
			},
		},
	}
}

// config is the servers' own. The chart's default would not let a restarted server find the others.
func config(a Args) string {
	var join strings.Builder
	for i := range a.Replicas {
		server := fmt.Sprintf("%s-%d.%s.%s.svc", app, i, peers, a.NamespaceName)
		fmt.Fprintf(&join, `
  retry_join {
    leader_api_addr       = "https://%s:%d"
    leader_tls_servername = "%s"
    leader_ca_cert_file   = "%s/%s"
  }`, server, Port, server, tlsPath, AuthorityKey)
	}
	return fmt.Sprintf(`ui = true
disable_mlock = true

listener "tcp" {
  address         = "[::]:%d"
  cluster_address = "[::]:%d"
  tls_cert_file   = "%s/tls.crt"
  tls_key_file    = "%s/tls.key"
  telemetry {
    unauthenticated_metrics_access = "true"
  }
}

storage "raft" {
  path = "/vault/data"%s
}

telemetry {
  disable_hostname          = true
  prometheus_retention_time = "12h"
}

service_registration "kubernetes" {}
`, Port, peerPort, tlsPath, tlsPath, join.String())
}

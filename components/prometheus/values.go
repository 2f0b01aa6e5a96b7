package prometheus

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

func values(a Args) pulumi.Map {
	off := pulumi.Map{"enabled": pulumi.Bool(false)}
	return pulumi.Map{
		"crds":                     off, // the manifest brings them
		"defaultRules":             pulumi.Map{"rules": pulumi.Map{"windows": pulumi.Bool(false)}},
		"prometheus":               pulumi.Map{"prometheusSpec": server(a)},
		"alertmanager":             pulumi.Map{"alertmanagerSpec": alerts(a), "serviceAccount": pulumi.Map{noToken: pulumi.Bool(false)}},
		"grafana":                  console(a),
		"kubeEtcd":                 pulumi.Map{"endpoints": a.Etcd}, // a service of the host, which no pod stands for
		"kubelet":                  pulumi.Map{"serviceMonitor": pulumi.Map{"cAdvisor": pulumi.Bool(true)}},
		"nodeExporter":             pulumi.Map{"enabled": pulumi.Bool(true)},
		"windowsMonitoring":        off,
		"prometheus-node-exporter": pulumi.Map{"resources": kube.Resources("20m", "32Mi", "128Mi")},
		"kube-state-metrics":       pulumi.Map{"resources": kube.Resources("20m", "64Mi", "256Mi")},
		"prometheusOperator": pulumi.Map{
			"resources": kube.Resources("50m", "128Mi", "512Mi"),
			"admissionWebhooks": pulumi.Map{
				// The chart's own rules are made in the moment in which nobody answers yet.
				"failurePolicy": pulumi.String("Ignore"),
				"certManager":   pulumi.Map{"enabled": pulumi.Bool(true)},
				"patch":         off,
			},
		},
	}
}

// server takes every monitor and every rule of every namespace: what is in the cluster was
// reviewed when it came there.
func server(a Args) pulumi.Map {
	spec := pulumi.Map{
		"externalUrl": pulumi.String(a.Prometheus.URL),
		"retention":   pulumi.String(fmt.Sprintf("%dd", a.Prometheus.RetentionDays)),
		// The log of writes and the block that is being made are not counted: a full disk stops it.
		"retentionSize": pulumi.String(fmt.Sprintf("%dMB", a.Prometheus.DiskGiB*1024*85/100)),
		"storageSpec":   claim(a, a.Prometheus.DiskGiB),
		"resources": kube.Resources(fmt.Sprintf("%dm", a.Prometheus.CPUMillis),
			fmt.Sprintf("%dMi", a.Prometheus.MemoryMiB), fmt.Sprintf("%dMi", a.Prometheus.MemoryMiB)),
	}
	for _, kind := range []string{"serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig"} {
		spec[kind+"SelectorNilUsesHelmValues"] = pulumi.Bool(false)
	}
	return spec
}

// noToken is set to false on what asks the API server nothing.
const noToken = "automountServiceAccountToken"

func alerts(a Args) pulumi.Map {
	return pulumi.Map{
		noToken:             pulumi.Bool(false),
		"useExistingSecret": pulumi.Bool(true), // tokens stay out of the chart's values
		"configSecret":      pulumi.String(AlertmanagerConfig),
		"secrets":           pulumi.ToStringArray(a.Alertmanager.Mounts),
		"storage":           claim(a, a.Alertmanager.DiskGiB), // silences, and what was told already
		"resources":         kube.Resources("10m", "64Mi", "256Mi"),
	}
}

func claim(a Args, gib int) pulumi.Map {
	return pulumi.Map{"volumeClaimTemplate": pulumi.Map{"spec": pulumi.Map{
		"storageClassName": pulumi.String(a.StorageClass),
		"accessModes":      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
		"resources":        pulumi.Map{"requests": pulumi.Map{"storage": pulumi.String(fmt.Sprintf("%dGi", gib))}},
	}}}
}

func console(a Args) pulumi.Map {
	v := pulumi.Map{
		"admin": pulumi.Map{
			"existingSecret": pulumi.String(adminSecret), "userKey": pulumi.String(userKey), "passwordKey": pulumi.String(passwordKey),
		},
		"persistence": pulumi.Map{
			"enabled": pulumi.Bool(true), "size": pulumi.String(fmt.Sprintf("%dGi", a.Grafana.DiskGiB)),
			"storageClassName": pulumi.String(a.StorageClass), "accessModes": pulumi.ToStringArray([]string{"ReadWriteOnce"}),
		},
		"deploymentStrategy": pulumi.Map{"type": pulumi.String("Recreate")}, // two pods would wait for one volume
		"initChownData":      pulumi.Map{"enabled": pulumi.Bool(false)},     // runs as root; the volume's group does it
		"testFramework":      pulumi.Map{"enabled": pulumi.Bool(false)},
		"env":                pulumi.Map{"GF_SERVER_ROOT_URL": pulumi.String(a.Grafana.URL)},
		"resources":          kube.Resources("50m", "192Mi", "512Mi"),
	}
	maps.Copy(v, a.Grafana.Content)
	return v
}

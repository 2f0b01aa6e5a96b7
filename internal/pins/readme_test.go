package pins

import (
	"go/parser"
	"go/token"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tools are what the row of README's table says that names the pin.
var tools = map[string]string{
	"ProxmoxPlugin": "Proxmox VE through pulumi-proxmoxve", "Kubespray": "Kubespray, Kubernetes, kube-vip",
	"Kubernetes": "Kubespray, Kubernetes, kube-vip", "KubeVIP": "Kubespray, Kubernetes, kube-vip",
	"PrometheusOperatorCRDs": "kinds of Prometheus' operator", "GatewayAPI": "Gateway API, experimental channel",
	"MetalLB": "MetalLB", "CertManager": "cert-manager", "NFSProvisioner": "NFS subdir external provisioner",
	"Traefik": "Traefik chart", "IngressNginx": "ingress-nginx chart", "Technitium": "Technitium DNS",
	"Piraeus": "Piraeus operator (Linstor)", "SnapshotController": "snapshot controller",
	"CSIDriverNFS": "csi-driver-nfs, for GlusterFS by NFS-Ganesha", "MinIO": "MinIO",
	"Strimzi": "Strimzi, Kafka", "Kafka": "Strimzi, Kafka", "KEDA": "KEDA", "KafkaUI": "Kafka UI",
	"KubeArangoDB": "kube-arangodb", "PostgresOperator": "Zalando postgres-operator", "ECK": "ECK operator",
	"Elastic": "Elasticsearch, Kibana", "FluentBit": "Fluent Bit chart", "GitLabRunner": "GitLab Runner chart",
	"ArgoCD": "Argo CD chart", "Reloader": "Reloader chart", "KubePrometheusStack": "kube-prometheus-stack chart",
	"Mail": "docker-postfix chart (Mailrelay)", "Keycloak": "Keycloak", "OAuth2Proxy": "oauth2-proxy chart, before Kibana",
	"ConfigSyncer": "config-syncer (kubed)", "Reflector": "or reflector, by `sync.controller`",
	"GPUOperator": "NVIDIA GPU operator", "Vault": "Vault chart", "SecretsStoreCSI": "Secrets Store CSI driver, Vault provider",
}

// TestReadmeNamesEveryVersion: the table of what is deployed may not lag behind the pins.
func TestReadmeNamesEveryVersion(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(raw), "| layer | tool | version |")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	pins := map[string]string{}
	for _, file := range []string{"pins.go", "plugins.go"} {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		maps.Copy(pins, pinned(tree))
	}
	for _, c := range AllCharts() {
		require.Regexp(t, `\| `+regexp.QuoteMeta(c.Version)+`( \||,)`, table, c.Name)
	}
	for name, tool := range tools {
		require.Contains(t, pins, name)
		row := regexp.MustCompile(`(?m)^\| [^|]+ \| ` + regexp.QuoteMeta(tool) + ` \| ([^|]+) \|`).FindStringSubmatch(table)
		if assert.NotNil(t, row, "%s: no row of %s", name, tool) {
			assert.Contains(t, strings.Split(row[1], ", "), version(pins[name]), "%s, in the row of %s", name, tool)
		}
	}
}

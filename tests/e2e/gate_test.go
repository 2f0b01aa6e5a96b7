package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// scenario is an edit of the deployed stack's file, and what the gate has to say of it.
type scenario struct {
	name    string
	edits   []string // pairs: a text of the stack file, and what stands in its place
	code    int
	item    string // operation, kind and name of an item that must be there; empty when nothing changes
	because string // part of one of its reasons
}

// drop makes an edit that removes a text.
func drop(text string) []string { return []string{text, ""} }

var scenarios = []scenario{
	{"nothing at all", nil, gate.ExitNoChanges, "", ""},
	{"comment only", []string{"# The platform in small", "# The platform, small"}, gate.ExitNoChanges, "", ""},

	// Streams.
	{"topic deleted", append(drop("      - {name: market.signals, partitions: 6}\n"), "writes: [market.signals, models.events]", "writes: [models.events]"),
		gate.ExitDenied, "delete KafkaTopic k3-market.signals", "every record in it is deleted"},
	{"topic grown", []string{"{name: market.signals, partitions: 6}", "{name: market.signals, partitions: 9}"}, gate.ExitAllowed, "update KafkaTopic k3-market.signals", "spec.partitions"},
	{"topic shrunk", []string{"{name: market.trades, partitions: 12}", "{name: market.trades, partitions: 6}"}, gate.ExitPreviewFailed, "", ""},
	{"topic added", []string{"      - {name: market.trades, partitions: 12}\n", "      - {name: market.trades, partitions: 12}\n      - {name: market.news, partitions: 1}\n"},
		gate.ExitAllowed, "create KafkaTopic k3-market.news", ""},
	{"topic renamed", []string{"{name: market.candles, partitions", "{name: market.bars, partitions", "writes: [market.candles, market.trades]", "writes: [market.bars, market.trades]",
		"writes: [market.candles]", "writes: [market.bars]"}, gate.ExitDenied, "delete KafkaTopic k3-market.candles", "every record"},
	{"retention shorter", []string{"retentionHours: 720", "retentionHours: 24"}, gate.ExitDenied, "update KafkaTopic k3-market.candles", "the oldest records are deleted"},
	{"retention longer", []string{"retentionHours: 720", "retentionHours: 1440"}, gate.ExitAllowed, "update KafkaTopic k3-market.candles", ""},
	{"size bounded", []string{"{name: market.trades, partitions: 12}", `{name: market.trades, partitions: 12, settings: {retention.bytes: "1073741824"}}`},
		gate.ExitDenied, "update KafkaTopic k3-market.trades", "the oldest records are deleted"},
	{"compaction off", drop(", compact: true"), gate.ExitDenied, "update KafkaTopic k3-models.events", "another rule"},
	{"client removed", drop("      - name: collector\n        namespaces: [streams]\n        writes: [market.candles, market.trades]\n"),
		gate.ExitNeedsApproval, "delete KafkaUser k3-user-collector", "can no longer log in"},
	{"client may write more", []string{"writes: [market.candles, market.trades]", "writes: [market.candles, market.trades, market.signals]"},
		gate.ExitNeedsApproval, "update KafkaUser k3-user-collector", ""},
	{"broker added", []string{"replicas: 3\n          firstId: 0", "replicas: 4\n          firstId: 0"}, gate.ExitNeedsApproval, "update KafkaNodePool k3-broker", ""},
	{"broker memory", []string{"memoryMiB: 2048", "memoryMiB: 3072"}, gate.ExitNeedsApproval, "update KafkaNodePool k3-broker", ""},
	{"scaler wider", []string{"maxReplicas: 6", "maxReplicas: 12"}, gate.ExitAllowed, "update ScaledObject streams-signals", ""},
	{"scaler removed", drop(scalerText), gate.ExitNeedsApproval, "delete ScaledObject streams-signals", ""},
	{"connector settings", []string{"settings: {file: /tmp/candles,", "settings: {file: /tmp/other,"}, gate.ExitAllowed, "", ""},

	// Machines.
	{"worker removed", drop("          - {name: k2w-3, vmId: 133, address: 127.53.NET.133}\n"), gate.ExitDenied, "delete VirtualMachine proxmox-k2w-3", "node k2w-3 leaves the cluster"},
	{"worker renamed", []string{"{name: k2w-3, vmId: 133", "{name: k2w-4, vmId: 133"}, gate.ExitDenied, "delete VirtualMachine proxmox-k2w-3", "its disks are deleted"},
	{"worker added", []string{"          - {name: k2w-7, vmId: 137", "          - {name: k2w-4, vmId: 134, address: 127.53.NET.134}\n          - {name: k2w-7, vmId: 137"},
		gate.ExitAllowed, "create VirtualMachine proxmox-k2w-4", ""},
	{"worker memory", []string{"cores: 8\n        memoryMiB: 32768", "cores: 8\n        memoryMiB: 40960"}, gate.ExitNeedsApproval, "update VirtualMachine proxmox-k2w-1", "memory"},
	{"worker cores", []string{"cores: 8\n        memoryMiB: 32768", "cores: 4\n        memoryMiB: 32768"}, gate.ExitNeedsApproval, "update VirtualMachine proxmox-k2w-1", "cpu.cores"},
	{"disk bigger", []string{"diskGiB: 64\n        dataDiskGiB", "diskGiB: 96\n        dataDiskGiB"}, gate.ExitAllowed, "update VirtualMachine proxmox-k2w-1", "size"},
	{"disk smaller", []string{"diskGiB: 64\n        dataDiskGiB", "diskGiB: 48\n        dataDiskGiB"}, gate.ExitDenied, "update VirtualMachine proxmox-k2w-1", "cannot shrink"},
	{"machine's address", []string{"address: 127.53.NET.133", "address: 127.53.NET.134"}, gate.ExitNeedsApproval, "update VirtualMachine proxmox-k2w-3", ""},
	{"control plane removed", drop("          - {name: k2m-3, vmId: 143, address: 127.53.NET.143, host: pve3}\n"), gate.ExitPreviewFailed, "", ""},

	// Network.
	{"ingress moved", []string{"ingressIP: 127.53.NET.153", "ingressIP: 127.53.NET.160"}, gate.ExitNeedsApproval, "update IPAddressPool metallb-ingress", ""},
	{"record changed", []string{"value: 192.0.2.20}", "value: 192.0.2.21}"}, gate.ExitAllowed, "replace ConfigMap technitium-zones", "under another name"},
	{"forwarder changed", []string{"forwarders: [127.53.NET.1]", "forwarders: [127.53.NET.2]"}, gate.ExitAllowed, "", ""},
	{"root certificate", []string{"commonName: StreamForge sandbox root CA", "commonName: Other CA"}, gate.ExitNeedsApproval, "replace SelfSignedCert root-ca", "nobody trusts"},
	{"domain alone", []string{"domain: sandbox.test", "domain: lab.test"}, gate.ExitPreviewFailed, "", ""},
	{"ssh moved", []string{"ssh: {address: 192.0.2.20, port: 22}", "ssh: {address: 192.0.2.21, port: 22}"}, gate.ExitNeedsApproval, "update EndpointSlice traefik-ssh", ""},

	// Storage.
	{"class renamed", []string{"class: nfs-client", "class: nfs-fast"}, gate.ExitDenied, "replace StorageClass nfs-provisioner-class", "claims of the class"},
	{"export moved", []string{"path: /data0/k2", "path: /data1/k2"}, gate.ExitNeedsApproval, "update Release nfs-provisioner", ""},
	{"replicas of volumes", []string{"replicas: 2\n      replicatedClass", "replicas: 3\n      replicatedClass"}, gate.ExitDenied, "replace StorageClass piraeus-replicated", ""},
	{"data disk", []string{"device: /dev/sdb", "device: /dev/sdc"}, gate.ExitNeedsApproval, "update LinstorSatelliteConfiguration piraeus-disks", ""},
	{"bucket no longer named", append(drop("        - {name: models-ppo, versioning: true, noncurrentDays: 90}\n"), "            - {bucket: models-ppo, access: readwrite}\n", ""),
		gate.ExitAllowed, "replace ConfigMap minio-setup", ""},
	{"store's user removed", drop("        - name: ppo\n          namespaces: [ml]\n          grants:\n            - {bucket: models-ppo, access: readwrite}\n            - {bucket: models-gnn, access: read}\n"), gate.ExitNeedsApproval, "delete Secret minio-user-ppo", ""},
	{"drives bigger", []string{"driveGiB: 20", "driveGiB: 40"}, gate.ExitPreviewFailed, "", ""},

	// Databases.
	{"standby removed", []string{"instances: 2", "instances: 1", "synchronous: true", "synchronous: false"}, gate.ExitNeedsApproval, "update postgresql streamforge-pg", "numberOfInstances"},
	{"database disk", []string{"diskGiB: 5\n        memoryMiB: 512\n        cpuMillis: 100\n        synchronous", "diskGiB: 10\n        memoryMiB: 512\n        cpuMillis: 100\n        synchronous"},
		gate.ExitAllowed, "update postgresql streamforge-pg", ""},
	{"database upgraded", []string{`version: "17"`, `version: "16"`}, gate.ExitNeedsApproval, "update postgresql streamforge-pg", ""},
	{"database removed", append(drop("          - {name: experiments, owner: experiments}\n"), drop("          - {cluster: streamforge-pg, database: experiments}\n")...),
		gate.ExitNeedsApproval, "update postgresql streamforge-pg", ""},
	{"fewer servers", []string{"dbservers: {count: 3", "dbservers: {count: 2"}, gate.ExitNeedsApproval, "update ArangoDeployment arangodb", ""},
	{"backups rarer", []string{`schedule: "0 3 * * *", keep: 14`, `schedule: "0 3 * * 0", keep: 14`}, gate.ExitAllowed, "update ArangoBackupPolicy arangodb-backup", ""},
}

const scalerText = `    scalers:
      - namespace: streams
        deployment: signals
        user: signals
        topic: market.trades
        group: signals
        lag: 500
        minReplicas: 0
        maxReplicas: 6
`

// TestGate changes a deployed stack in every way that the list knows.
func TestGate(t *testing.T) {
	const net = 34
	s := newSite(t, net)
	s.ok("sandbox", "start")
	s.ok("up", "-s", "sandbox", "--yes")
	path := filepath.Join(s.root, "Pulumi.sandbox.yaml")
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	t.Run("from every release", s.releases)
	for _, c := range scenarios {
		t.Run(c.name, func(t *testing.T) {
			text := string(before)
			for i := 0; i < len(c.edits); i += 2 {
				from := strings.ReplaceAll(c.edits[i], "NET", fmt.Sprint(net))
				require.Contains(t, text, from, "the stack file no longer has what the scenario changes")
				text = strings.Replace(text, from, strings.ReplaceAll(c.edits[i+1], "NET", fmt.Sprint(net)), 1)
			}
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
			t.Cleanup(func() { require.NoError(t, os.WriteFile(path, before, 0o644)) })

			got := s.run("gate", "-q", "-s", "sandbox")
			r := readReport(t, filepath.Join(s.root, "gate-report.json"))
			require.Equal(t, c.code, got.code, "%s\n%s", got.out, describe(r))
			assert.Equal(t, c.code, r.ExitCode)
			if c.item != "" {
				assert.Contains(t, describe(r), c.item+":")
			}
			assert.Contains(t, describe(r), c.because)
		})
	}
	t.Run("only what was approved is done", func(t *testing.T) { s.onlyApproved(t, path, before) })
	t.Run("every pin one minor version up", s.pinsUp)
}

// onlyApproved has one change approved and tries to apply another.
func (s *site) onlyApproved(t *testing.T, path string, before []byte) {
	change := func(lag string) {
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(before), "lag: 500", "lag: "+lag, 1)), 0o644))
	}
	change("600")
	require.Equal(t, gate.ExitAllowed, s.run("gate", "-q", "--report", "approved.json").code)
	change("700")
	got := s.run("up", "-q", "--yes", "--approved", "approved.json")
	assert.Equal(t, 3, got.code, got.out)
	assert.Contains(t, got.out, "would do something else than what was approved")
	change("600")
	s.ok("up", "-q", "--yes", "--approved", "approved.json")
	assert.Contains(t, s.kubectl("-n", "streams", "get", "scaledobject", "signals", "-o", "yaml"), `lagThreshold: "600"`)
	got = s.run("up", "-q", "--yes", "--approved", "approved.json")
	assert.Equal(t, 3, got.code, "what was done once is not done twice: %s", got.out)
}

func readReport(t *testing.T, file string) (r report.Report) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &r))
	return r
}

// describe writes a report's items, one a line.
func describe(r report.Report) string {
	var b strings.Builder
	for _, i := range r.Items {
		fmt.Fprintf(&b, "%s %s %s: %s, %s; %s\n", i.Op, i.Kind, i.Name, i.Danger, i.State, strings.Join(i.Reasons, "; "))
	}
	return b.String() + strings.Join(r.Warnings, "\n")
}

package fluentbit

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

const (
	scriptFile = "index.lua"
	scriptDir  = "/fluent-bit/scripts"
	caDir      = "/fluent-bit/elasticsearch-ca"
	// stateDir is a folder of the node's disk: what was read how far, and what waits for Elasticsearch.
	stateDir  = "/fluent-bit/state"
	stateHost = "/var/lib/fluent-bit"
)

func values(a Args) pulumi.Map {
	secretKey := pulumi.Map{"name": pulumi.String(loginSecret), "key": pulumi.String(passwordKey)}
	return pulumi.Map{
		// Logs of tainted nodes matter as much: the control plane's, and those with a GPU.
		"tolerations":   pulumi.Array{pulumi.Map{"operator": pulumi.String("Exists")}},
		"testFramework": pulumi.Map{"enabled": pulumi.Bool(false)}, // a pod of an image without a version
		"resources":     kube.Resources("50m", "96Mi", "384Mi"),
		// Root, because the nodes' logs are root's, with nothing of what root may do elsewhere.
		"securityContext": pulumi.Map{
			"allowPrivilegeEscalation": pulumi.Bool(false), "readOnlyRootFilesystem": pulumi.Bool(true),
			"capabilities":   pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
			"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
		// The login is read at the start only: a new one starts the collectors anew.
		"podAnnotations": pulumi.Map{"streamforge/login": secrets.Fingerprint(a.Elasticsearch.Password, a.Elasticsearch.CA)},
		"env": pulumi.Array{pulumi.Map{
			"name": pulumi.String("ES_PASSWORD"), "valueFrom": pulumi.Map{"secretKeyRef": secretKey},
		}},
		// The chart's own would let it write among the logs, and look for Docker, which is not there.
		"daemonSetVolumes": pulumi.Array{
			hostPath("varlog", "/var/log", "Directory"), hostPath("etcmachineid", "/etc/machine-id", "File"),
			hostPath("state", stateHost, "DirectoryOrCreate"),
		},
		"daemonSetVolumeMounts": pulumi.Array{
			mount("varlog", "/var/log", true), mount("etcmachineid", "/etc/machine-id", true), mount("state", stateDir, false),
		},
		"extraVolumes": pulumi.Array{pulumi.Map{
			"name": pulumi.String("elasticsearch-ca"), "configMap": pulumi.Map{"name": pulumi.String(authority)},
		}},
		"extraVolumeMounts": pulumi.Array{mount("elasticsearch-ca", caDir, true)},
		"updateStrategy": pulumi.Map{
			"type": pulumi.String("RollingUpdate"), "rollingUpdate": pulumi.Map{"maxUnavailable": pulumi.String("25%")},
		},
		"luaScripts": pulumi.StringMap{scriptFile: pulumi.String(verbatim(script(a.Prefixes)))},
		"config": pulumi.StringMap{
			"service": pulumi.String(verbatim(service())), "inputs": pulumi.String(verbatim(inputs())),
			"filters": pulumi.String(verbatim(filters())), "outputs": pulumi.String(verbatim(outputs(a))),
		},
	}
}

func hostPath(name, path, kind string) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(name), "hostPath": pulumi.Map{"path": pulumi.String(path), "type": pulumi.String(kind)}}
}

func mount(name, path string, readOnly bool) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(name), "mountPath": pulumi.String(path), "readOnly": pulumi.Bool(readOnly)}
}

// section writes one section of Fluent Bit's classic form. Each option is a name and its value.
func section(kind string, options ...string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "[%s]\n", kind)
	for _, o := range options {
		fmt.Fprintf(&s, "    %s\n", o)
	}
	return s.String()
}

func service() string {
	return section("SERVICE",
		"Daemon Off", "Flush 1", "Grace 30", "Log_Level info",
		"Parsers_File /fluent-bit/etc/parsers.conf", "Parsers_File /fluent-bit/etc/conf/custom_parsers.conf",
		"HTTP_Server On", "HTTP_Listen 0.0.0.0", fmt.Sprintf("HTTP_Port %d", port), "Health_Check On",
		// Chunks wait on disk and not in memory: a restart does not lose them.
		"storage.path "+stateDir+"/buffer", "storage.sync normal", "storage.metrics On",
		"storage.max_chunks_up 64", "storage.backlog.mem_limit 32M")
}

// inputs read the containers' logs, and of the node itself what keeps containers running.
func inputs() string {
	return section("INPUT",
		"Name tail", "Alias containers", "Tag kube.*", "Path /var/log/containers/*.log",
		// Its own messages about records it cannot deliver would make more of them.
		"Exclude_Path /var/log/containers/fluent-bit-*_fluent-bit_fluent-bit-*.log",
		"multiline.parser docker, cri", "DB "+stateDir+"/containers.db", "DB.locking true",
		"Refresh_Interval 10", "Rotate_Wait 30", "Skip_Long_Lines On", "Buffer_Max_Size 1M",
		"storage.type filesystem",
	) + "\n" + section("INPUT",
		"Name systemd", "Alias node", "Tag host.*", "DB "+stateDir+"/journal.db",
		"Systemd_Filter _SYSTEMD_UNIT=kubelet.service", "Systemd_Filter _SYSTEMD_UNIT=containerd.service",
		"Systemd_Filter _SYSTEMD_UNIT=etcd.service", "Systemd_Filter _TRANSPORT=kernel",
		"Read_From_Tail On", "Strip_Underscores On", "storage.type filesystem")
}

// filters give the index, then what Kubernetes knows of the pod. What a message in JSON says stays
// below the key fields, where the index template keeps names and types from clashing.
func filters() string {
	return section("FILTER",
		"Name lua", "Match *", "script "+scriptDir+"/"+scriptFile, "call set_index",
	) + "\n" + section("FILTER",
		"Name kubernetes", "Match kube.*", "Merge_Log On", "Merge_Log_Key fields", "Keep_Log On",
		"K8S-Logging.Parser On", "K8S-Logging.Exclude On", "Annotations Off", "Buffer_Size 512k")
}

func outputs(a Args) string {
	e := a.Elasticsearch
	rest := ""
	for _, p := range a.Prefixes {
		if len(p.Namespaces) == 0 {
			rest = p.Name
		}
	}
	return section("OUTPUT",
		"Name es", "Alias elasticsearch", "Match *",
		"Host "+e.Host, fmt.Sprintf("Port %d", e.Port), "HTTP_User "+e.User, "HTTP_Passwd ${ES_PASSWORD}",
		"tls On", "tls.verify On", "tls.ca_file "+caDir+"/"+caKey,
		"Logstash_Format On", "Logstash_Prefix "+rest+"-unknown", "Logstash_Prefix_Key $es_index", "Logstash_DateFormat %Y.%m.%d",
		// Elasticsearch 8 refuses types, and a key with a dot clashes with an object of that name.
		"Suppress_Type_Name On", "Replace_Dots On", "Time_Key_Nanos On",
		// Documents are only ever added; with an id of their content, a chunk that is sent twice is stored once.
		"Write_Operation create", "Generate_ID On",
		// The whole answer is needed to tell which records were refused.
		"Buffer_Size False", "Trace_Error On", "Compress gzip",
		// About half a day; then the chunk is given up, which FluentBitLosesLogs tells.
		"Retry_Limit 60", fmt.Sprintf("storage.total_limit_size %dM", a.BufferMiB))
}

// Package pins holds every version the platform installs, one line each: a version is changed
// here and nowhere else. Digests of what was pulled once stand in the mirror's lock file.
package pins

// Chart is a Helm chart at one version.
type Chart struct {
	Name    string // chart name in its repository
	Version string // exact chart version
	Repo    string // https:// address of a Helm repository, or oci:// address of the folder that holds the chart
}

// Manifest is a set of plain YAML files at one version, in practice the CustomResourceDefinitions
// that no chart brings.
type Manifest struct {
	Name    string   // folder name in a mirror, without the version
	Version string   // upstream tag
	Repo    string   // https:// address below which there is a folder for each tag
	Path    string   // of the files' folder in the tag's
	Files   []string // file names, in the order in which they are applied
}

// File is the chart's path in a mirror folder.
func (c Chart) File() string { return c.Name + "-" + c.Version + ".tgz" }

// URL is where one of the manifest's files comes from.
func (m Manifest) URL(name string) string {
	return m.Repo + "/" + m.Version + "/" + m.Path + "/" + name
}

// File is the path in a mirror folder of one of the manifest's files.
func (m Manifest) File(name string) string { return m.Name + "-" + m.Version + "/" + name }

// Charts of the network and storage layers.
var (
	// renovate: datasource=helm depName=metallb registryUrl=https://metallb.github.io/metallb
	MetalLB = Chart{"metallb", "0.14.9", "https://metallb.github.io/metallb"}
	// renovate: datasource=helm depName=cert-manager registryUrl=https://charts.jetstack.io
	CertManager = Chart{"cert-manager", "v1.18.2", "https://charts.jetstack.io"}
	// renovate: datasource=helm depName=traefik registryUrl=https://traefik.github.io/charts
	Traefik = Chart{"traefik", "36.1.0", "https://traefik.github.io/charts"}
	// renovate: datasource=helm depName=ingress-nginx registryUrl=https://kubernetes.github.io/ingress-nginx
	IngressNginx = Chart{"ingress-nginx", "4.12.1", "https://kubernetes.github.io/ingress-nginx"}
	// renovate: datasource=helm depName=nfs-subdir-external-provisioner registryUrl=https://kubernetes-sigs.github.io/nfs-subdir-external-provisioner
	NFSProvisioner = Chart{"nfs-subdir-external-provisioner", "4.0.18", "https://kubernetes-sigs.github.io/nfs-subdir-external-provisioner"}
	// renovate: datasource=docker depName=ghcr.io/piraeusdatastore/piraeus-operator/piraeus
	Piraeus = Chart{"piraeus", "2.9.0", "oci://ghcr.io/piraeusdatastore/piraeus-operator"}
	// renovate: datasource=helm depName=csi-driver-nfs registryUrl=https://raw.githubusercontent.com/kubernetes-csi/csi-driver-nfs/master/charts
	CSIDriverNFS = Chart{"csi-driver-nfs", "4.11.0", "https://raw.githubusercontent.com/kubernetes-csi/csi-driver-nfs/master/charts"}
)

// Charts of the data layer: event streams.
var (
	// renovate: datasource=docker depName=quay.io/strimzi-helm/strimzi-kafka-operator
	Strimzi = Chart{"strimzi-kafka-operator", "0.47.0", "oci://quay.io/strimzi-helm"}
	// renovate: datasource=helm depName=keda registryUrl=https://kedacore.github.io/charts
	KEDA = Chart{"keda", "2.17.2", "https://kedacore.github.io/charts"}
	// renovate: datasource=helm depName=kube-arangodb registryUrl=https://arangodb.github.io/kube-arangodb
	KubeArangoDB = Chart{"kube-arangodb", "1.3.0", "https://arangodb.github.io/kube-arangodb"}
	// renovate: datasource=helm depName=postgres-operator registryUrl=https://opensource.zalando.com/postgres-operator/charts/postgres-operator
	PostgresOperator = Chart{"postgres-operator", "1.14.0", "https://opensource.zalando.com/postgres-operator/charts/postgres-operator"}
)

// KubePrometheusStack is the chart of the observability layer; its sub-charts bring Grafana and the exporters.
// renovate: datasource=helm depName=kube-prometheus-stack registryUrl=https://prometheus-community.github.io/helm-charts
var KubePrometheusStack = Chart{"kube-prometheus-stack", "71.1.0", "https://prometheus-community.github.io/helm-charts"}

// Charts of the GitOps layer.
var (
	// renovate: datasource=helm depName=gitlab-runner registryUrl=https://charts.gitlab.io
	GitLabRunner = Chart{"gitlab-runner", "0.80.1", "https://charts.gitlab.io"}
	// renovate: datasource=helm depName=argo-cd registryUrl=https://argoproj.github.io/argo-helm
	ArgoCD = Chart{"argo-cd", "8.3.1", "https://argoproj.github.io/argo-helm"}
	// renovate: datasource=helm depName=reloader registryUrl=https://stakater.github.io/stakater-charts
	Reloader = Chart{"reloader", "2.2.2", "https://stakater.github.io/stakater-charts"}
)

// JobImage is what a CI job runs in that names no image.
// renovate: datasource=docker depName=alpine
const JobImage = "docker.io/library/alpine:3.22"

// Charts of the logs. Fluent Bit's chart 0.52.0 brings 4.0.7.
var (
	// renovate: datasource=helm depName=eck-operator registryUrl=https://helm.elastic.co
	ECK = Chart{"eck-operator", "3.1.0", "https://helm.elastic.co"}
	// renovate: datasource=helm depName=fluent-bit registryUrl=https://fluent.github.io/helm-charts
	FluentBit = Chart{"fluent-bit", "0.52.0", "https://fluent.github.io/helm-charts"}
)

// Elastic is the version of Elasticsearch and Kibana that the operator runs. It goes up by one
// minor version at a time, and to the last 8 before any 9.
// renovate: datasource=docker depName=docker.elastic.co/elasticsearch/elasticsearch
const Elastic = "8.19.2"

// ElasticsearchExporter serves Elasticsearch's state in Prometheus' form.
// renovate: datasource=docker depName=quay.io/prometheuscommunity/elasticsearch-exporter
const ElasticsearchExporter = "quay.io/prometheuscommunity/elasticsearch-exporter:v1.9.0"

// Manifests applied before the charts that need them.
var (
	// GatewayAPI is the experimental channel: TCPRoute and TLSRoute are only there, and it must be
	// the bundle Traefik was built against (see docs/decisions).
	// renovate: datasource=github-releases depName=kubernetes-sigs/gateway-api
	GatewayAPI = Manifest{"gateway-api", "v1.2.1", "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api", "config/crd/experimental", gatewayAPIFiles}
	// renovate: datasource=github-releases depName=traefik/traefik-helm-chart
	TraefikCRDs = Manifest{"traefik-crds", "v36.1.0", "https://raw.githubusercontent.com/traefik/traefik-helm-chart", "traefik/crds", traefikFiles}
	// SnapshotCRDs are of the version that the snapshot controller below has.
	// renovate: datasource=github-releases depName=kubernetes-csi/external-snapshotter
	SnapshotCRDs = Manifest{"external-snapshotter", "v8.3.0", "https://raw.githubusercontent.com/kubernetes-csi/external-snapshotter", "client/config/crd", snapshotFiles}
	// PrometheusOperatorCRDs are of the operator that the pinned KubePrometheusStack runs.
	// renovate: datasource=github-releases depName=prometheus-operator/prometheus-operator
	PrometheusOperatorCRDs = Manifest{"prometheus-operator", "v0.82.0", "https://raw.githubusercontent.com/prometheus-operator/prometheus-operator", "example/prometheus-operator-crd", prometheusOperatorFiles}
)

// Images of workloads the program declares itself.
const (
	// renovate: datasource=docker depName=technitium/dns-server
	Technitium = "docker.io/technitium/dns-server:13.6.0@sha256:b12182649647f7e28dd596f4089032099a94ab1bee2262d6679fa185238c5f02"
	// renovate: datasource=docker depName=curlimages/curl
	Curl = "docker.io/curlimages/curl:8.15.0"
	// renovate: datasource=docker depName=registry.k8s.io/sig-storage/snapshot-controller
	SnapshotController = "registry.k8s.io/sig-storage/snapshot-controller:v8.3.0"
	// MinIO is the last image its makers have published; Docker Hub no longer has it.
	MinIO = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z@sha256:14cea493d9a34af32f524e538b8346cf79f3321eff8e708c1e2960462bd8936e"
	// MinIOClient is likewise the last image of mc.
	MinIOClient = "quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z@sha256:a7fe349ef4bd8521fb8497f55c6042871b2ae640607cf99d9bede5e9bdf11727"
)

// Identity and mail. The sandbox runs the same Keycloak, from its archive (internal/toolchain).
const (
	// renovate: datasource=docker depName=quay.io/keycloak/keycloak
	Keycloak = "quay.io/keycloak/keycloak:26.3.4"
	// VaultImage is the one that Vault's chart runs; its command line makes the snapshots.
	// renovate: datasource=docker depName=hashicorp/vault
	VaultImage = "docker.io/hashicorp/vault:1.20.1"
)

// Charts of the security layer: identity, mail, and objects kept equal over namespaces.
var (
	// renovate: datasource=helm depName=vault registryUrl=https://helm.releases.hashicorp.com
	Vault = Chart{"vault", "0.30.1", "https://helm.releases.hashicorp.com"}
	// renovate: datasource=helm depName=secrets-store-csi-driver registryUrl=https://kubernetes-sigs.github.io/secrets-store-csi-driver/charts
	SecretsStoreCSI = Chart{"secrets-store-csi-driver", "1.5.3", "https://kubernetes-sigs.github.io/secrets-store-csi-driver/charts"}
	// renovate: datasource=helm depName=oauth2-proxy registryUrl=https://oauth2-proxy.github.io/manifests
	OAuth2Proxy = Chart{"oauth2-proxy", "8.2.0", "https://oauth2-proxy.github.io/manifests"}
	// renovate: datasource=helm depName=mail registryUrl=https://bokysan.github.io/docker-postfix/
	Mail = Chart{"mail", "4.4.0", "https://bokysan.github.io/docker-postfix/"}
	// ConfigSyncer is under the AppsCode Community License 1.0.0: free to use, not to pass on or change.
	// renovate: datasource=helm depName=config-syncer registryUrl=https://charts.appscode.com/stable/
	ConfigSyncer = Chart{"config-syncer", "v0.15.3", "https://charts.appscode.com/stable/"}
	// renovate: datasource=helm depName=reflector registryUrl=https://emberstack.github.io/helm-charts
	Reflector = Chart{"reflector", "9.1.28", "https://emberstack.github.io/helm-charts"}
)

// Charts of the compute layer.
var (
	// GPUOperator is the release the site asks for. Its last tested Kubernetes is 1.31.
	// renovate: datasource=helm depName=gpu-operator registryUrl=https://helm.ngc.nvidia.com/nvidia
	GPUOperator = Chart{"gpu-operator", "v24.9.2", "https://helm.ngc.nvidia.com/nvidia"}
)

// What the GPU operator puts onto the machines.
const (
	GPUDriver = "550.144.03"
	// GPUToolkit is newer than the chart's own, which is open to CVE-2025-23266.
	GPUToolkit = "v1.17.8-ubuntu20.04"
)

// Kafka as the pinned operator runs it. The operator's successor 0.48 no longer serves 3.9.
const (
	Kafka         = "3.9.1"
	KafkaMetadata = "3.9-IV0" // format of the brokers' metadata; goes up after the version, never down
	// KafkaConnect is the operator's own image; it holds no connectors but those that mirror clusters.
	KafkaConnect = "quay.io/strimzi/kafka:0.47.0-kafka-3.9.1"
	// KafkaUI is the last image of its makers; kafbat/kafka-ui continues it (docs/decisions/0008-kafka.md).
	KafkaUI = "docker.io/provectuslabs/kafka-ui:v0.7.2"
)

// ArangoDB is the database's image: from this version on the community's holds hot backup too. Its
// licence allows 100 GiB of data, and no commercial use.
// renovate: datasource=docker depName=arangodb/arangodb
const ArangoDB = "docker.io/arangodb/arangodb:3.12.5"

// Versions of what Kubespray installs.
const (
	// renovate: datasource=github-releases depName=kubernetes-sigs/kubespray
	Kubespray = "v2.29.0"
	// Kubernetes is written without the leading v, as Kubespray wants it since 2.28.
	Kubernetes = "1.33.5"
	// renovate: datasource=github-releases depName=kube-vip/kube-vip
	KubeVIP = "v0.8.9"
)

// AllCharts lists every chart: what a mirror holds and what the sandbox makes stand-ins of.
func AllCharts() []Chart {
	return []Chart{MetalLB, CertManager, Traefik, IngressNginx, NFSProvisioner, Piraeus, CSIDriverNFS, Strimzi, KEDA, KubeArangoDB, PostgresOperator,
		Vault, SecretsStoreCSI, OAuth2Proxy, Mail, ConfigSyncer, Reflector, GPUOperator,
		GitLabRunner, ArgoCD, Reloader, ECK, FluentBit, KubePrometheusStack}
}

// AllManifests lists every manifest, for the same readers.
func AllManifests() []Manifest {
	return []Manifest{GatewayAPI, TraefikCRDs, SnapshotCRDs, PrometheusOperatorCRDs}
}

var gatewayAPIFiles = []string{
	"gateway.networking.k8s.io_backendlbpolicies.yaml",
	"gateway.networking.k8s.io_backendtlspolicies.yaml",
	"gateway.networking.k8s.io_gatewayclasses.yaml",
	"gateway.networking.k8s.io_gateways.yaml",
	"gateway.networking.k8s.io_grpcroutes.yaml",
	"gateway.networking.k8s.io_httproutes.yaml",
	"gateway.networking.k8s.io_referencegrants.yaml",
	"gateway.networking.k8s.io_tcproutes.yaml",
	"gateway.networking.k8s.io_tlsroutes.yaml",
	"gateway.networking.k8s.io_udproutes.yaml",
}

// The chart also carries CRDs of Traefik Hub, a product this platform does not run.
var traefikFiles = []string{
	"traefik.io_ingressroutes.yaml",
	"traefik.io_ingressroutetcps.yaml",
	"traefik.io_ingressrouteudps.yaml",
	"traefik.io_middlewares.yaml",
	"traefik.io_middlewaretcps.yaml",
	"traefik.io_serverstransports.yaml",
	"traefik.io_serverstransporttcps.yaml",
	"traefik.io_tlsoptions.yaml",
	"traefik.io_tlsstores.yaml",
	"traefik.io_traefikservices.yaml",
}

var snapshotFiles = []string{
	"snapshot.storage.k8s.io_volumesnapshotclasses.yaml",
	"snapshot.storage.k8s.io_volumesnapshotcontents.yaml",
	"snapshot.storage.k8s.io_volumesnapshots.yaml",
}

var prometheusOperatorFiles = []string{
	"monitoring.coreos.com_alertmanagerconfigs.yaml",
	"monitoring.coreos.com_alertmanagers.yaml",
	"monitoring.coreos.com_podmonitors.yaml",
	"monitoring.coreos.com_probes.yaml",
	"monitoring.coreos.com_prometheusagents.yaml",
	"monitoring.coreos.com_prometheuses.yaml",
	"monitoring.coreos.com_prometheusrules.yaml",
	"monitoring.coreos.com_scrapeconfigs.yaml",
	"monitoring.coreos.com_servicemonitors.yaml",
	"monitoring.coreos.com_thanosrulers.yaml",
}

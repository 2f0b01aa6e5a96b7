package kubespray

import (
	"net/netip"

	"github.com/streamforge/infrastructure/internal/pins"
)

// group_vars/all/all.yml
type allFile struct {
	User          string   `yaml:"ansible_user"`
	LoadBalancer  endpoint `yaml:"loadbalancer_apiserver"`
	APIHost       string   `yaml:"apiserver_loadbalancer_domain_name"`
	UpstreamDNS   []string `yaml:"upstream_dns_servers"`
	NTP           bool     `yaml:"ntp_enabled"`
	LocalBalancer bool     `yaml:"loadbalancer_apiserver_localhost"`
}

type endpoint struct {
	Address string `yaml:"address"`
	Port    int    `yaml:"port"`
}

func allVars(c Cluster) allFile {
	return allFile{
		User:         c.User,
		LoadBalancer: endpoint{c.VIP.String(), c.APIPort},
		APIHost:      c.APIHost,
		UpstreamDNS:  texts(c.Upstream),
		NTP:          true, // etcd and certificates need one time
	}
}

// etcdMetrics is the port that Prometheus' chart expects too.
const etcdMetrics = 2381

// group_vars/all/etcd.yml
type etcdVars struct {
	DeploymentType string `yaml:"etcd_deployment_type"`
	MetricsPort    int    `yaml:"etcd_metrics_port"` // without TLS on the machine's address: otherwise nobody else could ask
}

// group_vars/k8s_cluster/k8s-cluster.yml
type clusterFile struct {
	KubeVersion      string   `yaml:"kube_version"`
	Runtime          string   `yaml:"container_manager"`
	NetworkPlugin    string   `yaml:"kube_network_plugin"`
	ServiceCIDR      string   `yaml:"kube_service_addresses"`
	PodCIDR          string   `yaml:"kube_pods_subnet"`
	APIPort          int      `yaml:"kube_apiserver_port"`
	SANs             []string `yaml:"supplementary_addresses_in_ssl_keys"`
	ProxyMode        string   `yaml:"kube_proxy_mode"`
	ProxyMetrics     string   `yaml:"kube_proxy_metrics_bind_address"`
	StrictARP        bool     `yaml:"kube_proxy_strict_arp"`
	ClusterName      string   `yaml:"cluster_name"`
	ClusterDNS       string   `yaml:"skydns_server"`
	NodeLocalDNS     bool     `yaml:"enable_nodelocaldns"`
	NodeLocalZones   []zone   `yaml:"nodelocaldns_external_zones"`
	CoreDNSZones     []zone   `yaml:"coredns_external_zones"`
	EncryptSecrets   bool     `yaml:"kube_encrypt_secret_data"`
	RenewCerts       bool     `yaml:"auto_renew_certificates"`
	KubeconfigHere   bool     `yaml:"kubeconfig_localhost"`
	KubectlHere      bool     `yaml:"kubectl_localhost"`
	KubeconfigByHost bool     `yaml:"kubeconfig_localhost_ansible_host"`
}

type zone struct {
	Zones       []string `yaml:"zones"`
	Nameservers []string `yaml:"nameservers"`
	Cache       int      `yaml:"cache"` // seconds
}

func clusterVars(c Cluster) clusterFile {
	// A short cache: a host published a moment ago must not stay unknown to pods.
	zones := func(server netip.Addr) []zone {
		return []zone{{Zones: c.Zones, Nameservers: []string{server.String()}, Cache: 30}}
	}
	dns := clusterDNS(c.ServiceCIDR)
	return clusterFile{
		KubeVersion: pins.Kubernetes, Runtime: "containerd", NetworkPlugin: "calico",
		ServiceCIDR: c.ServiceCIDR.String(), PodCIDR: c.PodCIDR.String(), APIPort: c.APIPort,
		SANs:      []string{c.VIP.String(), c.APIHost},
		ProxyMode: "ipvs", StrictARP: true, // else every node answers ARP for the VIP and for MetalLB's addresses
		ProxyMetrics: "0.0.0.0:10249", // Prometheus is on another machine; scheduler and controllers listen everywhere
		ClusterName:  c.DNSDomain,
		// The cache of each node asks CoreDNS, and CoreDNS alone the resolver. The cache is in the host's
		// network: from there, kube-proxy by ipvs reaches an outer address whose Service keeps its clients'
		// addresses only on the node that runs the pod behind it (kubernetes/kubernetes#93456). Pods reach it
		// from every node.
		ClusterDNS: dns.String(), NodeLocalDNS: true, NodeLocalZones: zones(dns), CoreDNSZones: zones(c.Resolver),
		EncryptSecrets: true, RenewCerts: true,
		KubeconfigHere: true, // artifacts/admin.conf, what the handover takes
	}
}

// clusterDNS is the address of CoreDNS: the third of the Services, which is Kubespray's choice too.
func clusterDNS(services netip.Prefix) netip.Addr {
	return services.Masked().Addr().Next().Next().Next()
}

// group_vars/k8s_cluster/addons.yml. What is off is the platform's own, in other versions.
type addonFile struct {
	KubeVIP         bool   `yaml:"kube_vip_enabled"`
	KubeVIPTag      string `yaml:"kube_vip_image_tag"`
	ControlPlane    bool   `yaml:"kube_vip_controlplane_enabled"`
	ARP             bool   `yaml:"kube_vip_arp_enabled"`
	Address         string `yaml:"kube_vip_address"`
	Interface       string `yaml:"kube_vip_interface"`
	Services        bool   `yaml:"kube_vip_services_enabled"`
	LoadBalance     bool   `yaml:"kube_vip_lb_enable"`
	MetricsServer   bool   `yaml:"metrics_server_enabled"`
	MetalLB         bool   `yaml:"metallb_enabled"`
	CertManager     bool   `yaml:"cert_manager_enabled"`
	IngressNginx    bool   `yaml:"ingress_nginx_enabled"`
	GatewayAPI      bool   `yaml:"gateway_api_enabled"`
	ArgoCD          bool   `yaml:"argocd_enabled"`
	FeatureDiscover bool   `yaml:"node_feature_discovery_enabled"`
	LocalPath       bool   `yaml:"local_path_provisioner_enabled"`
	LocalVolume     bool   `yaml:"local_volume_provisioner_enabled"`
	Snapshots       bool   `yaml:"csi_snapshot_controller_enabled"`
	Registry        bool   `yaml:"registry_enabled"`
	Helm            bool   `yaml:"helm_enabled"`
}

func addonVars(c Cluster) addonFile {
	return addonFile{
		KubeVIP: true, KubeVIPTag: pins.KubeVIP, ControlPlane: true, ARP: true,
		Address: c.VIP.String(), Interface: c.VIPInterface,
		MetricsServer: true,
	}
}

// group_vars/k8s_cluster/k8s-net-calico.yml
type calicoVars struct {
	Backend string `yaml:"calico_network_backend"`
	VXLAN   string `yaml:"calico_vxlan_mode"`
	IPIP    string `yaml:"calico_ipip_mode"`
}

func texts(addresses []netip.Addr) []string {
	out := make([]string, len(addresses))
	for i, a := range addresses {
		out[i] = a.String()
	}
	return out
}

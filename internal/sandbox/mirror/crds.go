package mirror

import (
	"slices"

	"github.com/streamforge/infrastructure/internal/pins"
)

// shortNames are those people type, by kind.
var shortNames = map[string][]string{
	"Certificate": {"cert", "certs"}, "CertificateRequest": {"cr", "crs"},
	"Issuer": {"iss"}, "ClusterIssuer": {"ciss"},
	"GatewayClass": {"gc"}, "Gateway": {"gtw"}, "ReferenceGrant": {"refgrant"},
	"Kafka": {"k"}, "KafkaConnect": {"kc"}, "KafkaConnector": {"kctr"}, "KafkaNodePool": {"knp"},
	"KafkaTopic": {"kt"}, "KafkaUser": {"ku"}, "ScaledObject": {"so"}, "TriggerAuthentication": {"ta", "triggerauth"},
	"ArangoDeployment": {"arangodb", "arango"}, "ArangoMember": {"arangomembers"},
	"ArangoBackup": {"arangobackup"}, "ArangoBackupPolicy": {"arangobackuppolicy", "arangobp"},
	"postgresql": {"pg"}, "OperatorConfiguration": {"opconfig"}, "PostgresTeam": {"pgteam"},
	"Elasticsearch": {"es"}, "Kibana": {"kb"},
	"Prometheus": {"prom"}, "Alertmanager": {"am"}, "ServiceMonitor": {"smon"}, "PodMonitor": {"pmon"},
	"PrometheusRule": {"promrule"}, "Probe": {"prb"}, "ThanosRuler": {"ruler"},
	"AlertmanagerConfig": {"amcfg"}, "ScrapeConfig": {"scfg"}, "PrometheusAgent": {"promagent"},
}

// manifestCRDs are the definitions behind pins.AllManifests.
func manifestCRDs() []crd {
	return slices.Concat(gatewayAPICRDs(), traefikCRDs(), snapshotCRDs(), prometheusCRDs())
}

// gatewayAPICRDs are those of the experimental channel.
func gatewayAPICRDs() []crd {
	const group = "gateway.networking.k8s.io"
	like := func(versions ...string) crd { return crd{versions: versions} }
	classes, grants := like("v1", "v1beta1"), like("v1beta1")
	classes.cluster, grants.noStatus = true, true
	crds := slices.Concat(
		inGroup(group, classes, [][2]string{{"GatewayClass", "gatewayclasses"}}),
		inGroup(group, like("v1", "v1beta1"), [][2]string{{"Gateway", "gateways"}, {"HTTPRoute", "httproutes"}}),
		inGroup(group, like("v1"), [][2]string{{"GRPCRoute", "grpcroutes"}}),
		inGroup(group, grants, [][2]string{{"ReferenceGrant", "referencegrants"}}),
		inGroup(group, like("v1alpha3"), [][2]string{{"BackendTLSPolicy", "backendtlspolicies"}}),
		inGroup(group, like("v1alpha2"), [][2]string{
			{"BackendLBPolicy", "backendlbpolicies"}, {"TCPRoute", "tcproutes"},
			{"TLSRoute", "tlsroutes"}, {"UDPRoute", "udproutes"},
		}),
	)
	for i := range crds {
		crds[i].annotations = map[string]string{
			// The API server refuses definitions in *.k8s.io groups that do not state their approval.
			"api-approved.kubernetes.io":               "unapproved, stand-in of the streamforge sandbox",
			"gateway.networking.k8s.io/bundle-version": pins.GatewayAPI.Version,
			"gateway.networking.k8s.io/channel":        "experimental",
		}
	}
	return crds
}

func traefikCRDs() []crd {
	return inGroup("traefik.io", crd{versions: []string{"v1alpha1"}, noStatus: true}, [][2]string{
		{"IngressRoute", "ingressroutes"}, {"IngressRouteTCP", "ingressroutetcps"},
		{"IngressRouteUDP", "ingressrouteudps"}, {"Middleware", "middlewares"},
		{"MiddlewareTCP", "middlewaretcps"}, {"ServersTransport", "serverstransports"},
		{"ServersTransportTCP", "serverstransporttcps"}, {"TLSOption", "tlsoptions"},
		{"TLSStore", "tlsstores"}, {"TraefikService", "traefikservices"},
	})
}

func metalLBCRDs() []crd {
	crds := inGroup("metallb.io", crd{versions: []string{"v1beta1"}}, [][2]string{
		{"BFDProfile", "bfdprofiles"}, {"BGPAdvertisement", "bgpadvertisements"},
		{"Community", "communities"}, {"IPAddressPool", "ipaddresspools"},
		{"L2Advertisement", "l2advertisements"}, {"ServiceL2Status", "servicel2statuses"},
	})
	peers := inGroup("metallb.io", crd{versions: []string{"v1beta2", "v1beta1"}}, [][2]string{{"BGPPeer", "bgppeers"}})
	return append(crds, peers...)
}

func certManagerCRDs() []crd {
	v1 := crd{versions: []string{"v1"}}
	crds := inGroup("cert-manager.io", v1, [][2]string{
		{"CertificateRequest", "certificaterequests"}, {"Certificate", "certificates"}, {"Issuer", "issuers"},
	})
	clusterWide := crd{versions: v1.versions, cluster: true}
	return slices.Concat(crds,
		inGroup("cert-manager.io", clusterWide, [][2]string{{"ClusterIssuer", "clusterissuers"}}),
		inGroup("acme.cert-manager.io", v1, [][2]string{{"Challenge", "challenges"}, {"Order", "orders"}}))
}

// inGroup gives one definition per {kind, plural}, each like the pattern.
func inGroup(group string, like crd, kinds [][2]string) []crd {
	crds := make([]crd, len(kinds))
	for i, k := range kinds {
		crds[i] = like
		crds[i].group, crds[i].kind, crds[i].plural = group, k[0], k[1]
		crds[i].shortNames = shortNames[k[0]]
	}
	return crds
}

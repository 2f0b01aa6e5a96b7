package mirror

import (
	"slices"

	"github.com/streamforge/infrastructure/internal/pins"
)

// manifestCRDs are the definitions behind pins.AllManifests.
func manifestCRDs() []crd { return slices.Concat(gatewayAPICRDs(), traefikCRDs(), snapshotCRDs()) }

// gatewayAPICRDs are those of the experimental channel.
func gatewayAPICRDs() []crd {
	const group = "gateway.networking.k8s.io"
	crds := []crd{
		{kind: "BackendLBPolicy", plural: "backendlbpolicies", versions: []string{"v1alpha2"}, shortNames: []string{"blbpolicy"}},
		{kind: "BackendTLSPolicy", plural: "backendtlspolicies", versions: []string{"v1alpha3"}, shortNames: []string{"btlspolicy"}},
		{kind: "GatewayClass", plural: "gatewayclasses", versions: []string{"v1", "v1beta1"}, shortNames: []string{"gc"}, cluster: true},
		{kind: "Gateway", plural: "gateways", versions: []string{"v1", "v1beta1"}, shortNames: []string{"gtw"}},
		{kind: "GRPCRoute", plural: "grpcroutes", versions: []string{"v1"}},
		{kind: "HTTPRoute", plural: "httproutes", versions: []string{"v1", "v1beta1"}},
		{kind: "ReferenceGrant", plural: "referencegrants", versions: []string{"v1beta1"}, shortNames: []string{"refgrant"}, noStatus: true},
		{kind: "TCPRoute", plural: "tcproutes", versions: []string{"v1alpha2"}},
		{kind: "TLSRoute", plural: "tlsroutes", versions: []string{"v1alpha2"}},
		{kind: "UDPRoute", plural: "udproutes", versions: []string{"v1alpha2"}},
	}
	for i := range crds {
		crds[i].group = group
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
	crds = append(crds, inGroup("cert-manager.io", clusterWide, [][2]string{{"ClusterIssuer", "clusterissuers"}})...)
	return append(crds, inGroup("acme.cert-manager.io", v1, [][2]string{{"Challenge", "challenges"}, {"Order", "orders"}})...)
}

// inGroup gives one definition per {kind, plural}, each like the pattern.
func inGroup(group string, like crd, kinds [][2]string) []crd {
	crds := make([]crd, len(kinds))
	for i, k := range kinds {
		crds[i] = like
		crds[i].group, crds[i].kind, crds[i].plural = group, k[0], k[1]
	}
	return crds
}

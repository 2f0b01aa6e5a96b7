package driftaudit

import "strings"

// Kinds are resources of one API group, by their plural names.
type Kinds struct {
	Group     string // empty for the core group
	Resources []string
}

// known are groups and their resources: those of Kubernetes, those of the charts, and those of Calico,
// which Kubespray brings.
var known = [][2]string{
	{"", "configmaps endpoints limitranges namespaces nodes persistentvolumeclaims persistentvolumes pods podtemplates " +
		"replicationcontrollers resourcequotas secrets serviceaccounts services"},
	{"admissionregistration.k8s.io", "mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations"},
	{"apiextensions.k8s.io", "customresourcedefinitions"},
	{"apiregistration.k8s.io", "apiservices"},
	{"apps", "controllerrevisions daemonsets deployments replicasets statefulsets"},
	{"autoscaling", "horizontalpodautoscalers"},
	{"batch", "cronjobs jobs"},
	{"certificates.k8s.io", "certificatesigningrequests"},
	{"coordination.k8s.io", "leases"},
	{"discovery.k8s.io", "endpointslices"},
	{"flowcontrol.apiserver.k8s.io", "flowschemas prioritylevelconfigurations"},
	{"networking.k8s.io", "ingressclasses ingresses ipaddresses networkpolicies servicecidrs"},
	{"node.k8s.io", "runtimeclasses"},
	{"policy", "poddisruptionbudgets"},
	{"rbac.authorization.k8s.io", "clusterrolebindings clusterroles rolebindings roles"},
	{"scheduling.k8s.io", "priorityclasses"},
	{"storage.k8s.io", "csidrivers csinodes csistoragecapacities storageclasses volumeattachments"},

	{"acid.zalan.do", "operatorconfigurations postgresqls postgresteams"},
	{"acme.cert-manager.io", "challenges orders"},
	{"agent.k8s.elastic.co", "agents"},
	{"apm.k8s.elastic.co", "apmservers"},
	{"argoproj.io", "applications applicationsets appprojects"},
	{"autoscaling.k8s.elastic.co", "elasticsearchautoscalers"},
	{"backup.arangodb.com", "arangobackuppolicies arangobackups"},
	{"beat.k8s.elastic.co", "beats"},
	{"cert-manager.io", "certificaterequests certificates clusterissuers issuers"},
	{"core.strimzi.io", "strimzipodsets"},
	{"database.arangodb.com", "arangodeployments arangomembers"},
	{"elasticsearch.k8s.elastic.co", "elasticsearches"},
	{"enterprisesearch.k8s.elastic.co", "enterprisesearches"},
	{"eventing.keda.sh", "cloudeventsources clustercloudeventsources"},
	{"gateway.networking.k8s.io", "backendlbpolicies backendtlspolicies gatewayclasses gateways grpcroutes httproutes referencegrants tcproutes tlsroutes udproutes"},
	{"kafka.strimzi.io", "kafkabridges kafkaconnectors kafkaconnects kafkamirrormaker2s kafkanodepools kafkarebalances kafkas kafkatopics kafkausers"},
	{"keda.sh", "clustertriggerauthentications scaledjobs scaledobjects triggerauthentications"},
	{"kibana.k8s.elastic.co", "kibanas"},
	{"logstash.k8s.elastic.co", "logstashes"},
	{"maps.k8s.elastic.co", "elasticmapsservers"},
	{"metallb.io", "bfdprofiles bgpadvertisements bgppeers communities ipaddresspools l2advertisements servicel2statuses"},
	{"monitoring.coreos.com", "alertmanagerconfigs alertmanagers podmonitors probes prometheusagents prometheuses prometheusrules scrapeconfigs servicemonitors thanosrulers"},
	{"nfd.k8s-sigs.io", "nodefeaturegroups nodefeaturerules nodefeatures"},
	{"nvidia.com", "clusterpolicies nvidiadrivers"},
	{"piraeus.io", "linstorclusters linstornodeconnections linstorsatelliteconfigurations linstorsatellites"},
	{"secrets-store.csi.x-k8s.io", "secretproviderclasses secretproviderclasspodstatuses"},
	{"snapshot.storage.k8s.io", "volumesnapshotclasses volumesnapshotcontents volumesnapshots"},
	{"stackconfigpolicy.k8s.elastic.co", "stackconfigpolicies"},
	{"traefik.io", "ingressroutes ingressroutetcps ingressrouteudps middlewares middlewaretcps serverstransports serverstransporttcps tlsoptions tlsstores traefikservices"},

	{"crd.projectcalico.org", "bgpconfigurations bgpfilters bgppeers blockaffinities caliconodestatuses clusterinformations felixconfigurations " +
		"globalnetworkpolicies globalnetworksets hostendpoints ipamblocks ipamconfigs ipamhandles ippools ipreservations kubecontrollersconfigurations networkpolicies networksets tiers"},
}

// Known are the kinds that can be listed in a cluster of this platform. A kind that is not among them, and
// exists, is told of in every report as not checked.
func Known() (all []Kinds) {
	for _, k := range known {
		all = append(all, Kinds{Group: k[0], Resources: strings.Fields(k[1])})
	}
	return all
}

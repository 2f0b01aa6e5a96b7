package mirror

// strimzi's operator keeps its name whatever the release is called.
var strimzi = standIn{
	app:    "0.47.0",
	values: values{"replicas": 1, "podDisruptionBudget": values{"enabled": false, "minAvailable": 1}},
	crds:   crdSet{crds: strimziCRDs(), folder: true},
	workloads: []workload{{
		Kind: "Deployment", Name: "strimzi-cluster-operator",
		Labels:    map[string]string{"name": "strimzi-cluster-operator", "strimzi.io/kind": "cluster-operator"},
		Image:     "quay.io/strimzi/operator:0.47.0",
		Ports:     []port{{Name: "http", Port: 8080}},
		Container: restricted,
	}},
}

// keda leaves out the real chart's APIService: nothing here would answer for it, and an API group
// that does not answer stops every client that asks what there is.
var keda = standIn{
	app: "2.17.2",
	values: values{
		"crds": values{"install": true}, "operator": values{"replicaCount": 1},
		"metricsServer": values{"replicaCount": 1}, "webhooks": values{"replicaCount": 1},
		"podDisruptionBudget": values{"operator": values{}, "metricServer": values{}, "webhooks": values{}},
	},
	crds: crdSet{crds: kedaCRDs(), value: "crds.install"},
	workloads: []workload{
		kedaWorkload("keda-operator", "keda-operator", "operator", "keda", port{Name: "metricsservice", Port: 9666}),
		kedaWorkload("keda-operator-metrics-apiserver", "keda-metrics-server", "metricsServer", "keda-metrics-apiserver",
			port{Name: "https", Port: 6443}),
		kedaWorkload("keda-admission-webhooks", "keda-webhook", "webhooks", "keda-admission-webhooks", port{Name: "https", Port: 9443}),
	},
}

func kedaWorkload(name, account, at, image string, serves port) workload {
	w := workload{
		Kind: "Deployment", Name: name, ServiceAccount: account, Values: at,
		Labels:    map[string]string{"app": name, "app.kubernetes.io/name": name},
		Image:     "ghcr.io/kedacore/" + image + ":2.17.2",
		Ports:     []port{serves, {Name: "metrics", Port: 8080}},
		Service:   &service{Ports: []port{serves}},
		Container: restricted,
	}
	if serves.Name == "https" {
		w.Service.Ports = []port{{Name: "https", Port: 443, Target: "https"}}
	}
	return w
}

func strimziCRDs() []crd {
	versions := crd{versions: []string{"v1beta2"}}
	crds := inGroup("kafka.strimzi.io", versions, [][2]string{
		{"Kafka", "kafkas"}, {"KafkaNodePool", "kafkanodepools"},
		{"KafkaConnect", "kafkaconnects"}, {"KafkaConnector", "kafkaconnectors"},
		{"KafkaBridge", "kafkabridges"}, {"KafkaMirrorMaker2", "kafkamirrormaker2s"}, {"KafkaRebalance", "kafkarebalances"},
	})
	crds = append(crds, inGroup("kafka.strimzi.io", crd{versions: []string{"v1beta2", "v1beta1", "v1alpha1"}}, [][2]string{
		{"KafkaTopic", "kafkatopics"}, {"KafkaUser", "kafkausers"}})...)
	return append(crds, inGroup("core.strimzi.io", versions, [][2]string{{"StrimziPodSet", "strimzipodsets"}})...)
}

func kedaCRDs() []crd {
	versions := crd{versions: []string{"v1alpha1"}}
	clusterWide := crd{versions: versions.versions, cluster: true}
	crds := inGroup("keda.sh", versions, [][2]string{
		{"ScaledObject", "scaledobjects"}, {"ScaledJob", "scaledjobs"}, {"TriggerAuthentication", "triggerauthentications"},
	})
	crds = append(crds, inGroup("keda.sh", clusterWide, [][2]string{
		{"ClusterTriggerAuthentication", "clustertriggerauthentications"}})...)
	crds = append(crds, inGroup("eventing.keda.sh", versions, [][2]string{{"CloudEventSource", "cloudeventsources"}})...)
	return append(crds, inGroup("eventing.keda.sh", clusterWide, [][2]string{
		{"ClusterCloudEventSource", "clustercloudeventsources"}})...)
}

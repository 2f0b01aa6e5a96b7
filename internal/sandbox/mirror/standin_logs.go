package mirror

import "slices"

// eckOperator keeps its name whatever the release is called. The labels are those its chart gives
// beside the usual ones.
var eckOperator = standIn{
	app: "3.1.0",
	values: values{
		"nameOverride": "elastic-operator", "fullnameOverride": "elastic-operator", "installCRDs": true, "replicaCount": 1,
		"config": values{"metrics": values{"port": "0"}},
	},
	crds: crdSet{crds: eckCRDs(), value: "installCRDs"},
	workloads: []workload{{
		Kind: "StatefulSet", Labels: map[string]string{"control-plane": "elastic-operator", "app.kubernetes.io/name": "elastic-operator"},
		Image:     "docker.elastic.co/eck/eck-operator:3.1.0",
		Args:      []string{"manager", "--config=/conf/eck.yaml"},
		Ports:     []port{{Name: "metrics", Port: 8081}, {Name: "https-webhook", Port: 9443}},
		Container: restricted,
	}},
}

// fluentBit has templates of its own for its configuration, which pass through tpl.
var fluentBit = standIn{
	app:    "4.0.7",
	values: values{"config": values{}, "luaScripts": values{}},
	workloads: []workload{{
		Kind: "DaemonSet", Image: "cr.fluentbit.io/fluent/fluent-bit:4.0.7",
		Ports:   []port{{Name: "http", Port: 2020}},
		Service: &service{Ports: []port{{Name: "http", Port: 2020}}},
		// What makes its namespace need the privileged Pod Security Standard.
		Pod: values{"volumes": []values{{"name": "varlog", "hostPath": values{"path": "/var/log"}}}},
	}},
}

func eckCRDs() []crd {
	const group = ".k8s.elastic.co"
	stable := crd{versions: []string{"v1", "v1beta1"}, retired: []string{"v1alpha1"}, bare: []string{"v1alpha1"}}
	young := crd{versions: []string{"v1alpha1"}}
	return slices.Concat(
		inGroup("elasticsearch"+group, stable, [][2]string{{"Elasticsearch", "elasticsearches"}}),
		inGroup("kibana"+group, stable, [][2]string{{"Kibana", "kibanas"}}),
		inGroup("apm"+group, stable, [][2]string{{"ApmServer", "apmservers"}}),
		inGroup("enterprisesearch"+group, crd{versions: []string{"v1", "v1beta1"}}, [][2]string{{"EnterpriseSearch", "enterprisesearches"}}),
		inGroup("beat"+group, crd{versions: []string{"v1beta1"}}, [][2]string{{"Beat", "beats"}}),
		inGroup("agent"+group, young, [][2]string{{"Agent", "agents"}}),
		inGroup("maps"+group, young, [][2]string{{"ElasticMapsServer", "elasticmapsservers"}}),
		inGroup("logstash"+group, young, [][2]string{{"Logstash", "logstashes"}}),
		inGroup("autoscaling"+group, young, [][2]string{{"ElasticsearchAutoscaler", "elasticsearchautoscalers"}}),
		inGroup("stackconfigpolicy"+group, young, [][2]string{{"StackConfigPolicy", "stackconfigpolicies"}}),
	)
}

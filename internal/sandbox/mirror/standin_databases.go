package mirror

import "slices"

var kubeArangoDB = standIn{
	app:    "1.3.0",
	values: values{"operator": values{"replicaCount": 1}},
	crds:   crdSet{crds: arangoCRDs(), folder: true},
	workloads: []workload{{
		Kind: "Deployment", Name: "arango-{{ .Release.Name }}-operator", Values: "operator",
		Labels: map[string]string{"release": "{{ .Release.Name }}"},
		Image:  "arangodb/kube-arangodb:1.3.0",
		Ports:  []port{{Name: "metrics", Port: 8528}},
		Service: &service{Ports: []port{
			{Name: "server", Port: 8528, Target: "metrics"}, {Name: "http-api", Port: 8628}, {Name: "grpc-api", Port: 8728},
		}},
		// Without a seccomp profile: what keeps its namespace from the restricted standard.
		Pod: values{"securityContext": values{"runAsNonRoot": true, "runAsUser": 1000}},
		Container: values{"securityContext": values{
			"privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
			"capabilities": values{"drop": []string{"ALL"}},
		}},
	}},
}

// postgresOperator has a template of its own: the operator's configuration is an object.
var postgresOperator = standIn{
	app: "1.14.0",
	values: values{
		"configGeneral": values{}, "configKubernetes": values{}, "configPostgresPodResources": values{},
		"configAwsOrGcp": values{}, "configLogicalBackup": values{}, "configTeamsApi": values{},
		"podServiceAccount": values{"name": "postgres-pod"}, "podPriorityClassName": values{"create": true, "priority": 1000000},
	},
	crds: crdSet{crds: postgresCRDs(), folder: true},
	workloads: []workload{{
		Kind: "Deployment", Name: fullname,
		Image: "ghcr.io/zalando/postgres-operator:v1.14.0",
		Ports: []port{{Name: "http", Port: 8080}}, Service: &service{Ports: []port{{Name: "http", Port: 8080}}},
		Container: values{"securityContext": values{
			"runAsNonRoot": true, "runAsUser": 1000, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false,
		}},
	}},
}

func arangoCRDs() []crd {
	backups := crd{versions: []string{"v1"}, retired: []string{"v1alpha"}}
	deployment := crd{versions: []string{"v1", "v2alpha1"}, retired: []string{"v1alpha"}, bare: []string{"v1", "v1alpha"}}
	return slices.Concat(
		inGroup("backup.arangodb.com", backups, [][2]string{
			{"ArangoBackup", "arangobackups"}, {"ArangoBackupPolicy", "arangobackuppolicies"},
		}),
		inGroup("database.arangodb.com", deployment, [][2]string{{"ArangoDeployment", "arangodeployments"}}),
		inGroup("database.arangodb.com", crd{versions: []string{"v1", "v2alpha1"}}, [][2]string{{"ArangoMember", "arangomembers"}}),
	)
}

func postgresCRDs() []crd {
	return inGroup("acid.zalan.do", crd{versions: []string{"v1"}}, [][2]string{
		{"OperatorConfiguration", "operatorconfigurations"}, {"postgresql", "postgresqls"}, {"PostgresTeam", "postgresteams"},
	})
}

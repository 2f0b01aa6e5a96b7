package mirror

// gitlabRunner has its workload in a template of its own: where it runs and as whom are values.
var gitlabRunner = standIn{
	app: "18.3.1",
	values: values{
		"concurrent": 10, "certsSecretName": "", "gitlabUrl": "", "nodeSelector": values{}, "podLabels": values{}, "resources": values{},
		"podSecurityContext": values{}, "metrics": values{"enabled": false},
		"serviceAccount": values{"create": false, "name": ""}, "runners": values{"config": "", "secret": ""},
	},
}

// reloader likewise: its values are the only ones under a name of the chart.
var reloader = standIn{
	app: "v1.4.7",
	values: values{"reloader": values{
		"reloadStrategy": "default", "watchGlobally": true, "enableHA": false, "matchLabels": values{},
		"deployment": values{"replicas": 1, "resources": values{}, "containerSecurityContext": values{}, "topologySpreadConstraints": []any{}},
	}},
}

var argoCD = standIn{
	app: "v3.1.1",
	values: values{
		"nameOverride": "argocd",
		"crds":         values{"install": true, "keep": true},
		"configs": values{
			"params": values{"server.insecure": false}, "rbac": values{"policy.default": ""}, "tls": values{"certificates": values{}},
		},
		"controller": values{"replicas": 1}, "server": values{"replicas": 1, "pdb": values{"enabled": false}},
		"repoServer": values{"replicas": 1, "pdb": values{"enabled": false}}, "applicationSet": values{"replicas": 1}, "redis": values{},
	},
	crds: crdSet{crds: argoCDCRDs(), value: "crds.install"},
	workloads: []workload{
		argoCDWorkload("StatefulSet", "application-controller", "controller", 8082, nil),
		argoCDWorkload("Deployment", "applicationset-controller", "applicationSet", 8080, []port{{Name: "http-webhook", Port: 7000, Target: "webhook"}}),
		argoCDWorkload("Deployment", "repo-server", "repoServer", 8084, []port{{Name: "tcp-repo-server", Port: 8081, Target: "repo-server"}}),
		argoCDWorkload("Deployment", "server", "server", 8083, []port{
			{Name: "http", Port: 80, Target: "server"}, {Name: "https", Port: 443, Target: "server"},
		}),
		argoCDWorkload("Deployment", "redis", "redis", 0, []port{{Name: "tcp-redis", Port: 6379, Target: "redis"}}),
	},
}

// argoCDWorkload gives one part; the first target of serves is the port of its container.
func argoCDWorkload(kind, part, at string, metrics int, serves []port) workload {
	w := workload{
		Kind: kind, Name: fullname + "-" + part, Values: at, Container: restricted,
		Labels: map[string]string{"app.kubernetes.io/name": "argocd-" + part, "app.kubernetes.io/part-of": "argocd"},
		Image:  "quay.io/argoproj/argocd:v3.1.1",
	}
	if part == "redis" {
		w.Image = "ecr-public.aws.com/docker/library/redis:7.2.8-alpine"
	}
	if metrics != 0 {
		w.Ports = append(w.Ports, port{Name: "metrics", Port: metrics})
	}
	if len(serves) == 0 {
		return w
	}
	inside := serves[0].Port
	if part == "server" {
		inside = 8080
	}
	w.Ports = append(w.Ports, port{Name: serves[0].Target, Port: inside})
	w.Service = &service{Ports: serves}
	return w
}

// argoCDCRDs: of an Application the controller writes the whole object.
func argoCDCRDs() []crd {
	plain := crd{versions: []string{"v1alpha1"}, noStatus: true}
	return append(inGroup("argoproj.io", plain, [][2]string{{"Application", "applications"}, {"AppProject", "appprojects"}}),
		inGroup("argoproj.io", crd{versions: plain.versions}, [][2]string{{"ApplicationSet", "applicationsets"}})...)
}

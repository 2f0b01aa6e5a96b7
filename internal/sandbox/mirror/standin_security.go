package mirror

// oauth2Proxy is also what stands in front of web applications.
var oauth2Proxy = standIn{
	app: "7.12.0",
	values: values{
		"replicaCount": 1, "config": values{}, "extraArgs": values{}, "service": values{"portNumber": 80},
		"podDisruptionBudget": values{"enabled": true, "minAvailable": 1},
	},
	workloads: []workload{{
		Kind: "Deployment", Name: fullname, Image: "quay.io/oauth2-proxy/oauth2-proxy:v7.12.0",
		Ports: []port{{Name: "http", Port: 4180}, {Name: "metrics", Port: 44180}},
		Service: &service{Ports: []port{
			{Name: "http", Port: 80}, {Name: "metrics", Port: 44180},
		}},
		Container: restricted,
	}},
}

// mail starts as root: what keeps its namespace from the restricted standard.
var mail = standIn{
	app: "v4.4.0",
	values: values{
		"replicaCount": 1, "recreateOnRedeploy": true, "config": values{"general": values{}, "postfix": values{}},
		"persistence": values{"enabled": true, "size": "1Gi", "storageClass": ""}, "service": values{"port": 587},
	},
	workloads: []workload{{
		Kind: "StatefulSet", Name: fullname, Image: "boky/postfix:v4.4.0",
		Ports: []port{{Name: "smtp", Port: 587}}, Service: &service{Ports: []port{{Name: "smtp", Port: 587}}},
	}},
}

var configSyncer = standIn{
	app:    "v0.15.3",
	values: values{"mode": "oss", "license": "", "config": values{}},
	workloads: []workload{{
		Kind: "Deployment", Name: fullname, Image: "ghcr.io/appscode/config-syncer:v0.15.3",
		Ports: []port{{Name: "https", Port: 8443}}, Service: &service{Ports: []port{{Name: "api", Port: 443, Target: "https"}}},
		Container: restricted,
	}},
}

var reflector = standIn{
	app:    "9.1.28",
	values: values{"replicaCount": 1, "configuration": values{}},
	workloads: []workload{{
		Kind: "Deployment", Name: fullname, Image: "docker.io/emberstack/kubernetes-reflector:9.1.28",
		Ports: []port{{Name: "http", Port: 8080}}, Container: restricted,
	}},
}

package mirror

// kubePrometheusStack has a template of its own: the two servers are objects of the operator's.
var kubePrometheusStack = standIn{
	app: "v0.82.0",
	values: values{
		"prometheus":               values{"prometheusSpec": values{}},
		"alertmanager":             values{"alertmanagerSpec": values{}},
		"prometheusOperator":       values{},
		"kube-state-metrics":       values{},
		"prometheus-node-exporter": values{},
		"grafana": values{
			"additionalDataSources": []any{},
			"persistence":           values{"enabled": false, "accessModes": []string{"ReadWriteOnce"}, "size": "10Gi"},
		},
	},
	workloads: []workload{
		{
			Kind: "Deployment", Name: fullname + "-operator", Values: "prometheusOperator",
			Labels:    map[string]string{"app": fullname + "-operator", "app.kubernetes.io/component": "prometheus-operator"},
			Image:     "quay.io/prometheus-operator/prometheus-operator:v0.82.0",
			Ports:     []port{{Name: "https", Port: 10250}},
			Service:   &service{Ports: []port{{Name: "https", Port: 443, Target: "https"}}},
			Container: restricted,
		},
		{
			Kind: "Deployment", Name: "{{ .Release.Name }}-kube-state-metrics", Values: "kube-state-metrics",
			Labels:    map[string]string{"app.kubernetes.io/name": "kube-state-metrics", "app.kubernetes.io/component": "metrics"},
			Image:     "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.15.0",
			Ports:     []port{{Name: "http", Port: 8080}},
			Service:   &service{Ports: []port{{Name: "http", Port: 8080}}},
			Container: restricted,
		},
		{
			Kind: "DaemonSet", Name: "{{ .Release.Name }}-prometheus-node-exporter", Values: "prometheus-node-exporter",
			Labels:  map[string]string{"app.kubernetes.io/name": "prometheus-node-exporter", "jobLabel": "node-exporter"},
			Image:   "quay.io/prometheus/node-exporter:v1.9.1",
			Ports:   []port{{Name: "http-metrics", Port: 9100}},
			Service: &service{Ports: []port{{Name: "http-metrics", Port: 9100}}},
			// What makes its namespace need the privileged Pod Security Standard.
			Pod: values{"hostNetwork": true, "hostPID": true, "tolerations": []values{{"effect": "NoSchedule", "operator": "Exists"}}},
		},
		{
			Kind: "Deployment", Name: "{{ .Release.Name }}-grafana", Values: "grafana",
			Labels:  map[string]string{"app.kubernetes.io/name": "grafana"},
			Image:   "docker.io/grafana/grafana:11.6.1",
			Ports:   []port{{Name: "grafana", Port: 3000}},
			Service: &service{Ports: []port{{Name: "http-web", Port: 80, Target: "grafana"}}},
			Pod: values{"volumes": []values{{
				"name": "storage", "persistentVolumeClaim": values{"claimName": "kube-prometheus-stack-grafana"},
			}}},
		},
	},
}

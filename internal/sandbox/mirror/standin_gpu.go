package mirror

// gpuOperator has the operator's own workloads and, in its templates, what the operator makes of
// them: the RuntimeClass, and the exporter on nodes with a GPU.
var gpuOperator = standIn{
	app: "v24.9.2",
	values: values{
		"operator": values{"runtimeClass": "nvidia"}, "driver": values{"enabled": true}, "toolkit": values{"enabled": true},
		"devicePlugin": values{"enabled": true}, "dcgmExporter": values{"enabled": true},
	},
	workloads: []workload{
		{
			Kind: "Deployment", Name: "gpu-operator", Labels: map[string]string{"app": "gpu-operator"},
			Image: "nvcr.io/nvidia/gpu-operator:v24.9.2", Ports: []port{{Name: "metrics", Port: 8080}},
		},
		{
			Kind: "DaemonSet", Name: "nvidia-dcgm-exporter", Labels: map[string]string{"app": "nvidia-dcgm-exporter"},
			Image: "nvcr.io/nvidia/k8s/dcgm-exporter:3.3.9-3.6.1-ubuntu22.04", Ports: []port{{Name: "metrics", Port: 9400}},
			Service: &service{Ports: []port{{Name: "gpu-metrics", Port: 9400, Target: "metrics"}}},
			Pod: values{
				"nodeSelector": values{"streamforge.home/gpu": "true"}, // the real one goes by what is found on the bus
				"tolerations":  []values{{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}},
			},
		},
	},
}

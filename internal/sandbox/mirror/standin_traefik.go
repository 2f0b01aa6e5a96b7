package mirror

// traefik has a workload template of its own: its ports, arguments and claim follow from values.
// The definitions of its crds/ folder come from the manifests instead, as the platform installs them.
var traefik = standIn{
	app: "v3.4.1",
	values: values{
		"image":        values{"tag": ""},
		"deployment":   values{"kind": "Deployment", "replicas": 1, "podAnnotations": values{}},
		"ingressClass": values{"enabled": true, "isDefaultClass": true, "name": ""},
		"gatewayClass": values{"enabled": true, "name": ""},
		"ingressRoute": values{"dashboard": values{
			"enabled": false, "entryPoints": []string{"traefik"}, "middlewares": []string{}, "tls": values{},
			"matchRule": "PathPrefix(`/dashboard`) || PathPrefix(`/api`)",
		}},
		"providers": values{"kubernetesGateway": values{"enabled": false, "experimentalChannel": false}},
		"metrics":   values{"prometheus": values{"service": values{"enabled": false}}},
		"ports": values{
			"traefik":   values{"port": 8080, "expose": values{"default": false}, "exposedPort": 8080, "protocol": "TCP"},
			"web":       values{"port": 8000, "expose": values{"default": true}, "exposedPort": 80, "protocol": "TCP"},
			"websecure": values{"port": 8443, "expose": values{"default": true}, "exposedPort": 443, "protocol": "TCP", "tls": values{"enabled": true}},
			"metrics":   values{"port": 9100, "expose": values{"default": false}, "exposedPort": 9100, "protocol": "TCP"},
		},
		"service": values{
			"enabled": true, "type": "LoadBalancer", "annotations": values{}, "labels": values{}, "spec": values{},
		},
		"persistence": values{
			"enabled": false, "name": "data", "existingClaim": "", "accessMode": "ReadWriteOnce", "size": "128Mi",
			"storageClass": "", "volumeName": "", "path": "/data", "annotations": values{},
		},
		"securityContext": values{
			"allowPrivilegeEscalation": false, "capabilities": values{"drop": []string{"ALL"}}, "readOnlyRootFilesystem": true,
		},
		"podSecurityContext": values{"runAsGroup": 65532, "runAsNonRoot": true, "runAsUser": 65532},
	},
}

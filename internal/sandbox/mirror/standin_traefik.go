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
			"traefik":   inside(8080),
			"web":       values{"port": 8000, "expose": values{"default": true}, "exposedPort": 80},
			"websecure": values{"port": 8443, "expose": values{"default": true}, "exposedPort": 443, "tls": values{"enabled": true}},
			"metrics":   inside(9100),
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

// inside is a port that the Service does not expose.
func inside(port int) values {
	return values{"port": port, "expose": values{"default": false}, "exposedPort": port}
}

package mirror

// vault is two charts in one, as upstream's is: the servers, or the provider for the CSI driver.
var vault = standIn{
	app: "1.20.1",
	values: values{
		"global": values{"enabled": true, "tlsDisable": true}, "injector": values{"enabled": "-"},
		"server": values{
			"enabled": "-", "serviceAccount": values{"create": true}, "authDelegator": values{"enabled": true},
			"ha":          values{"enabled": false, "replicas": 3, "raft": values{}, "disruptionBudget": values{"enabled": true}},
			"dataStorage": values{"size": "10Gi"}, "auditStorage": values{"size": "10Gi"}, "resources": values{},
			"statefulSet": values{"securityContext": values{"pod": values{}, "container": values{}}},
		},
		"csi": values{
			"enabled": false, "extraArgs": []string{}, "resources": values{}, "volumes": []string{}, "volumeMounts": []string{}, "pod": values{},
		},
	},
}

var secretsStoreCSI = standIn{
	app:    "1.5.3",
	values: values{"linux": values{"crds": values{"enabled": true}}, "syncSecret": values{"enabled": false}},
	crds: crdSet{value: "linux.crds.enabled", crds: inGroup("secrets-store.csi.x-k8s.io", crd{versions: []string{"v1", "v1alpha1"}, noStatus: true},
		[][2]string{{"SecretProviderClass", "secretproviderclasses"}, {"SecretProviderClassPodStatus", "secretproviderclasspodstatuses"}})},
	workloads: []workload{{
		Kind: "DaemonSet", Name: fullname,
		Image: "registry.k8s.io/csi-secrets-store/driver:v1.5.3",
		Ports: []port{{Name: "healthz", Port: 9808}, {Name: "metrics", Port: 8095}},
		Pod:   values{"tolerations": []values{{"operator": "Exists"}}},
		// What makes its namespace need the privileged Pod Security Standard.
		Container: values{"securityContext": values{"privileged": true}},
	}},
}

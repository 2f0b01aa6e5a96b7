package mirror

var piraeus = standIn{
	app: "v2.9.0",
	values: values{
		"installCRDs": false, "replicaCount": 1, "webhook": values{"failurePolicy": "Fail", "timeoutSeconds": 2},
		"tls": values{"certManagerIssuerRef": values{}},
	},
	crds: crdSet{crds: piraeusCRDs(), value: "installCRDs"},
	workloads: []workload{{
		Kind: "Deployment", Name: fullname + "-controller-manager", ServiceAccount: fullname + "-controller-manager",
		Labels: map[string]string{"app.kubernetes.io/component": "piraeus-operator"}, Values: "operator",
		Image: "quay.io/piraeusdatastore/piraeus-operator:v2.9.0",
		Ports: []port{{Name: "webhook-server", Port: 9443}, {Name: "metrics", Port: 8080}},
		Service: &service{
			Name: fullname + "-webhook-service", Ports: []port{{Name: "https", Port: 443, Target: "webhook-server"}},
		},
		Container: restricted,
	}},
}

var csiDriverNFS = standIn{
	app:    "4.11.0",
	values: values{"driver": values{"name": "nfs.csi.k8s.io"}, "feature": values{"enableFSGroupPolicy": true}},
	workloads: []workload{
		csiNFSWorkload("Deployment", "csi-nfs-controller", "csi-nfs-controller-sa"),
		csiNFSWorkload("DaemonSet", "csi-nfs-node", "csi-nfs-node-sa"),
	},
}

// csiNFSWorkload gives one of the two workloads. Both mount file systems on their node, which is
// why their namespace needs the privileged Pod Security Standard.
func csiNFSWorkload(kind, name, account string) workload {
	return workload{
		Kind: kind, Name: name, ServiceAccount: account,
		// The chart's resources are one entry for each of several containers.
		Values: "standIn", Labels: map[string]string{"app": name},
		Image: "registry.k8s.io/sig-storage/nfsplugin:v4.11.0",
		Pod:   values{"hostNetwork": true, "tolerations": []values{{"operator": "Exists"}}},
		Container: values{
			"securityContext": values{"privileged": true},
		},
	}
}

func piraeusCRDs() []crd {
	return inGroup("piraeus.io", crd{versions: []string{"v1"}, cluster: true}, [][2]string{
		{"LinstorCluster", "linstorclusters"}, {"LinstorNodeConnection", "linstornodeconnections"},
		{"LinstorSatelliteConfiguration", "linstorsatelliteconfigurations"}, {"LinstorSatellite", "linstorsatellites"},
	})
}

func snapshotCRDs() []crd {
	approved := map[string]string{"api-approved.kubernetes.io": "unapproved, stand-in of the streamforge sandbox"}
	like := crd{versions: []string{"v1"}, retired: []string{"v1beta1"}, annotations: approved}
	crds := inGroup("snapshot.storage.k8s.io", like, [][2]string{{"VolumeSnapshot", "volumesnapshots"}})
	like.cluster = true
	crds = append(crds, inGroup("snapshot.storage.k8s.io", like, [][2]string{{"VolumeSnapshotContent", "volumesnapshotcontents"}})...)
	like.noStatus = true
	return append(crds, inGroup("snapshot.storage.k8s.io", like, [][2]string{{"VolumeSnapshotClass", "volumesnapshotclasses"}})...)
}

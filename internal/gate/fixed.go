package gate

import (
	"slices"
	"strings"
)

// fixed are properties, by the beginning of their paths, that no provider changes in place. The engine
// asks the providers; a run on mocks has only this list.
var fixed = map[string][]string{
	"ClusterRoleBinding":    {"roleRef"},
	"DaemonSet":             {"spec.selector"},
	"Deployment":            {"spec.selector"},
	"Job":                   {"spec.template", "spec.selector", "spec.completionMode"},
	"PersistentVolume":      {"spec.nfs", "spec.csi", "spec.glusterfs", "spec.hostPath", "spec.local", "spec.volumeMode", "spec.nodeAffinity"},
	"PersistentVolumeClaim": {"spec.storageClassName", "spec.accessModes", "spec.volumeName", "spec.volumeMode", "spec.selector"},
	"PrivateKey":            {""},
	"Release":               {"name", "namespace"},
	"RoleBinding":           {"roleRef"},
	"Secret":                {"type"},
	"SelfSignedCert":        {""},
	"StatefulSet":           {"spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"},
	"StorageClass":          {"provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"},
	"VirtualMachine":        {"nodeName", "vmId"},
	"VolumeSnapshotClass":   {"driver", "deletionPolicy", "parameters"},
}

// identity are the properties that make another object of any Kubernetes object.
var identity = []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}

// replacing tells whether a resource has to be made anew for another value at path.
func replacing(c Change, path string) bool {
	if strings.HasPrefix(c.Type, "kubernetes:") && slices.Contains(identity, path) {
		return true
	}
	return slices.ContainsFunc(fixed[c.Kind()], func(begin string) bool { return strings.HasPrefix(path, begin) })
}

package drift

import (
	"slices"
	"strings"

	"github.com/gobwas/glob"
)

const (
	// releaseManager is the field manager of the objects of Pulumi's Helm releases.
	releaseManager = "pulumi-resource-kubernetes"
	// nativeManager begins the field managers of objects that the state declares.
	nativeManager = "pulumi-kubernetes"
)

// controllers are field managers that rightly own what they set: parts of Kubernetes, the platform's
// operators, and what stands in for them in the sandbox.
var controllers = []string{
	"kube-controller-manager", "kube-scheduler", "kube-apiserver", "kubelet", "k3s", "cloud-controller-manager", "kwok",
	"*-controller", "api-priority-and-fairness-*", "validatingadmissionpolicy-status", "before-first-apply.kubernetes.io",
	"horizontal-pod-autoscaler", "vpa-*", "csi-*", "snapshot-controller", "external-*", "node-feature-discovery*",
	"cilium-*", "calico-*", "coredns*", "metallb-*", "speaker",
	"cert-manager-*", "cainjector", "traefik*", "nginx-ingress-controller",
	"keda", "keda-*", "strimzi-*", "postgres-operator", "arangodb_operator", "arangodb-operator", "elastic-operator",
	"linstor-*", "piraeus-*", "minio-operator", "vault*injector*", "external-secrets*", "prometheus-operator", "PrometheusOperator",
	"argocd-*", "gitlab-runner*", "streamforge-sandbox",
}

// knowledge is what counts as no drift.
type knowledge struct{ managers []glob.Glob }

func newKnowledge(more []string) (k knowledge, err error) {
	for _, pattern := range slices.Concat(controllers, more) {
		g, err := glob.Compile(pattern)
		if err != nil {
			return k, err
		}
		k.managers = append(k.managers, g)
	}
	return k, nil
}

// controls tells whether a field manager is a controller.
func (k knowledge) controls(manager string) bool {
	return slices.ContainsFunc(k.managers, func(g glob.Glob) bool { return g.Match(manager) })
}

// ignoredField tells whether a field says nothing about what somebody wants.
func ignoredField(path string) bool {
	for _, of := range []string{
		"status", "metadata.managedFields", "metadata.resourceVersion", "metadata.generation", "metadata.uid",
		"metadata.creationTimestamp", "metadata.selfLink", "metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds",
		`metadata.annotations["deployment.kubernetes.io/revision"]`,
		`metadata.annotations["pulumi.com/`, "apiVersion", "kind",
	} {
		if within(path, of) || strings.HasSuffix(of, "/") && strings.HasPrefix(path, of) {
			return true
		}
	}
	return false
}

// generated tells whether a value is injected by a controller even where nobody recorded that, as the
// authority of a webhook is.
func generated(path string, k knowledge, all []owner) bool {
	if !strings.HasSuffix(path, "caBundle") {
		return false
	}
	who := latest(whoOwns(all, path))
	return who == nil || k.controls(who.manager) || who.manager == releaseManager || strings.HasPrefix(who.manager, nativeManager)
}

// givenByKubernetes tells whether every namespace has an object.
func givenByKubernetes(kind, name string) bool {
	switch kind {
	case "ConfigMap":
		return name == "kube-root-ca.crt"
	case "ServiceAccount":
		return name == "default"
	case "Lease", "Endpoints", "EndpointSlice", "ControllerRevision", "CSIStorageCapacity":
		return kind != "EndpointSlice"
	}
	return false
}

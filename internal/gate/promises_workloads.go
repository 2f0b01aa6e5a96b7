package gate

import (
	"fmt"
	"slices"
	"strings"
)

// containers calls f for every container of the workloads that are declared natively.
func (w world) containers(f func(c Change, container map[string]any)) {
	for _, c := range w.all {
		var pod any
		switch c.Kind() {
		case "Deployment", "StatefulSet", "DaemonSet", "Job":
			pod = dig(c.New.Inputs, "spec", "template", "spec")
		case "CronJob":
			pod = dig(c.New.Inputs, "spec", "jobTemplate", "spec", "template", "spec")
		default:
			continue
		}
		spec, _ := pod.(map[string]any)
		for _, list := range []string{"initContainers", "containers"} {
			each(spec[list], func(container map[string]any) { f(c, container) })
		}
	}
}

func unpinned(w world) (all []breach) {
	w.containers(func(c Change, container map[string]any) {
		image := Text(container["image"])
		name, digest, _ := strings.Cut(image, "@")
		tag := name[strings.LastIndex(name, "/")+1:]
		_, tag, tagged := strings.Cut(tag, ":")
		if digest == "" && (!tagged || slices.Contains([]string{"latest", "main", "master", "edge", "stable"}, tag)) {
			all = append(all, breach{c, fmt.Sprintf("image %q is not pinned", image)})
		}
	})
	for _, c := range w.all {
		if c.Kind() != "Release" {
			continue
		}
		if v := Text(c.New.Inputs["version"]); v == "" || strings.ContainsAny(v, "^~><*x ") {
			all = append(all, breach{c, fmt.Sprintf("version %q is not exact", v)})
		}
	}
	return all
}

func unlimited(w world) (all []breach) {
	w.containers(func(c Change, container map[string]any) {
		for _, path := range [][]string{{"resources", "requests", "cpu"}, {"resources", "requests", "memory"}, {"resources", "limits", "memory"}} {
			if dig(container, path...) == nil {
				all = append(all, breach{c, fmt.Sprintf("container %s has no %s", Text(container["name"]), strings.Join(path, "."))})
			}
		}
	})
	return all
}

// mayBePrivileged are the namespaces whose pods work on their nodes: network, volumes, metrics and
// logs of the nodes, devices, and the runner that builds with a container engine of its own.
var mayBePrivileged = []string{
	"metallb-system", "piraeus-datastore", "csi-nfs", "monitoring", "fluent-bit", "logging", "gitlab-runner", "gpu-operator", "vault-csi",
}

func privileged(w world) (all []breach) {
	for _, c := range w.all {
		if c.Kind() != "Namespace" {
			continue
		}
		level := Text(dig(c.New.Inputs, "metadata", "labels", "pod-security.kubernetes.io/enforce"))
		switch name := Text(dig(c.New.Inputs, "metadata", "name")); {
		case level == "":
			all = append(all, breach{c, "it says no Pod Security level"})
		case level == "privileged" && !slices.Contains(mayBePrivileged, name):
			all = append(all, breach{c, "it is not one of " + strings.Join(mayBePrivileged, ", ")})
		}
	}
	w.containers(func(c Change, container map[string]any) {
		if Text(dig(container, "securityContext", "privileged")) == "true" {
			all = append(all, breach{c, fmt.Sprintf("container %s of our own is privileged", Text(container["name"]))})
		}
	})
	return all
}

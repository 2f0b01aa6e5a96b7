package mirror

// values of a stand-in, or a part of them.
type values = map[string]any

// standIns holds every stand-in by its chart's name. Names, labels and ports are the real chart's.
var standIns = map[string]standIn{
	"metallb":                         metalLB,
	"cert-manager":                    certManager,
	"traefik":                         traefik,
	"ingress-nginx":                   ingressNginx,
	"nfs-subdir-external-provisioner": nfsProvisioner,
	"piraeus":                         piraeus,
	"csi-driver-nfs":                  csiDriverNFS,
	"strimzi-kafka-operator":          strimzi,
	"keda":                            keda,
	"kube-arangodb":                   kubeArangoDB,
	"postgres-operator":               postgresOperator,
	"vault":                           vault,
	"secrets-store-csi-driver":        secretsStoreCSI,
	"oauth2-proxy":                    oauth2Proxy,
	"mail":                            mail,
	"config-syncer":                   configSyncer,
	"reflector":                       reflector,
	"kube-prometheus-stack":           kubePrometheusStack,
	"gitlab-runner":                   gitlabRunner,
	"argo-cd":                         argoCD,
	"reloader":                        reloader,
	"eck-operator":                    eckOperator,
	"fluent-bit":                      fluentBit,
	"gpu-operator":                    gpuOperator,
}

// fullname is the template of the release's full name.
const fullname = `{{ include "standin.fullname" . }}`

// restricted meets the strictest Pod Security Standard.
var restricted = values{"securityContext": values{
	"allowPrivilegeEscalation": false, "capabilities": values{"drop": []string{"ALL"}},
	"readOnlyRootFilesystem": true, "runAsNonRoot": true, "seccompProfile": values{"type": "RuntimeDefault"},
}}

var metalLB = standIn{
	app:    "v0.14.9",
	values: values{"crds": values{"enabled": true}, "controller": values{}, "speaker": values{}},
	crds:   crdSet{crds: metalLBCRDs(), subchart: "crds"},
	workloads: []workload{
		{
			Kind: "Deployment", Name: fullname + "-controller", Values: "controller",
			Labels: map[string]string{"app.kubernetes.io/component": "controller"},
			Image:  "quay.io/metallb/controller:v0.14.9",
			Ports:  []port{{Name: "monitoring", Port: 7472}, {Name: "webhook-server", Port: 9443}},
			Service: &service{
				Name: "metallb-webhook-service", Ports: []port{{Name: "https", Port: 443, Target: "webhook-server"}},
			},
			Container: restricted,
		},
		{
			Kind: "DaemonSet", Name: fullname + "-speaker", Values: "speaker",
			Labels: map[string]string{"app.kubernetes.io/component": "speaker"},
			Image:  "quay.io/metallb/speaker:v0.14.9",
			Ports:  []port{{Name: "monitoring", Port: 7472}},
			// What makes its namespace need the privileged Pod Security Standard.
			Pod: values{"hostNetwork": true, "tolerations": []values{
				{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule", "operator": "Exists"},
			}},
			Container: values{"securityContext": values{
				"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
				"capabilities": values{"drop": []string{"ALL"}, "add": []string{"NET_RAW"}},
			}},
		},
	},
}

var certManager = standIn{
	app: "v1.18.2",
	values: values{
		"crds": values{"enabled": false, "keep": true}, "webhook": values{}, "cainjector": values{},
	},
	crds: crdSet{crds: certManagerCRDs(), keep: true},
	workloads: []workload{
		certManagerWorkload("controller", ""), certManagerWorkload("webhook", "webhook"),
		certManagerWorkload("cainjector", "cainjector"),
	},
}

// certManagerWorkload gives one of the three Deployments. The controller's carries the release's
// plain name, the others their component as a suffix.
func certManagerWorkload(component, at string) workload {
	w := workload{
		Kind: "Deployment", Name: fullname, Values: at, Container: restricted,
		Image:   "quay.io/jetstack/cert-manager-" + component + ":v1.18.2",
		Labels:  map[string]string{"app.kubernetes.io/component": component, "app": "cert-manager"},
		Ports:   []port{{Name: "http-metrics", Port: 9402}},
		Service: &service{Ports: []port{{Name: "tcp-prometheus-servicemonitor", Port: 9402, Target: "http-metrics"}}},
	}
	if at == "" {
		return w
	}
	w.Name += "-" + component
	w.Labels["app"], w.Labels["app.kubernetes.io/name"] = component, component
	w.Service.Ports[0].Name = "metrics"
	if component == "webhook" {
		w.Ports = append(w.Ports, port{Name: "https", Port: 10250})
		w.Service.Ports = append(w.Service.Ports, port{Name: "https", Port: 443})
	}
	return w
}

var ingressNginx = standIn{
	app: "1.12.1",
	values: values{
		"tcp": values{},
		"controller": values{
			"config":       values{},
			"replicaCount": 1,
			"resources":    values{"requests": values{"cpu": "100m", "memory": "90Mi"}},
			"metrics":      values{"enabled": false},
			"ingressClassResource": values{
				"name": "nginx", "enabled": true, "default": false, "controllerValue": "k8s.io/ingress-nginx",
			},
			"service": values{
				"type": "LoadBalancer", "annotations": values{}, "ports": values{"http": 80, "https": 443},
			},
			"admissionWebhooks": values{"enabled": true, "certManager": values{
				"enabled": false, "rootCert": values{"duration": ""}, "admissionCert": values{"duration": ""},
			}},
		},
	},
	workloads: []workload{{
		Kind: "Deployment", Name: fullname + "-controller", ServiceAccount: fullname, Values: "controller",
		Labels: map[string]string{"app.kubernetes.io/component": "controller"},
		Image:  "registry.k8s.io/ingress-nginx/controller:v1.12.1",
		Ports: []port{
			{Name: "http", Port: 80}, {Name: "https", Port: 443}, {Name: "webhook", Port: 8443}, {Name: "metrics", Port: 10254},
		},
		Container: values{"securityContext": values{
			"runAsNonRoot": true, "runAsUser": 101, "allowPrivilegeEscalation": false,
			"capabilities": values{"drop": []string{"ALL"}, "add": []string{"NET_BIND_SERVICE"}},
		}},
	}},
}

var nfsProvisioner = standIn{
	app: "4.0.2",
	values: values{
		"replicaCount": 1,
		"nfs": values{
			"path": "/nfs-storage", "volumeName": "nfs-subdir-external-provisioner-root", "reclaimPolicy": "Retain",
		},
		"storageClass": values{
			"create": true, "defaultClass": false, "name": "nfs-client", "allowVolumeExpansion": true,
			"reclaimPolicy": "Delete", "archiveOnDelete": true, "accessModes": "ReadWriteOnce",
			"volumeBindingMode": "Immediate", "annotations": values{},
		},
	},
}

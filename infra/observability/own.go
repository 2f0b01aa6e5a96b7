package observability

// BroughtByChart are the systems whose monitors kube-prometheus-stack makes itself: its rules and
// dashboards rely on their labels.
var BroughtByChart = []string{
	"alertmanager", "coredns", "etcd", "grafana", "kube-apiserver", "kube-controller-manager", "kube-proxy",
	"kube-scheduler", "kube-state-metrics", "kubelet", "nodes", "prometheus", "prometheus-operator",
}

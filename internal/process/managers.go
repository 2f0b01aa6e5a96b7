package process

import (
	"fmt"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

// loopback is where everything but the API server listens.
const loopback = "127.0.0.1"

// ControllerManager is kube-controller-manager.
type ControllerManager struct {
	Common
	Port        int // of its health and metrics
	Kubeconfig  string
	PKI         pki.Set
	ServiceCIDR string
	ClusterName string
}

// Spec is the command line of kube-controller-manager. There is one of it, so it takes no
// lease: a lease left by a killed run would hold up the next one for 15 s.
func (c ControllerManager) Spec() Spec {
	s := c.spec("kube-controller-manager")
	s.Address = fmt.Sprintf("https://%s:%d", loopback, c.Port)
	s.Args = []string{
		"--bind-address=" + loopback,
		fmt.Sprintf("--secure-port=%d", c.Port),
		"--tls-cert-file=" + c.PKI.Serving.Cert, "--tls-private-key-file=" + c.PKI.Serving.Key,
		"--kubeconfig=" + c.Kubeconfig,
		"--authentication-kubeconfig=" + c.Kubeconfig,
		"--authorization-kubeconfig=" + c.Kubeconfig,
		"--leader-elect=false",
		"--allocate-node-cidrs=false", // kwok hands out pod addresses from one range
		"--cluster-name=" + c.ClusterName,
		"--service-cluster-ip-range=" + c.ServiceCIDR,
		"--root-ca-file=" + c.PKI.CA.Cert,
		"--cluster-signing-cert-file=" + c.PKI.CA.Cert, "--cluster-signing-key-file=" + c.PKI.CA.Key,
		"--service-account-private-key-file=" + c.PKI.ServiceAccountPrivate,
		"--use-service-account-credentials=true",
		"--node-monitor-period=2s",
		// Nodes that miss a heartbeat, because the machine is busy or was asleep, would make every pod
		// unready, and kwok never makes one ready again. A machine that is gone takes its node along.
		"--node-monitor-grace-period=24h",
		"--kube-api-qps=200", "--kube-api-burst=400", // the defaults would be the slowest part of an `up`
		"--pvclaimbinder-sync-period=1s", // by default a claim older than its class waits 15 s
		"--profiling=false",
	}
	s.Ready = HTTPCheck(s.Address+"/healthz", nil)
	return s
}

// Scheduler is kube-scheduler.
type Scheduler struct {
	Common
	Port       int // of its health and metrics
	Kubeconfig string
	PKI        pki.Set
}

// Spec is the command line of kube-scheduler; for the lease see ControllerManager.
func (c Scheduler) Spec() Spec {
	s := c.spec("kube-scheduler")
	s.Address = fmt.Sprintf("https://%s:%d", loopback, c.Port)
	s.Args = []string{
		"--bind-address=" + loopback,
		fmt.Sprintf("--secure-port=%d", c.Port),
		"--tls-cert-file=" + c.PKI.Serving.Cert, "--tls-private-key-file=" + c.PKI.Serving.Key,
		"--kubeconfig=" + c.Kubeconfig,
		"--authentication-kubeconfig=" + c.Kubeconfig,
		"--authorization-kubeconfig=" + c.Kubeconfig,
		"--leader-elect=false",
		"--kube-api-qps=200", "--kube-api-burst=400",
		"--profiling=false",
	}
	s.Ready = HTTPCheck(s.Address+"/healthz", nil)
	return s
}

// Kwok plays the kubelets.
type Kwok struct {
	Common
	Port         int // of its health and metrics
	Kubeconfig   string
	NodeSelector string // label selector of the nodes it plays
	NodeIP       string // address of pods on the host network, where a node has none of its own
	PodCIDR      string // where pod addresses come from
}

// Spec is the command line of kwok. The addresses may not be loopback ones: the API server
// refuses those in EndpointSlices. Nodes are chosen by label, since that is the only choice
// kwok gives up again: a node that loses its annotation stays managed.
func (c Kwok) Spec() Spec {
	s := c.spec("kwok")
	s.Address = fmt.Sprintf("http://%s:%d", loopback, c.Port)
	s.Args = []string{
		"--kubeconfig=" + c.Kubeconfig,
		"--manage-nodes-with-label-selector=" + c.NodeSelector,
		"--node-ip=" + c.NodeIP,
		"--cidr=" + c.PodCIDR,
		fmt.Sprintf("--server-address=%s:%d", loopback, c.Port),
	}
	s.Ready = HTTPCheck(s.Address+"/readyz", nil)
	s.StopWithin = 5 * time.Second
	return s
}

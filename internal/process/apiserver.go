package process

import (
	"crypto/tls"
	"fmt"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

// APIServer is kube-apiserver.
type APIServer struct {
	Common
	Address     string // IP it listens on
	Port        int
	EtcdAddress string // host:port
	PKI         pki.Set
	ServiceCIDR string
	DNSDomain   string
	Egress      string // file of an EgressSelectorConfiguration, see [ClosedEgress]
}

// ClosedEgress is the configuration of an API server that reaches nothing but its etcd. Webhooks,
// aggregated APIs and whatever else it would call go through a proxy at socket; where no such
// socket exists, every call fails at once. Without it they would be dialled at the addresses of
// Services, which are not of this machine: the sandbox would send into the network around it.
func ClosedEgress(socket string) string {
	selection := "- name: %s\n  connection:\n    proxyProtocol: HTTPConnect\n    transport: {uds: {udsName: %q}}\n"
	return "apiVersion: apiserver.k8s.io/v1beta1\nkind: EgressSelectorConfiguration\negressSelections:\n" +
		fmt.Sprintf(selection, "cluster", socket) + fmt.Sprintf(selection, "controlplane", socket)
}

// advertised stands for the API server's address on the node network. It may not be a
// loopback address although the server listens on one; nothing ever connects to it.
const advertised = "10.250.0.2"

// Spec is the command line of kube-apiserver. PodSecurity and the other admission plugins
// that are on by default stay on; NodeRestriction is off because there are no kubelets.
func (a APIServer) Spec() (Spec, error) {
	s := a.spec("kube-apiserver")
	s.Address = fmt.Sprintf("https://%s:%d", a.Address, a.Port)
	s.Args = []string{
		"--bind-address=" + a.Address,
		fmt.Sprintf("--secure-port=%d", a.Port),
		"--advertise-address=" + advertised,
		"--endpoint-reconciler-type=none", // else the address above would become an endpoint
		"--etcd-servers=https://" + a.EtcdAddress,
		"--etcd-cafile=" + a.PKI.EtcdCA.Cert,
		"--etcd-certfile=" + a.PKI.EtcdClient.Cert, "--etcd-keyfile=" + a.PKI.EtcdClient.Key,
		"--tls-cert-file=" + a.PKI.APIServer.Cert, "--tls-private-key-file=" + a.PKI.APIServer.Key,
		"--client-ca-file=" + a.PKI.CA.Cert,
		"--authorization-mode=Node,RBAC",
		"--allow-privileged=true",
		"--service-cluster-ip-range=" + a.ServiceCIDR,
		"--service-account-issuer=https://kubernetes.default.svc." + a.DNSDomain,
		"--service-account-key-file=" + a.PKI.ServiceAccountPublic,
		"--service-account-signing-key-file=" + a.PKI.ServiceAccountPrivate,
		"--requestheader-client-ca-file=" + a.PKI.FrontProxyCA.Cert,
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + a.PKI.FrontProxy.Cert, "--proxy-client-key-file=" + a.PKI.FrontProxy.Key,
		"--egress-selector-config-file=" + a.Egress,
		"--event-ttl=15m", // events are most of what is written
		"--profiling=false",
	}
	admin, err := tls.LoadX509KeyPair(a.PKI.Admin.Cert, a.PKI.Admin.Key)
	if err != nil {
		return Spec{}, fmt.Errorf("kube-apiserver: admin certificate: %w", err)
	}
	s.Ready = HTTPCheck(s.Address+"/readyz", &admin)
	s.ReadyWithin, s.StopWithin = 90*time.Second, 15*time.Second
	return s, nil
}

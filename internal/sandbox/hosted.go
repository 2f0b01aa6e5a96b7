package sandbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/streamforge/infrastructure/internal/sandbox/controllers"
	"github.com/streamforge/infrastructure/internal/sandbox/nodes"
	"github.com/streamforge/infrastructure/internal/sandbox/pki"
	"github.com/streamforge/infrastructure/internal/sandbox/proxmox"
)

// startSimulator serves the Proxmox API. It needs nothing else, and machines may be made
// in it while the cluster is still starting.
func (v *supervisor) startSimulator(ctx context.Context, inside *sync.WaitGroup, cert pki.Pair) (*proxmox.Sim, error) {
	begin := time.Now()
	token, err := os.ReadFile(v.path("proxmox-token"))
	if err != nil {
		return nil, v.neverStarted(err)
	}
	pair, err := tls.LoadX509KeyPair(cert.Cert, cert.Key)
	if err != nil {
		return nil, fmt.Errorf("proxmox: certificate: %w", err)
	}
	opt := proxmox.Options{StateFile: v.path("proxmox.json"), Token: string(token), GuestAgent: true, Logger: v.log}
	for _, name := range v.set.Hosts {
		opt.Nodes = append(opt.Nodes, proxmox.Node{Name: name, CPUs: 64, MemoryMiB: 512 << 10})
	}
	sim, err := proxmox.New(opt)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", v.local(portProxmox))
	if err != nil {
		return nil, fmt.Errorf("proxmox: %w", err)
	}
	address := "https://" + v.local(portProxmox)
	v.host(ctx, inside, "proxmox", address, func(ctx context.Context) error {
		defer sim.Close()
		return sim.Serve(ctx, listener, pair)
	})
	v.tell.line("%-24s %6s  %s", "proxmox", seconds(begin), address)
	return sim, nil
}

// access is cluster-admin access for the servers inside this process.
func (v *supervisor) access() (*rest.Config, error) {
	conf, err := clientcmd.BuildConfigFromFlags("", v.AdminKubeconfig())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.AdminKubeconfig(), err)
	}
	conf.QPS, conf.Burst = 200, 400 // everything is on this machine
	conf.UserAgent = "streamforge-sandbox"
	return conf, nil
}

// forgetLeases removes the node leases of an earlier run. The kwok that held them is gone, and
// a new one would wait up to 40 s for them to run out, with all pods standing still.
func forgetLeases(ctx context.Context, access *rest.Config) error {
	client, err := kubernetes.NewForConfig(access)
	if err != nil {
		return err
	}
	err = client.CoordinationV1().Leases(corev1.NamespaceNodeLease).
		DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("node leases: %w", err)
	}
	return nil
}

// startClients runs the clients of the API server that live in this process.
func (v *supervisor) startClients(ctx context.Context, inside *sync.WaitGroup, access *rest.Config, sim *proxmox.Sim) error {
	client, err := kubernetes.NewForConfig(access)
	if err != nil {
		return err
	}
	joiner := nodes.Controller{Client: client, FactsFile: v.path("nodes.json"), Log: v.log}
	v.host(ctx, inside, "nodes", "", func(ctx context.Context) error {
		return joiner.Run(ctx, machines(ctx, sim.Watch(ctx)))
	})
	v.host(ctx, inside, "controllers", "", func(ctx context.Context) error { return controllers.Run(ctx, access) })
	return nil
}

// machines translates the simulator's lists; templates are no machines.
func machines(ctx context.Context, in <-chan []proxmox.VM) <-chan []nodes.Machine {
	out := make(chan []nodes.Machine)
	go func() {
		defer close(out)
		for vms := range in {
			list := []nodes.Machine{}
			for _, vm := range vms {
				if !vm.Template {
					list = append(list, machine(vm))
				}
			}
			select {
			case out <- list:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func machine(vm proxmox.VM) nodes.Machine {
	m := nodes.Machine{ID: vm.ID, Name: vm.Name, Host: vm.Node, Running: vm.Running,
		CPUs: vm.CPUs, MemoryBytes: int64(vm.MemoryMiB) << 20}
	for _, ip := range vm.IPs {
		if ip.Address.IsValid() && !m.Address.IsValid() {
			m.Address = ip.Address.Addr()
		}
	}
	return m
}

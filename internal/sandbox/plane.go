package sandbox

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
	"github.com/streamforge/infrastructure/internal/sandbox/nodes"
)

// Addresses that kwok gives to pods. None is a loopback address: the API server does not
// accept those in EndpointSlices. Nothing ever connects to them.
const (
	hostNetworkIP = "10.250.0.1"
	podNetwork    = "10.240.0.0/16"
)

// bringUp starts the parts in the order they need each other: the store, the API server,
// then all its clients at once. hosted is the life of the servers inside this process.
func (v *supervisor) bringUp(ctx, hosted context.Context, inside *sync.WaitGroup) error {
	certs, err := v.certificates(v.set)
	if err != nil {
		return err
	}
	common := v.common()
	if err := v.startKeycloak(hosted); err != nil { // first, because it takes longest
		return err
	}
	if err := v.startVault(ctx); err != nil {
		return err
	}
	sim, err := v.startSimulator(hosted, inside, certs.Proxmox)
	if err != nil {
		return err
	}
	etcd := process.Etcd{Common: common, DataDir: v.path("etcd"), CA: certs.EtcdCA.Cert, Server: certs.Etcd,
		Client: v.local(portEtcd), Peer: v.local(portEtcdPeer), Metrics: v.local(portEtcdMetrics)}
	if err := v.start(ctx, etcd.Spec()); err != nil {
		return err
	}
	egress := v.path("egress.yaml")
	if err := os.WriteFile(egress, []byte(process.ClosedEgress(v.path("nobody.sock"))), 0o600); err != nil {
		return fmt.Errorf("kube-apiserver: %w", err)
	}
	api, err := process.APIServer{Common: common, Address: v.set.APIAddress.String(), Port: v.ports[portAPI],
		EtcdAddress: v.local(portEtcd), PKI: certs, ServiceCIDR: v.set.ServiceCIDR.String(), DNSDomain: clusterDomain, Egress: egress}.Spec()
	if err != nil {
		return err
	}
	if err := v.start(ctx, api); err != nil {
		return err
	}
	access, err := v.access()
	if err != nil {
		return err
	}
	if err := forgetLeases(ctx, access); err != nil {
		return err
	}
	manager := process.ControllerManager{Common: common, Port: v.ports[portControllerManager], PKI: certs,
		Kubeconfig: v.kubeconfig("controller-manager"), ServiceCIDR: v.set.ServiceCIDR.String(), ClusterName: clusterDomain}
	scheduler := process.Scheduler{Common: common, Port: v.ports[portScheduler], PKI: certs, Kubeconfig: v.kubeconfig("scheduler")}
	kwok := process.Kwok{Common: common, Port: v.ports[portKwok], Kubeconfig: v.kubeconfig("kwok"),
		NodeSelector: nodes.Selector, NodeIP: hostNetworkIP, PodCIDR: podNetwork}
	if err := v.start(ctx, manager.Spec(), scheduler.Spec(), kwok.Spec()); err != nil {
		return err
	}
	return v.startClients(hosted, inside, access, sim)
}

func (v *supervisor) local(port string) string { return fmt.Sprintf("%s:%d", loopback, v.ports[port]) }

func (v *supervisor) common() process.Common {
	return process.Common{BinDir: v.set.BinDir, LogDir: v.logs(), Dir: v.Dir(), Env: []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + v.path("kwok"), // kwok reads its configuration from there
		"TMPDIR=" + v.path("tmp"),
		process.Collector,
	}}
}

// start forks the processes, records them, and waits until all of them are ready.
func (v *supervisor) start(ctx context.Context, specs ...process.Spec) error {
	results := make(chan error, len(specs))
	for i, spec := range specs {
		p, err := v.group.Start(spec)
		if err != nil {
			for range i {
				<-results
			}
			return err
		}
		v.change(func(r *record) {
			r.Parts = append(r.Parts, part{Name: spec.Name, Process: p.ID, Address: spec.Address,
				StartedAt: p.StartedAt, Log: spec.LogFile})
		})
		go func() { results <- v.await(ctx, p) }()
	}
	var first error
	for range specs {
		if err := <-results; err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (v *supervisor) await(ctx context.Context, p *process.Process) error {
	if err := p.WaitReady(ctx); err != nil {
		return err
	}
	v.tell.line("%-24s %6s  %s", p.Spec.Name, seconds(p.StartedAt), p.Spec.Address)
	go func() {
		<-p.Done()
		if crash := p.Crash(); crash != nil {
			v.fail(p.Spec.Name, crash.Error())
		}
	}()
	return nil
}

// host runs a server inside this process and records its end.
func (v *supervisor) host(ctx context.Context, inside *sync.WaitGroup, name, address string, run func(context.Context) error) {
	v.change(func(r *record) {
		r.Parts = append(r.Parts, part{Name: name, Address: address, StartedAt: time.Now(), Log: v.path("logs", "supervisor.log")})
	})
	inside.Go(func() {
		err := run(ctx)
		if ctx.Err() != nil {
			return
		}
		v.fail(name, fmt.Sprintf("%s: ended: %v", name, err))
	})
}

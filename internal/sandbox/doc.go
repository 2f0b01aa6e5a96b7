// Package sandbox runs the platform's surroundings on one machine: a real Kubernetes
// control plane whose nodes are played by kwok, a Proxmox VE simulator whose machines are
// those nodes, small controllers for what needs real nodes, and a mirror of charts.
//
// One detached process, the supervisor ([Sandbox.Serve]), owns all the others. It is
// started, asked and stopped through files below .sandbox only:
//
//	run.json      what runs: pids with their start times, failures
//	ports.json    ports, chosen free at the first start and kept, so that addresses stay
//	settings.json what the last start was told
//	nodes.json    which machines join the cluster, with labels and taints
//	proxmox.json  the simulator's machines        proxmox-token  the token it accepts
//	pki/ etcd/ kwok/ logs/ mirror/                 admin.conf     the way into the cluster
//	project/ state/ pulumi/ passphrase             of the Pulumi engine
//
// The life of a sandbox:
//
//	stopped --Start--> starting --> running --a process dies--> degraded --Start--> running
//	   ^                                |                           |
//	   '--------------Stop--------------'---------------------------'
//
// A supervisor that was killed takes its children along (the kernel kills them); what is
// left on disk is then "crashed", which Start and Stop clean up. State outlives all of it.
// Everything listens on 127.0.0.0/8 only.
package sandbox

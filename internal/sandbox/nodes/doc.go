// Package nodes turns the virtual machines of the Proxmox simulator into nodes of the
// sandbox's cluster. It stands for what Kubespray and the kubelet do on real machines:
// a machine that runs joins under its own name with its processors and memory, a machine
// that stops leaves its node not ready, a deleted machine takes its node along.
//
// Which machines join, and with what labels and taints, is told by a file of [Facts]; a
// machine that is not in it is none of the cluster's. Readiness and pods of a joined node
// are played by kwok, which manages the nodes that carry [Selector].
package nodes

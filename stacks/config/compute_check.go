package config

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// Validate checks the section by itself.
func (c Compute) Validate(at Path) (errs []error) {
	if !httpsURL(c.Endpoint, true) {
		errs = append(errs, at.Errorf("endpoint", "must be an https address without a path, such as https://pve1.dmz.home:8006, got %q", c.Endpoint))
	}
	errs = append(errs, c.checkHosts(at.Field("hosts"))...)
	errs = append(errs, matches(at, "resourcePool", c.ResourcePool, identifier, "letters, digits, dots, dashes and underscores")...)
	errs = append(errs, matches(at, "bridge", c.Bridge, netDevice, "the name of a bridge such as vmbr0")...)
	errs = append(errs, between(at, "vlan", c.VLAN, 0, 4094, " (0 means untagged)")...)
	errs = append(errs, matches(at, "datastore", c.Datastore, identifier, "the name of a datastore such as local-lvm")...)
	errs = append(errs, matches(at, "imageDatastore", c.ImageDatastore, identifier, "the name of a datastore such as local")...)
	errs = append(errs, c.Image.validate(at.Field("image"))...)
	if c.Image.SHA256 == "" && !c.Disposable {
		errs = append(errs, at.Field("image").Errorf("sha256", "missing: every machine starts from what is downloaded; take it from SHA256SUMS beside the image"))
	}
	if !account.MatchString(c.User) || c.User == "root" {
		errs = append(errs, at.Errorf("user", "must be a Linux account other than root, got %q", c.User))
	}
	if len(c.SSHKeys) == 0 {
		errs = append(errs, at.Errorf("sshKeys", "must hold at least one public key, Kubespray cannot log in without"))
	}
	for i, key := range c.SSHKeys {
		if !sshKey.MatchString(key) {
			errs = append(errs, at.Field("sshKeys").Index(i).Errorf("", "must be a public key in authorized_keys form, not one that begins with %q", firstWord(key)))
		}
	}
	errs = append(errs, c.checkMappings(at.Field("pciMappings"))...)
	return append(errs, c.checkPools(at.Field("pools"))...)
}

func (c Compute) checkHosts(at Path) (errs []error) {
	if len(c.Hosts) == 0 {
		errs = append(errs, at.Errorf("", "must name at least one Proxmox node"))
	}
	seen := unique[string]{}
	for i, h := range c.Hosts {
		if !label.MatchString(h) {
			errs = append(errs, at.Index(i).Errorf("", "must be a Proxmox node name, got %q", h))
		}
		if err := seen.add(h, at.Index(i)); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (i Image) validate(at Path) (errs []error) {
	if !httpsURL(i.URL, false) {
		errs = append(errs, at.Errorf("url", "must be an https address, got %q", i.URL))
	}
	if !strings.HasSuffix(i.FileName, ".qcow2") || strings.Contains(i.FileName, "/") {
		errs = append(errs, at.Errorf("fileName", "must end in .qcow2 and hold no slash: Proxmox imports by that ending, got %q", i.FileName))
	}
	if i.SHA256 != "" {
		errs = append(errs, matches(at, "sha256", i.SHA256, sha256Hex, "64 lower-case hex digits")...)
	}
	return errs
}

func (c Compute) checkMappings(at Path) (errs []error) {
	names := unique[string]{}
	for i, m := range c.PCIMappings {
		here := at.Index(i)
		errs = append(errs, matches(here, "name", m.Name, identifier, "letters, digits, dots, dashes and underscores")...)
		if err := names.add(m.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		if len(m.Devices) == 0 {
			errs = append(errs, here.Errorf("devices", "must name at least one device"))
		}
		hosts := unique[string]{}
		for j, d := range m.Devices {
			errs = append(errs, c.checkDevice(d, hosts, here.Field("devices").Index(j))...)
		}
	}
	return errs
}

func (c Compute) checkDevice(d PCIDevice, hosts unique[string], at Path) (errs []error) {
	if !slices.Contains(c.Hosts, d.Host) {
		errs = append(errs, at.Errorf("host", "%q is not one of compute.hosts (%s)", d.Host, strings.Join(c.Hosts, ", ")))
	}
	if err := hosts.add(d.Host, at.Field("host")); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, matches(at, "id", d.ID, pciID, "vendor:device in hex such as 10de:2204")...)
	return append(errs, matches(at, "path", d.Path, pciPath, "a PCI path such as 0000:01:00.0")...)
}

func (c Compute) checkPools(at Path) (errs []error) {
	names, nodes, ids, addresses := unique[string]{}, unique[string]{}, unique[int]{}, unique[netip.Addr]{}
	count := map[Role]int{}
	for i, p := range c.Pools {
		here := at.Index(i)
		if err := names.add(p.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, p.validate(here)...)
		count[p.Role] += len(p.Nodes)
		for j, n := range p.Nodes {
			node := here.Field("nodes").Index(j)
			errs = append(errs, n.validate(node)...)
			errs = append(errs, c.checkPlace(p, n, node)...)
			for _, err := range []error{
				nodes.add(n.Name, node.Field("name")),
				ids.add(n.VMID, node.Field("vmId")),
				addresses.add(n.Address, node.Field("address")),
			} {
				if err != nil {
					errs = append(errs, err)
				}
			}
		}
	}
	if count[ControlPlane]%2 == 0 {
		errs = append(errs, at.Errorf("", "hold %d control-plane nodes, etcd needs an odd number", count[ControlPlane]))
	}
	if count[Worker] == 0 {
		errs = append(errs, at.Errorf("", "hold no worker node, nothing could be scheduled"))
	}
	return errs
}

// minimum memory that Kubespray's own preflight check accepts, MiB.
var minMemory = map[Role]int{ControlPlane: 1500, Worker: 1024}

func (p NodePool) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "name", p.Name, label, "lower-case letters, digits and dashes")...)
	least, known := minMemory[p.Role]
	if !known {
		errs = append(errs, at.Errorf("role", "must be %s or %s, got %q", ControlPlane, Worker, p.Role))
	}
	errs = append(errs, between(at, "cores", p.Cores, 1, 512, "")...)
	errs = append(errs, between(at, "memoryMiB", p.MemoryMiB, least, 4<<20, " MiB")...)
	errs = append(errs, between(at, "diskGiB", p.DiskGiB, 16, 65536, " GiB")...)
	errs = append(errs, between(at, "dataDiskGiB", p.DataDiskGiB, 0, 65536, " GiB")...)
	if len(p.Nodes) == 0 {
		errs = append(errs, at.Errorf("nodes", "must hold at least one node; leave the pool out otherwise"))
	}
	for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
		if !nodeLabel.MatchString(key) || !labelValue.MatchString(p.Labels[key]) {
			errs = append(errs, at.Errorf("labels", "%s=%s is not a Kubernetes label", key, p.Labels[key]))
		}
	}
	for i, t := range p.Taints {
		if !taint.MatchString(t) {
			errs = append(errs, at.Field("taints").Index(i).Errorf("", "must be key=value:NoSchedule, PreferNoSchedule or NoExecute, got %q", t))
		}
	}
	return errs
}

func (n Node) validate(at Path) []error {
	return append(matches(at, "name", n.Name, label, "lower-case letters, digits and dashes"),
		between(at, "vmId", n.VMID, 100, 999999999, "")...)
}

// checkPlace checks the Proxmox node a machine is put on, and that its PCI device is there.
func (c Compute) checkPlace(p NodePool, n Node, at Path) []error {
	if n.Host != "" && !slices.Contains(c.Hosts, n.Host) {
		return []error{at.Errorf("host", "%q is not one of compute.hosts (%s)", n.Host, strings.Join(c.Hosts, ", "))}
	}
	if p.PCIMapping == "" {
		return nil
	}
	i := slices.IndexFunc(c.PCIMappings, func(m PCIMapping) bool { return m.Name == p.PCIMapping })
	if i < 0 {
		return []error{at.Errorf("", "pool %s asks for PCI mapping %q, which compute.pciMappings does not hold", p.Name, p.PCIMapping)}
	}
	on := slices.ContainsFunc(c.PCIMappings[i].Devices, func(d PCIDevice) bool { return d.Host == n.Host })
	if !on {
		return []error{at.Errorf("host", "must be a host with a device of PCI mapping %s, got %q", p.PCIMapping, n.Host)}
	}
	return nil
}

// firstWord is all of a wrong key that may be printed: the rest could be a private one.
func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

package config

import (
	"strings"
	"testing"
)

// records are those of the machines outside the cluster that the homelab stack names, after others.
func records(others ...any) []any {
	for _, name := range []string{"api.k2", "gitlab", "gluster", "pve1", "smtp"} {
		others = append(others, map[string]any{"name": name, "type": "A", "value": "192.168.1.20"})
	}
	return others
}

// TestMachinesElsewhereNeedNoRecord: addresses and names of other domains are none of the zones' business.
func TestMachinesElsewhereNeedNoRecord(t *testing.T) {
	refuse(t, map[string]refusal{"elsewhere": {edits{
		"compute.endpoint": "https://192.168.1.11:8006", "storage.gluster.server": "192.168.1.7", "mail.smartHost.host": "smtp.example.org",
		"network.dns.zones[0].records": []any{
			map[string]any{"name": "api.k2", "type": "A", "value": "192.168.1.150"},
			map[string]any{"name": "gitlab", "type": "CNAME", "value": "git.example.org."}}}, []string{}}})
}

// TestCapitalsAreTheSameHost: records are found whichever way a name is written.
func TestCapitalsAreTheSameHost(t *testing.T) {
	refuse(t, map[string]refusal{"capitals": {edits{"compute.endpoint": "https://PVE1.dmz.home:8006"}, []string{}}})
}

var refusals = map[string]refusal{
	"section missing":     {edits{"storage": nil}, []string{"storage: section is missing"}},
	"section is a scalar": {edits{"site": "dmz.home"}, []string{`site: must be a mapping, got "dmz.home"`}},
	"unknown key with a likely meaning": {edits{"storage.nfs.pth": "/x"},
		[]string{"storage.nfs.pth: unknown key, did you mean path?"}},
	"unknown key without one": {edits{"cluster.kubernetesVersion": "1.33"}, []string{
		"cluster.kubernetesVersion: unknown key, known are vip, vipInterface, apiPort, apiHost, dnsDomain, podCIDR, serviceCIDR"}},
	"misspelt required key": {edits{"network.ingressIP": nil, "network.ingresIP": "192.168.1.153"}, []string{
		"network.ingressIP: missing, required",
		"network.ingresIP: unknown key, did you mean ingressIP?"}},
	"wrong types, all at once": {edits{
		"compute.vlan": "ten", "compute.insecure": "yes", "compute.hosts": "pve1", "cluster.vip": "192.168.1.999",
		"cluster.podCIDR": "10.233.64.0", "compute.pools[0].nodes[1].vmId": 1.5, "compute.image": []any{}}, []string{
		`compute.vlan: must be a whole number, got "ten"`,
		`compute.insecure: must be true or false, got "yes"`,
		`compute.hosts: must be a list, got "pve1"`,
		`cluster.vip: must be an IP address such as 192.168.1.10, got "192.168.1.999"`,
		`cluster.podCIDR: must be a network such as 192.168.1.0/24, got "10.233.64.0"`,
		"compute.pools[0].nodes[1].vmId: must be a whole number, got 1.5",
		"compute.image: must be a mapping, got a list"}},
	"empty address":        {edits{"network.dnsIP": ""}, []string{`network.dnsIP: must be an IP address such as 192.168.1.10, got ""`}},
	"labels must be a map": {edits{"compute.pools[1].labels": []any{"a=b"}}, []string{"compute.pools[1].labels: must be a mapping, got a list"}},
	"label value a number": {edits{"compute.pools[1].labels": map[string]any{"a": 1}}, []string{"compute.pools[1].labels.a: must be a string, got 1"}},
	"null for a string":    {edits{"compute.bridge": map[string]any{}}, []string{"compute.bridge: must be a string, got a mapping"}},
	"domain of one label": {edits{"site.domain": "lan", "network.dns.zones[0].name": "lan"}, []string{
		`site.domain: must be a lower-case DNS name of at least two labels, got "lan"`,
		`network.dns.zones[0].name: must be a lower-case DNS name of at least two labels, got "lan"`,
		`cluster.apiHost: must be a name below site.domain lan, got "api.k2.dmz.home"`}},
	"domain in capitals": {edits{"site.domain": "DMZ.home"}, []string{
		`site.domain: must be a lower-case DNS name of at least two labels, got "DMZ.home"`,
		`cluster.apiHost: must be a name below site.domain DMZ.home, got "api.k2.dmz.home"`,
		"network.dns.zones: must hold site.domain DMZ.home"}},
	"lan with host bits": {edits{"site.lan": "192.168.1.7/24"}, []string{"site.lan: 192.168.1.7/24 has host bits set, write 192.168.1.0/24"}},
	"lan is IPv6":        {edits{"site.lan": "fd00::/64"}, []string{"site.lan: must be an IPv4 network, got fd00::/64"}},
	"gateway outside":    {edits{"site.gateway": "192.168.2.1"}, []string{"site.gateway: 192.168.2.1 is not a host address of site.lan 192.168.1.0/24"}},
	"gateway is the network address": {edits{"site.gateway": "192.168.1.0"}, []string{
		"site.gateway: 192.168.1.0 is not a host address of site.lan 192.168.1.0/24"}},
	"no resolver": {edits{"site.dns": []any{}}, []string{"site.dns: must name at least one resolver, the nodes cannot pull images without"}},
	"resolver twice": {edits{"site.dns": []any{"192.168.1.1", "192.168.1.1"}}, []string{
		"site.dns[1]: 192.168.1.1 is already used by site.dns[0]"}},
	"only its own resolver": {edits{"site.dns": []any{"192.168.1.155"}}, []string{
		"site.dns: names only the platform's own resolver 192.168.1.155: nodes could not pull the image it runs from; add another"}},
	"vault before the cluster": {edits{"handover.vault": true}, []string{
		"handover.vault: is true although handover.cluster is false: Vault runs in the cluster"}},
	"mirror of another kind": {edits{"charts": map[string]any{"mirror": "s3://charts"}}, []string{
		`charts.mirror: must be a folder, http(s)://... or oci://..., got "s3://charts"`}},
	"endpoint with a path": {edits{"compute.endpoint": "https://pve1:8006/api2/json"}, []string{
		`compute.endpoint: must be an https address without a path, such as https://pve1.dmz.home:8006, got "https://pve1:8006/api2/json"`}},
	"endpoint in clear": {edits{"compute.endpoint": "http://pve1:8006"}, []string{
		`compute.endpoint: must be an https address without a path, such as https://pve1.dmz.home:8006, got "http://pve1:8006"`}},
	"host twice":      {edits{"compute.hosts": []any{"pve1", "pve2", "pve3", "pve1"}}, []string{"compute.hosts[3]: pve1 is already used by compute.hosts[0]"}},
	"hosts not names": {edits{"compute.hosts": []any{"pve1", "pve2", "pve3", "PVE 4"}}, []string{`compute.hosts[3]: must be a Proxmox node name, got "PVE 4"`}},
	"vlan too high":   {edits{"compute.vlan": 4095}, []string{"compute.vlan: must be 0 to 4094 (0 means untagged), got 4095"}},
	"bridge and datastore": {edits{"compute.bridge": "VMBR0", "compute.datastore": "local lvm"}, []string{
		`compute.bridge: must be the name of a bridge such as vmbr0, got "VMBR0"`,
		`compute.datastore: must be the name of a datastore such as local-lvm, got "local lvm"`}},
	"image": {edits{"compute.image.url": "ftp://x/y.img", "compute.image.fileName": "noble.img", "compute.image.sha256": "abc"}, []string{
		`compute.image.url: must be an https address, got "ftp://x/y.img"`,
		`compute.image.fileName: must end in .qcow2 and hold no slash: Proxmox imports by that ending, got "noble.img"`,
		`compute.image.sha256: must be 64 lower-case hex digits, got "abc"`}},
	"image that nobody verifies": {edits{"compute.image.sha256": nil}, []string{
		"compute.image.sha256: missing: every machine starts from what is downloaded; take it from SHA256SUMS beside the image"}},
	"root logs in": {edits{"compute.user": "root"}, []string{`compute.user: must be a Linux account other than root, got "root"`}},
	"no ssh key":   {edits{"compute.sshKeys": []any{}}, []string{"compute.sshKeys: must hold at least one public key, Kubespray cannot log in without"}},
	"private ssh key": {edits{"compute.sshKeys": []any{"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk"}}, []string{
		`compute.sshKeys[0]: must be a public key in authorized_keys form, not one that begins with "-----BEGIN"`}},
	"pci device": {edits{"compute.pciMappings[0].devices[0]": map[string]any{"host": "pve9", "id": "10DE:2204", "path": "01:00"}}, []string{
		`compute.pciMappings[0].devices[0].host: "pve9" is not one of compute.hosts (pve1, pve2, pve3)`,
		`compute.pciMappings[0].devices[0].id: must be vendor:device in hex such as 10de:2204, got "10DE:2204"`,
		`compute.pciMappings[0].devices[0].path: must be a PCI path such as 0000:01:00.0, got "01:00"`,
		`compute.pools[2].nodes[0].host: must be a host with a device of PCI mapping gpu0, got "pve2"`}},
	"unknown pci mapping": {edits{"compute.pools[2].pciMapping": "gpu1"}, []string{
		`compute.pools[2].nodes[0]: pool gpu asks for PCI mapping "gpu1", which compute.pciMappings does not hold`}},
	"gpu node without a host": {edits{"compute.pools[2].nodes[0].host": nil}, []string{
		`compute.pools[2].nodes[0].host: must be a host with a device of PCI mapping gpu0, got ""`}},
	"mapping without devices": {edits{"compute.pciMappings": []any{
		map[string]any{"name": "gpu0", "devices": []any{map[string]any{"host": "pve2", "id": "10de:2204", "path": "0000:01:00.0"}}},
		map[string]any{"name": "gpu0", "devices": []any{}}}}, []string{
		"compute.pciMappings[1].name: gpu0 is already used by compute.pciMappings[0].name",
		"compute.pciMappings[1].devices: must name at least one device"}},
	"sizes": {edits{"compute.pools[0].memoryMiB": 1024, "compute.pools[0].cores": 0, "compute.pools[1].diskGiB": 8, "compute.pools[1].dataDiskGiB": -1}, []string{
		"compute.pools[0].memoryMiB: must be 1500 to 4194304 MiB, got 1024",
		"compute.pools[0].cores: must be 1 to 512, got 0",
		"compute.pools[1].diskGiB: must be 16 to 65536 GiB, got 8",
		"compute.pools[1].dataDiskGiB: must be 0 to 65536 GiB, got -1"}},
	"unknown role": {edits{"compute.pools[2].role": "gpu"}, []string{`compute.pools[2].role: must be control-plane or worker, got "gpu"`}},
	"even control plane": {edits{"compute.pools[0].nodes": []any{
		map[string]any{"name": "k2m-1", "vmId": 141, "address": "192.168.1.141"}, map[string]any{"name": "k2m-2", "vmId": 142, "address": "192.168.1.142"}}}, []string{
		"compute.pools: hold 2 control-plane nodes, etcd needs an odd number"}},
	"pool without nodes": {edits{"compute.pools[2].nodes": []any{}}, []string{"compute.pools[2].nodes: must hold at least one node; leave the pool out otherwise"}},
	"pool twice":         {edits{"compute.pools[2].name": "worker"}, []string{"compute.pools[2].name: worker is already used by compute.pools[1].name"}},
	"no worker": {edits{"compute.pools[1].role": "control-plane", "compute.pools[2].role": "control-plane",
		"compute.pools[1].nodes[7]": map[string]any{"name": "k2w-9", "vmId": 99, "address": "192.168.1.139"}}, []string{
		"compute.pools[1].nodes[7].vmId: must be 100 to 999999999, got 99",
		"compute.pools: hold 12 control-plane nodes, etcd needs an odd number",
		"compute.pools: hold no worker node, nothing could be scheduled",
		"kafka.ui.node: k2w-7 belongs to the control plane",
		`gitops.runner.node: "k2w-9" is not a machine of a worker pool of compute.pools`}},
	"label and taint": {edits{"compute.pools[1].labels.bad key": "x", "compute.pools[2].taints": []any{"gpu:Never"}}, []string{
		"compute.pools[1].labels: bad key=x is not a Kubernetes label",
		`compute.pools[2].taints[0]: must be key=value:NoSchedule, PreferNoSchedule or NoExecute, got "gpu:Never"`,
		"compute.pools[2].taints: must hold nvidia.com/gpu=present:NoSchedule: the operator's pods tolerate that taint only, " +
			"and without it every pod may take the place of one that uses the GPU"}},
	"twins": {edits{"compute.pools[1].nodes[0]": map[string]any{"name": "k2m-1", "vmId": 141, "address": "192.168.1.141", "host": "pve1"}}, []string{
		"compute.pools[1].nodes[0].name: k2m-1 is already used by compute.pools[0].nodes[0].name",
		"compute.pools[1].nodes[0].vmId: 141 is already used by compute.pools[0].nodes[0].vmId",
		"compute.pools[1].nodes[0].address: 192.168.1.141 is already used by compute.pools[0].nodes[0].address"}},
	"node name and host": {edits{"compute.pools[1].nodes[0].name": "K2W_1", "compute.pools[1].nodes[0].host": "pve7"}, []string{
		`compute.pools[1].nodes[0].name: must be lower-case letters, digits and dashes, got "K2W_1"`,
		`compute.pools[1].nodes[0].host: "pve7" is not one of compute.hosts (pve1, pve2, pve3)`}},
	"node outside the lan": {edits{"compute.pools[1].nodes[0].address": "192.168.2.131"}, []string{
		"compute.pools[1].nodes[0].address: 192.168.2.131 is not a host address of site.lan 192.168.1.0/24"}},
	"node inside the pool": {edits{"compute.pools[1].nodes[0].address": "192.168.1.160"}, []string{
		"compute.pools[1].nodes[0].address: 192.168.1.160 is inside MetalLB's pool 192.168.1.153-192.168.1.179, which must hold no other machine"}},
	"vip inside the pool": {edits{"cluster.vip": "192.168.1.153"}, []string{
		"network.ingressIP: 192.168.1.153 is already used by cluster.vip",
		"cluster.vip: 192.168.1.153 is inside MetalLB's pool 192.168.1.153-192.168.1.179, which must hold no other machine"}},
	"vip is a node": {edits{"cluster.vip": "192.168.1.141"}, []string{
		"compute.pools[0].nodes[0].address: 192.168.1.141 is already used by cluster.vip"}},
	"nfs server inside the pool": {edits{"storage.nfs.server": "192.168.1.170"}, []string{
		"storage.nfs.server: 192.168.1.170 is inside MetalLB's pool 192.168.1.153-192.168.1.179, which must hold no other machine"}},
	"pool backwards": {edits{"network.poolFirst": "192.168.1.180"}, []string{
		"network.poolLast: must be an IPv4 address not below poolFirst, got 192.168.1.180-192.168.1.179"}},
	"ingress outside the pool": {edits{"network.ingressIP": "192.168.1.100"}, []string{
		"network.ingressIP: 192.168.1.100 is outside the pool 192.168.1.153-192.168.1.179"}},
	"two controllers on one address": {edits{"network.fallbackIP": "192.168.1.153"}, []string{
		"network.fallbackIP: 192.168.1.153 is already used by network.ingressIP"}},
	"cluster networks": {edits{"cluster.podCIDR": "192.168.0.0/16", "cluster.serviceCIDR": "192.168.0.0/18"}, []string{
		"cluster.serviceCIDR: 192.168.0.0/18 overlaps cluster.podCIDR 192.168.0.0/16",
		"cluster.podCIDR: 192.168.0.0/16 overlaps site.lan 192.168.1.0/24",
		"cluster.serviceCIDR: 192.168.0.0/18 overlaps site.lan 192.168.1.0/24"}},
	"api port and interface": {edits{"cluster.apiPort": 70000, "cluster.vipInterface": "Ethernet 0"}, []string{
		"cluster.apiPort: must be 1 to 65535, got 70000",
		`cluster.vipInterface: must be a network interface such as eth0, got "Ethernet 0"`}},
	"api host elsewhere": {edits{"cluster.apiHost": "api.example.org"}, []string{
		`cluster.apiHost: must be a name below site.domain dmz.home, got "api.example.org"`}},
	"cluster hides the site": {edits{"cluster.dnsDomain": "k8s.dmz.home"}, []string{
		"cluster.dnsDomain: k8s.dmz.home lies in site.domain dmz.home: the cluster would hide the site's own names"}},
	"dns": {edits{"network.dns.protocol": "udp", "network.dns.forwarders": []any{}}, []string{
		"network.dns.forwarders: must name at least one resolver for everything outside the zones",
		`network.dns.protocol: must be one of Udp, Tcp, Tls, Https, got "udp"`}},
	"zone of the site missing": {edits{"network.dns.zones[0].name": "lab.home"}, []string{"network.dns.zones: must hold site.domain dmz.home"}},
	"records": {edits{"network.dns.zones[0].records": records(
		map[string]any{"name": "a b", "type": "A", "value": "1.2.3"},
		map[string]any{"name": "x", "type": "PTR", "value": "y"},
		map[string]any{"name": "y", "type": "CNAME", "value": "z.dmz.home."},
		map[string]any{"name": "y", "type": "TXT", "value": "two\nlines", "ttl": 999999})}, []string{
		`network.dns.zones[0].records[0].name: must be @, * or a name relative to the zone, got "a b"`,
		`network.dns.zones[0].records[0].value: must be an IPv4 address, got "1.2.3"`,
		`network.dns.zones[0].records[1].type: must be one of A, AAAA, CNAME, TXT, MX, SRV, got "PTR"`,
		`network.dns.zones[0].records[3].ttl: must be 0 to 604800 seconds, got 999999`,
		`network.dns.zones[0].records[3].value: must be one line that is not empty, got "two\nlines"`,
		"network.dns.zones[0].records[2]: y is a CNAME, no other record may have that name"}},
	"machines that the wildcard would swallow": {edits{"network.dns.zones[0].records": []any{
		map[string]any{"name": "gitlab", "type": "TXT", "value": "is there, but no address"}}}, []string{
		"cluster.apiHost: api.k2.dmz.home has no address in network.dns.zones[0], which answers for dmz.home: add a record of type A, AAAA or CNAME",
		"compute.endpoint: pve1.dmz.home has no address in network.dns.zones[0], which answers for dmz.home: add a record of type A, AAAA or CNAME",
		"storage.gluster.server: gluster.dmz.home has no address in network.dns.zones[0], which answers for dmz.home: add a record of type A, AAAA or CNAME",
		"gitops.gitlab.host: gitlab.dmz.home has no address in network.dns.zones[0], which answers for dmz.home: add a record of type A, AAAA or CNAME",
		"mail.smartHost.host: smtp.dmz.home has no address in network.dns.zones[0], which answers for dmz.home: add a record of type A, AAAA or CNAME"}},
	"capitals make no other host": {edits{"compute.endpoint": "https://pve9.DMZ.home:8006"}, []string{
		"compute.endpoint: pve9.dmz.home has no address in network.dns.zones[0], which answers for dmz.home: add a record of type A, AAAA or CNAME"}},
	"record in a zone that is not asked": {edits{"gitops.gitlab.host": "git.lab.dmz.home", "network.dns.zones": []any{
		map[string]any{"name": "dmz.home", "records": records(map[string]any{"name": "git.lab", "type": "A", "value": "192.168.1.20"})},
		map[string]any{"name": "lab.dmz.home"}}}, []string{
		"gitops.gitlab.host: git.lab.dmz.home has no address in network.dns.zones[1], which answers for lab.dmz.home: add a record of type A, AAAA or CNAME"}},
	"acme": {edits{"network.acme": map[string]any{"email": "admin", "server": "ca.dmz.home"}}, []string{
		`network.acme.email: must be a mail address, got "admin"`,
		`network.acme.server: must be the https address of an ACME directory, got "ca.dmz.home"`}},
	"ssh port":  {edits{"network.ssh.port": 0}, []string{"network.ssh.port: must be 1 to 65535, got 0"}},
	"interface": {edits{"network.interfaces": []any{"eth0", ""}}, []string{`network.interfaces[1]: must be a network interface such as eth0, got ""`}},
	"ca": {edits{"network.ca.commonName": "", "network.ca.validityYears": 40}, []string{
		`network.ca.commonName: must have 1 to 64 characters, got ""`,
		"network.ca.validityYears: must be 1 to 30 years, got 40"}},
	"common name too long": {edits{"network.ca.commonName": strings.Repeat("x", 65)}, []string{
		`network.ca.commonName: must have 1 to 64 characters, got "` + strings.Repeat("x", 65) + `"`}},
	"nfs": {edits{"storage.nfs.path": "data0/k2/", "storage.nfs.class": "NFS", "storage.nfs.mountOptions": []any{"hard,noatime"}}, []string{
		`storage.nfs.path: must be a clean absolute path such as /data0/k2, got "data0/k2/"`,
		`storage.nfs.class: must be lower-case letters, digits and dashes, got "NFS"`,
		`storage.nfs.mountOptions[0]: must be one mount option, got "hard,noatime"`}},
}

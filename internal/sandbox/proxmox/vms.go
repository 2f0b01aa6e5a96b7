package proxmox

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// VM is one simulated machine as others see it.
type VM struct {
	ID        int        `json:"id"`
	Name      string     `json:"name"`
	Node      string     `json:"node"` // Proxmox host
	Running   bool       `json:"running"`
	Template  bool       `json:"template"`
	CPUs      int        `json:"cpus"`      // cores times sockets; of the running guest while it runs
	MemoryMiB int        `json:"memoryMiB"` // likewise
	Tags      []string   `json:"tags"`      // sorted
	Pool      string     `json:"pool"`      // empty if in none
	Disks     []Disk     `json:"disks"`     // by slot
	IPs       []IPConfig `json:"ips"`       // by NIC, what cloud-init sets
	Mappings  []string   `json:"mappings"`  // names of passed-through PCI mappings
}

// Disk is one drive of a VM, without CD-ROMs and cloud-init drives.
type Disk struct {
	Slot   string `json:"slot"`   // e.g. "scsi0"
	Volume string `json:"volume"` // e.g. "local-lvm:vm-107-disk-0"
	Bytes  int64  `json:"bytes"`
}

// IPConfig is the address configuration of one NIC.
type IPConfig struct {
	NIC     int          `json:"nic"`     // index of netN
	DHCP    bool         `json:"dhcp"`    // then Address and Gateway are unset
	Address netip.Prefix `json:"address"` // IPv4 or IPv6 with its network's length
	Gateway netip.Addr   `json:"gateway"` // unset if none
}

// VMs lists all VMs by id. VMs that a task is still creating are left out.
func (s *Sim) VMs() []VM {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot()
}

// Watch sends the list of VMs now and after every change, until ctx ends and the
// channel closes. A slow reader misses intermediate states, never the last.
func (s *Sim) Watch(ctx context.Context) <-chan []VM {
	ch := make(chan []VM, 1)
	s.mu.Lock()
	s.watchers[ch] = struct{}{}
	ch <- s.snapshot()
	s.mu.Unlock()
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, ch)
		close(ch)
	})
	return ch
}

// publish replaces what each watcher has not read yet. The caller holds the lock.
func (s *Sim) publish() {
	if len(s.watchers) == 0 {
		return
	}
	now := s.snapshot()
	for ch := range s.watchers {
		select {
		case <-ch:
		default:
		}
		ch <- now
	}
}

// RemoveVM takes a VM and its disks out of the cluster as if somebody had
// destroyed it by hand, running or not.
func (s *Sim) RemoveVM(id int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.st.VMs[strconv.Itoa(id)]
	if m == nil {
		return fmt.Errorf("vm %d: does not exist", id)
	}
	s.destroyVM(m)
	return s.changed()
}

func (s *Sim) snapshot() []VM {
	list := []VM{}
	for _, m := range s.machines() {
		if m.Lock != lockCreate && m.Lock != lockClone {
			list = append(list, s.describe(m))
		}
	}
	return list
}

func (s *Sim) describe(m *machine) VM {
	vm := VM{ID: m.ID, Name: m.name(), Node: m.Node, Running: m.running(), Template: m.template(),
		CPUs: m.cpus(), MemoryMiB: m.memoryMiB(), Tags: splitList(m.Config["tags"], ";"), Pool: s.poolOf(m)}
	for _, k := range sortedKeys(m.Config) {
		switch {
		case isDisk(k):
			d, err := parseDrive(m.Config[k])
			if err != nil || d.options.get("media") == "cdrom" {
				continue
			}
			if v, err := s.volume(d.volume, m.Node); err == nil {
				vm.Disks = append(vm.Disks, Disk{Slot: k, Volume: v.ID, Bytes: v.Size})
			}
		case ipSlot.MatchString(k):
			vm.IPs = append(vm.IPs, ipConfigs(k, m.Config[k])...)
		case pciSlot.MatchString(k):
			if p, err := parseProperty(m.Config[k], "host"); err == nil {
				vm.Mappings = append(vm.Mappings, p.get("mapping"))
			}
		}
	}
	slices.SortStableFunc(vm.IPs, func(a, b IPConfig) int { return a.NIC - b.NIC })
	return vm
}

// ipConfigs reads one ipconfigN key: an IPv4 part, an IPv6 part or both.
func ipConfigs(key, value string) (list []IPConfig) {
	p, err := parseProperty(value, "ip")
	if err != nil {
		return nil
	}
	nic, _ := strconv.Atoi(strings.TrimPrefix(key, "ipconfig"))
	for _, f := range []struct{ ip, gw string }{{"ip", "gw"}, {"ip6", "gw6"}} {
		v := p.get(f.ip)
		if v == "" {
			continue
		}
		c := IPConfig{NIC: nic, DHCP: v == "dhcp" || v == "auto"}
		if !c.DHCP {
			c.Address, _ = netip.ParsePrefix(v)
			c.Gateway, _ = netip.ParseAddr(p.get(f.gw))
		}
		list = append(list, c)
	}
	return list
}

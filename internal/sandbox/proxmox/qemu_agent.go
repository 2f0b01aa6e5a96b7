package proxmox

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

func agentRoutes() []route {
	const agent = "/nodes/{node}/qemu/{vmid}/agent"
	return []route{
		on("GET", agent+"/network-get-interfaces", accepts(), agentInterfaces),
		on("POST", agent+"/ping", accepts(), agentPing),
		on("GET", agent+"/get-host-name", accepts(), agentHostname),
	}
}

func agentEnabled(config map[string]string) bool {
	p, err := parseProperty(config["agent"], "enabled")
	return err == nil && isTrue(p.get("enabled"))
}

// guest returns a running VM whose agent answers.
func (c *call) guest() (*machine, error) {
	m, err := c.vm()
	switch {
	case err != nil:
		return nil, err
	case !agentEnabled(m.Config):
		return nil, fail("No QEMU guest agent configured")
	case !m.running():
		return nil, fail("VM %d is not running", m.ID)
	case !c.opt.GuestAgent:
		return nil, fail("QEMU guest agent is not running")
	}
	return m, nil
}

func agentPing(c *call) (any, error) {
	if _, err := c.guest(); err != nil {
		return nil, err
	}
	return map[string]any{"result": map[string]any{}}, nil
}

func agentHostname(c *call) (any, error) {
	m, err := c.guest()
	if err != nil {
		return nil, err
	}
	return map[string]any{"result": map[string]any{"host-name": m.name()}}, nil
}

// agentInterfaces shows the loopback device and one ethernet device per NIC, with
// the addresses cloud-init would have set.
func agentInterfaces(c *call) (any, error) {
	m, err := c.guest()
	if err != nil {
		return nil, err
	}
	list := []map[string]any{guestInterface("lo", "00:00:00:00:00:00", "127.0.0.1/8", "::1/128")}
	for i := range vmDevices["net"].count {
		nic := m.Active["net"+strconv.Itoa(i)]
		if nic == "" {
			continue
		}
		first, _, _ := strings.Cut(nic, ",")
		_, mac, _ := strings.Cut(first, "=")
		list = append(list, guestInterface("eth"+strconv.Itoa(i), strings.ToLower(mac), m.addresses(i)...))
	}
	return map[string]any{"result": list}, nil
}

// addresses of a NIC: the static ones, or for DHCP one from the documentation
// range 198.51.100.0/24 by VM id.
func (m *machine) addresses(nic int) []string {
	p, err := parseProperty(m.Active["ipconfig"+strconv.Itoa(nic)], "ip")
	if err != nil {
		return nil
	}
	var list []string
	for _, k := range []string{"ip", "ip6"} {
		switch v := p.get(k); {
		case v == "" || v == "auto" || v == "dhcp" && k == "ip6":
		case v == "dhcp":
			list = append(list, fmt.Sprintf("198.51.100.%d/24", 1+m.ID%254))
		default:
			list = append(list, v)
		}
	}
	return list
}

func guestInterface(name, mac string, cidrs ...string) map[string]any {
	addresses := []map[string]any{}
	for _, cidr := range cidrs {
		p, err := netip.ParsePrefix(cidr)
		if err != nil {
			continue // a bare address was stored; the agent would have none to show
		}
		family := "ipv4"
		if p.Addr().Is6() {
			family = "ipv6"
		}
		addresses = append(addresses, map[string]any{
			"ip-address": p.Addr().String(), "ip-address-type": family, "prefix": p.Bits(),
		})
	}
	zero := map[string]int{}
	for _, k := range []string{"bytes", "dropped", "errs", "packets"} {
		zero["rx-"+k], zero["tx-"+k] = 0, 0
	}
	return map[string]any{"name": name, "hardware-address": mac, "ip-addresses": addresses, "statistics": zero}
}

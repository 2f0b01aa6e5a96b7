package gate

import (
	"fmt"
	"net/netip"
	"strings"
)

// served calls f for every host of a gateway's listener.
func (w world) served(f func(c Change, listener map[string]any, host string)) {
	for _, c := range w.all {
		if c.Kind() == "Gateway" {
			each(dig(c.New.Inputs, "spec", "listeners"), func(l map[string]any) { f(c, l, Text(l["hostname"])) })
		}
	}
}

func foreignHosts(w world) (all []breach) {
	w.served(func(c Change, _ map[string]any, host string) {
		if host != "" && !strings.HasSuffix(host, "."+w.Domain) {
			all = append(all, breach{c, fmt.Sprintf("host %q is not below %s", host, w.Domain)})
		}
	})
	return all
}

// unresolved looks into the zone files. They are unknown while their content is.
func unresolved(w world) (all []breach) {
	var zones strings.Builder
	for _, c := range w.all {
		if c.Kind() == "ConfigMap" && strings.Contains(c.Type, "core/v1") {
			data, _ := dig(c.New.Inputs, "data").(map[string]any)
			for name, zone := range data {
				if strings.HasSuffix(name, ".zone") {
					zones.WriteString(Text(zone) + "\n")
				}
			}
		}
	}
	if zones.Len() == 0 {
		return nil
	}
	w.served(func(c Change, _ map[string]any, host string) {
		_, parent, _ := strings.Cut(host, ".")
		if host != "" && !strings.Contains("\n"+zones.String(), "\n"+host+". ") && !strings.Contains("\n"+zones.String(), "\n*."+parent+". ") {
			all = append(all, breach{c, fmt.Sprintf("host %q has no record", host)})
		}
	})
	return all
}

func cleartext(w world) (all []breach) {
	w.served(func(c Change, l map[string]any, _ string) {
		protocol, name := Text(l["protocol"]), Text(l["name"])
		if protocol != "HTTPS" && protocol != "TLS" && !strings.Contains(name, "ssh") {
			all = append(all, breach{c, fmt.Sprintf("listener %s speaks %s", name, protocol)})
		}
	})
	return all
}

func sharedAddresses(w world) (all []breach) {
	owner := map[netip.Addr]Change{}
	take := func(c Change, address string) {
		address, _, _ = strings.Cut(address, "/")
		ip, err := netip.ParseAddr(address)
		if err != nil {
			return
		}
		if other, taken := owner[ip]; taken {
			all = append(all, breach{c, fmt.Sprintf("address %s is also that of %s %s", ip, other.Kind(), other.Name())})
			return
		}
		owner[ip] = c
	}
	for _, c := range w.all {
		switch c.Kind() {
		case "VirtualMachine":
			each(dig(c.New.Inputs, "initialization", "ipConfigs"), func(ip map[string]any) { take(c, Text(dig(ip, "ipv4", "address"))) })
		case "IPAddressPool":
			addresses, _ := dig(c.New.Inputs, "spec", "addresses").([]any)
			for _, a := range addresses {
				if strings.HasSuffix(Text(a), "/32") {
					take(c, Text(a))
				}
			}
		}
	}
	return all
}

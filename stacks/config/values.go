package config

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// Forms that several sections share.
var (
	label       = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)                     // RFC 1123
	account     = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,31}$`)                                 // Linux user
	identifier  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*$`)                                // Proxmox pool, datastore, mapping
	netDevice   = regexp.MustCompile(`^[a-z][a-z0-9.]{1,14}$`)                                   // bridge or interface
	pciID       = regexp.MustCompile(`^[0-9a-f]{4}:[0-9a-f]{4}$`)                                //
	pciPath     = regexp.MustCompile(`^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}(\.[0-7])?$`)          //
	sha256Hex   = regexp.MustCompile(`^[0-9a-f]{64}$`)                                           //
	sshKey      = regexp.MustCompile(`^(ssh|sk-ssh|ecdsa|sk-ecdsa)-\S+ [A-Za-z0-9+/]+=*( .*)?$`) // authorized_keys
	taint       = regexp.MustCompile(`^[a-z0-9A-Z./_-]+=[a-zA-Z0-9._-]*:(NoSchedule|PreferNoSchedule|NoExecute)$`)
	nodeLabel   = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)
	labelValue  = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$`)
	mailAddress = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
)

// dnsName tells whether s is a lower-case DNS name of at least labels labels.
func dnsName(s string, labels int) bool {
	parts := strings.Split(s, ".")
	if len(s) > 253 || len(parts) < labels {
		return false
	}
	for _, p := range parts {
		if !label.MatchString(p) {
			return false
		}
	}
	return true
}

// httpsURL checks an https address; a bare one has no path.
func httpsURL(s string, bare bool) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && (!bare || strings.Trim(u.Path, "/") == "")
}

// usable tells whether a is an address a machine can have in network: not its first or last one.
func usable(a netip.Addr, network netip.Prefix) bool {
	return network.Addr().Is4() && network.Contains(a) && a != network.Addr() && a != last(network)
}

// last is the broadcast address of an IPv4 network.
func last(network netip.Prefix) netip.Addr {
	b := network.Masked().Addr().As4()
	for bit := network.Bits(); bit < 32; bit++ {
		b[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(b)
}

// network checks an IPv4 network written with its own first address.
func checkNetwork(n netip.Prefix, at Path, field string) []error {
	if !n.Addr().Is4() {
		return []error{at.Errorf(field, "must be an IPv4 network, got %s", n)}
	}
	if n != n.Masked() {
		return []error{at.Errorf(field, "%s has host bits set, write %s", n, n.Masked())}
	}
	return nil
}

// unique reports the second and later appearance of each key.
type unique[K comparable] map[K]Path

func (u unique[K]) add(key K, at Path) error {
	if first, taken := u[key]; taken {
		return at.Errorf("", "%v is already used by %s", key, first)
	}
	u[key] = at
	return nil
}

// between checks an inclusive range with a unit.
func between(at Path, field string, value, low, high int, unit string) []error {
	if value < low || value > high {
		return []error{at.Errorf(field, "must be %d to %d%s, got %d", low, high, unit, value)}
	}
	return nil
}

// matches checks a string against a form.
func matches(at Path, field, value string, form *regexp.Regexp, what string) []error {
	if !form.MatchString(value) {
		return []error{at.Errorf(field, "must be %s, got %q", what, value)}
	}
	return nil
}

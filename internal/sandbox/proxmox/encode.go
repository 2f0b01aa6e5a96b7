package proxmox

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// maskedPassword is what PVE shows in place of a cloud-init password. The
// simulator stores nothing else: it has no use for the password.
const maskedPassword = "**********"

// encode turns a value the client sent into the form PVE stores and shows.
func (e *edit) encode(key, value string) (string, error) {
	switch {
	case netSlot.MatchString(key):
		return encodeNIC(key, value, e.m.Config[key])
	case pciSlot.MatchString(key):
		return e.encodePCI(key, value)
	case ipSlot.MatchString(key):
		return value, checkIPConfig(key, value)
	}
	switch key {
	case "cipassword":
		return maskedPassword, nil
	case "sshkeys":
		return value, checkSSHKeys(value)
	case "tags":
		return encodeTags(value), nil
	case "memory":
		return strings.TrimPrefix(value, "current="), nil
	case "boot":
		return value, e.checkBoot(value)
	}
	if shownAs(key) == boolean {
		return flag(isTrue(value)), nil
	}
	return value, nil
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// encodeNIC turns "model=virtio,macaddr=X" into "virtio=X"; without an address it
// keeps the one the slot had, or makes one of Proxmox's own range.
func encodeNIC(key, value, old string) (string, error) {
	p, err := parseProperty(value, "model")
	if err != nil {
		return "", refuse(key, "%s", because(err))
	}
	model, mac := p.take("model"), p.take("macaddr")
	for _, m := range []string{"virtio", "e1000", "e1000e", "rtl8139", "vmxnet3"} {
		if v := p.take(m); v != "" {
			model, mac = m, v
		}
	}
	if model == "" {
		return "", refuse(key, "invalid format - format error\nmodel: property is missing and it is not optional")
	}
	if mac == "" {
		_, rest, _ := strings.Cut(old, "=")
		mac, _, _ = strings.Cut(rest, ",")
	}
	if mac == "" {
		mac = newMAC()
	}
	if _, err := net.ParseMAC(mac); err != nil {
		return "", refuse(key, "invalid format - format error\nmacaddr: value '%s' is not a MAC address", mac)
	}
	return p.encode(model + "=" + strings.ToUpper(mac)), nil
}

func newMAC() string {
	b := make([]byte, 3)
	_, _ = rand.Read(b) // never fails
	return fmt.Sprintf("BC:24:11:%02X:%02X:%02X", b[0], b[1], b[2])
}

// encodePCI refuses raw devices, which PVE lets only root@pam pass through.
func (e *edit) encodePCI(key, value string) (string, error) {
	p, err := parseProperty(value, "host")
	if err != nil {
		return "", refuse(key, "%s", because(err))
	}
	switch name := p.get("mapping"); {
	case p.get("host") != "":
		return "", fail("only root can set '%s' config for non-mapped devices", key)
	case name == "":
		return "", refuse(key, "either one of 'host' or 'mapping' must be set")
	case e.st.Mappings[name] == nil:
		return "", fail("PCI mapping '%s' does not exist", name)
	}
	return value, nil
}

func encodeTags(value string) string {
	tags := splitList(strings.ToLower(value), ";,")
	slices.Sort(tags)
	return strings.Join(slices.Compact(tags), ";")
}

func checkIPConfig(key, value string) error {
	p, err := parseProperty(value, "ip")
	if err != nil {
		return err
	}
	for _, k := range p.keys {
		v := p.get(k)
		_, cidr := netip.ParsePrefix(v)
		_, addr := netip.ParseAddr(v)
		switch k {
		case "ip", "ip6":
			if v != "dhcp" && v != "auto" && cidr != nil {
				return refuse(key, "invalid format - format error\n%s: invalid format - value does not look "+
					"like a valid network, got '%s'", k, v)
			}
		case "gw", "gw6":
			if addr != nil {
				return refuse(key, "invalid format - format error\n%s: invalid format - value does not look "+
					"like a valid address, got '%s'", k, v)
			}
		default:
			return refuse(key, "invalid format - format error\n%s: property is not defined in schema", k)
		}
	}
	if p.get("gw") != "" && p.get("ip") == "" || p.get("gw6") != "" && p.get("ip6") == "" {
		return refuse(key, "invalid format - format error\ngw: missing associated requirement - ip")
	}
	return nil
}

// checkSSHKeys expects authorized_keys lines, URL-encoded once more than the form.
func checkSSHKeys(value string) error {
	keys, err := url.PathUnescape(value)
	if err != nil {
		return refuse("sshkeys", "invalid format - invalid urlencoded string: %s", value)
	}
	for line := range strings.Lines(keys) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && len(strings.Fields(line)) < 2 {
			return fail("SSH public key validation error")
		}
	}
	return nil
}

// checkBoot verifies the form only: PVE accepts devices that are not there.
func (e *edit) checkBoot(value string) error {
	order, ok := strings.CutPrefix(value, "order=")
	if !ok {
		return nil // the legacy form of drive letters
	}
	for dev := range strings.SplitSeq(order, ";") {
		if dev != "" && !isDisk(dev) && !netSlot.MatchString(dev) && !pciSlot.MatchString(dev) &&
			!strings.HasPrefix(dev, "usb") {
			return refuse("boot", "invalid format - format error\norder: invalid format - '%s' is not bootable", dev)
		}
	}
	return nil
}

package process

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Holder says who listens on a TCP address, e.g. "nginx (pid 812)"; empty when the system
// does not tell, as for processes of other users.
func Holder(at netip.AddrPort) string {
	inodes := slices.Concat(listeners("/proc/net/tcp", at), listeners("/proc/net/tcp6", at))
	if len(inodes) == 0 {
		return ""
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is well formed
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			continue // gone, or another user's
		}
		inode, ok := strings.CutPrefix(target, "socket:[")
		if !ok || !slices.Contains(inodes, strings.TrimSuffix(inode, "]")) {
			continue
		}
		pid := strings.Split(link, "/")[2]
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil {
			continue
		}
		return fmt.Sprintf("%s (pid %s)", strings.TrimSpace(string(name)), pid)
	}
	return ""
}

// listeners returns the inodes of listening sockets in a /proc/net table that clash with at:
// same port, and the same address or the wildcard.
func listeners(table string, at netip.AddrPort) (inodes []string) {
	raw, err := os.ReadFile(table)
	if err != nil {
		return nil // no IPv6: no table
	}
	const listening = "0A"
	for _, line := range strings.Split(string(raw), "\n") {
		f := strings.Fields(line)
		if len(f) < 10 || f[3] != listening {
			continue
		}
		local, err := parseLocal(f[1])
		if err != nil || local.Port() != at.Port() {
			continue
		}
		if a := local.Addr().Unmap(); a == at.Addr() || a.IsUnspecified() {
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}

// parseLocal reads "0100007F:1F90": words of four bytes in host order (little endian), port in hex.
func parseLocal(s string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(s, ":")
	raw, err := hex.DecodeString(host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	addr, ok := netip.AddrFromSlice(raw)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("address %q: wrong length", host)
	}
	n, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addr, uint16(n)), nil
}

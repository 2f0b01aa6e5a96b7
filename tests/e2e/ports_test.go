package e2e_test

import (
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox"
)

// listening gives those addresses of a sandbox that still take connections.
func listening(t *testing.T, status sandbox.Status) (open []string) {
	t.Helper()
	for _, p := range status.Parts {
		address := p.Address
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			address = u.Host
		}
		if address == "" { // it lives inside another process and has no port of its own
			continue
		}
		if conn, err := net.DialTimeout("tcp", address, 5*time.Second); err == nil {
			open = append(open, p.Name+" "+p.Address)
			_ = conn.Close()
		}
	}
	return open
}

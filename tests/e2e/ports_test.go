package e2e_test

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox"
)

// listening gives those addresses of a sandbox that something still listens on.
func listening(t *testing.T, status sandbox.Status) (open []string) {
	t.Helper()
	file, err := os.Open("/proc/net/tcp")
	require.NoError(t, err)
	defer file.Close()
	ports := map[string]bool{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 3 && fields[3] == "0A" { // LISTEN
			_, port, _ := strings.Cut(fields[1], ":")
			ports[port] = true
		}
	}
	for _, p := range status.Parts {
		address := p.Address
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			address = u.Host
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			continue
		}
		var n int
		_, err = fmt.Sscan(port, &n)
		require.NoError(t, err)
		if ports[fmt.Sprintf("%04X", n)] {
			open = append(open, p.Name+" "+p.Address)
		}
	}
	return open
}

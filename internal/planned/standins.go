package planned

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

// StandIn marks what takes the place of a secret in a run on mocks.
const StandIn = "stand-in"

// StandIns gives every secret of the configuration the form that it has to have. They are worth
// nothing anywhere. The kubeconfig is not among them, see [Kubeconfig].
func StandIns() map[string]string {
	pad := func(before string, length int) string { return before + strings.Repeat(StandIn+"-", length)[:length] }
	return map[string]string{
		"proxmoxToken":      StandIn + "@pve!offline=00000000-0000-0000-0000-000000000000",
		"telegramToken":     pad("0000000000:", 35),
		"runnerToken":       pad("glrt-", 20),
		"kanikoRunnerToken": pad("glrt-", 20),
		"repositoryToken":   pad("", 20),
		"auditEnvironment":  `{"PULUMI_BACKEND_URL":"file:///` + StandIn + `","PULUMI_CONFIG_PASSPHRASE":"` + StandIn + `"}`,
		"vaultToken":        pad("hvs.", 24),
		"mailPassword":      pad("", 24),
		"registryLogin":     `{"auths":{"` + StandIn + `.test":{"auth":"Y2k6eHg="}}}`,
	}
}

// Kubeconfig makes an admin's kubeconfig as the handover would have stored it, with certificates of
// its own that nothing trusts.
func Kubeconfig(vip netip.Addr, port int) (string, error) {
	dir, err := os.MkdirTemp("", "stand-in-")
	if err != nil {
		return "", fmt.Errorf("stand-in kubeconfig: %w", err)
	}
	defer os.RemoveAll(dir)
	site := pki.Site{APIAddress: vip, ServiceIP: netip.MustParseAddr("10.233.0.1"), DNSDomain: "cluster.local"}
	set, err := pki.Ensure(dir, site, time.Now())
	if err != nil {
		return "", fmt.Errorf("stand-in kubeconfig: %w", err)
	}
	file := filepath.Join(dir, "admin.conf")
	if err := pki.WriteKubeconfig(file, pki.Access{
		Server: "https://" + netip.AddrPortFrom(vip, uint16(port)).String(), Cluster: "cluster.local", //nolint:gosec // a port
		User: "kubernetes-admin-cluster.local", CA: set.CA.Cert, Client: set.Admin,
	}); err != nil {
		return "", fmt.Errorf("stand-in kubeconfig: %w", err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("stand-in kubeconfig: %w", err)
	}
	return string(raw), nil
}

package doctor

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// host answers like a Proxmox VE whose token has the granted privileges.
func host(t *testing.T, granted map[string][]string) *httptest.Server {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "PVEAPIToken=a@pve!b=c" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		data := any(map[string]any{"version": "8.4.1"})
		if r.URL.Path == "/api2/json/access/permissions" {
			path := r.URL.Query().Get("path")
			privileges := map[string]int{}
			for _, p := range granted[path] {
				privileges[p] = 1
			}
			data = map[string]any{path: privileges}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	t.Cleanup(s.Close)
	return s
}

func TestProxmox(t *testing.T) {
	all := map[string][]string{"/pool/k8s": {"Pool.Audit"}, "/vms": {"VM.Allocate"}, "/nodes": {"Sys.Audit"}}
	rights := []Right{
		{Path: "/pool/k8s", Elsewhere: "/vms", Privileges: []string{"VM.Allocate", "Pool.Audit"}},
		{Path: "/nodes", Privileges: []string{"Sys.Audit"}},
	}
	good, poor := host(t, all), host(t, map[string][]string{"/pool/k8s": {"Pool.Audit"}})
	other := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	gone := httptest.NewTLSServer(nil)
	gone.Close()
	for name, c := range map[string]struct {
		p    Proxmox
		want Finding
	}{
		"good": {Proxmox{good.URL + "/", "a@pve!b=c", true, rights},
			Fine("Proxmox VE 8.4.1 at %s, the token has every privilege it needs", good.URL)},
		"without rights": {Proxmox{poor.URL, "a@pve!b=c", true, rights},
			Bad("give them to the token, see docs/proxmox-token.md",
				"Proxmox VE 8.4.1 at %s: the token lacks VM.Allocate on /pool/k8s; Sys.Audit on /nodes", poor.URL)},
		"wrong token": {Proxmox{good.URL, "a@pve!b=d", true, rights},
			Bad("store a new one as proxmoxToken, see docs/proxmox-token.md", "%s: the token is refused (HTTP 401): wrong, expired or deleted", good.URL)},
		"not Proxmox": {Proxmox{other.URL, "a@pve!b=c", true, rights},
			Bad("look at the host's log (journalctl -u pveproxy)", "%s: /version answers 404 Not Found", other.URL)},
		"unknown certificate": {Proxmox{good.URL, "a@pve!b=c", false, rights},
			Bad("set compute.insecure, or put the host's CA (/etc/pve/pve-root-ca.pem) into the system's trust store",
				"%s: tls: failed to verify certificate: x509: certificate signed by unknown authority", good.URL)},
		"nobody": {Proxmox{gone.URL, "a@pve!b=c", true, rights},
			Bad("is that the host, and the port of its API (8006)? See compute.endpoint",
				"%s: dial tcp %s: connect: connection refused", gone.URL, gone.Listener.Addr())},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, c.p.Look(t.Context()))
		})
	}
}

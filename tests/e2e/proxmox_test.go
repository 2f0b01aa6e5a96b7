package e2e_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxmox calls the simulator as curl would.
func (s *site) proxmox(method, path string, body any) []byte {
	s.t.Helper()
	at, err := s.sb.Endpoints()
	require.NoError(s.t, err)
	ca, err := os.ReadFile(filepath.Join(s.sb.Dir(), "pki", "ca.crt"))
	require.NoError(s.t, err)
	roots := x509.NewCertPool()
	require.True(s.t, roots.AppendCertsFromPEM(ca))
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}}}
	raw, err := json.Marshal(body)
	require.NoError(s.t, err)
	request, err := http.NewRequestWithContext(s.t.Context(), method, at.ProxmoxURL+path, bytes.NewReader(raw))
	require.NoError(s.t, err)
	request.Header.Set("Authorization", "PVEAPIToken="+at.ProxmoxToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	require.NoError(s.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	require.Less(s.t, response.StatusCode, 300, string(answer))
	return answer
}

type machine struct {
	VMID   int
	Name   string
	Status string
}

// machines lists what runs in Proxmox, by name; two of one name are an error.
func (s *site) machines() map[string]machine {
	s.t.Helper()
	var answer struct{ Data []machine }
	require.NoError(s.t, json.Unmarshal(s.proxmox(http.MethodGet, "/api2/json/cluster/resources?type=vm", nil), &answer))
	byName := map[string]machine{}
	for _, m := range answer.Data {
		require.NotContains(s.t, byName, m.Name, "duplicate machine")
		byName[m.Name] = m
	}
	return byName
}

// faults are what goes wrong while machine k2w-4 is to be made, and what the run then says.
var faults = []struct {
	name  string
	fault map[string]any
	says  string // regular expression; empty: the run succeeds all the same
}{
	{"token refused", map[string]any{"kind": "unauthorized", "match": "POST /nodes/*/qemu"}, `\b401\b.*invalid token value!`},
	{"internal error", map[string]any{"kind": "internal-error", "match": "POST /nodes/*/qemu"}, `\b500\b.*simulated internal error`},
	{"node lost", map[string]any{"kind": "599", "match": "POST /nodes/*/qemu"}, `\b599\b.*Too many redirections`},
	{"task fails", map[string]any{"kind": "task-fails", "match": "POST /nodes/*/qemu", "message": "no space left on thin pool"}, `no space left on thin pool`},
	{"slow task", map[string]any{"kind": "slow-task", "match": "POST /nodes/*/qemu", "delay": "3s", "count": 1}, ``},
	{"connection dropped", map[string]any{"kind": "drop-connection", "match": "POST /nodes/*/qemu"}, `EOF|connection reset|closed`},
}

// TestProxmoxFaults makes one machine under each fault: the run says what went wrong, and a good
// run after it converges to exactly one machine of that name.
func TestProxmoxFaults(t *testing.T) {
	s := newSite(t, 32)
	s.machinesOnly()
	s.ok("sandbox", "start")
	s.ok("up", "-s", "sandbox", "--yes")
	require.Len(t, s.machines(), 9)

	withNode := func(address string) {
		s.edit("compute", func(v map[string]any) {
			pool := v["pools"].([]any)[1].(map[string]any)
			nodes := []any{}
			for _, n := range pool["nodes"].([]any) {
				if n.(map[string]any)["name"] != "k2w-4" {
					nodes = append(nodes, n)
				}
			}
			if address != "" {
				nodes = append(nodes, map[string]any{"name": "k2w-4", "vmId": 134, "address": address})
			}
			pool["nodes"] = nodes
		})
		s.ok("sandbox", "start")
	}
	for _, f := range faults {
		require.True(t, t.Run(f.name, func(t *testing.T) {
			s.t = t
			withNode("127.53.32.134")
			s.proxmox(http.MethodPut, "/simulator/faults", []any{f.fault})
			r := s.run("up", "-s", "sandbox", "--yes")
			s.proxmox(http.MethodDelete, "/simulator/faults", nil)
			if f.says == "" {
				require.Zero(t, r.code, r.out)
			} else {
				require.Equal(t, 1, r.code, r.out)
				require.Regexp(t, f.says, r.out)
				require.Contains(t, r.out, "k2w-4")
				s.converges()
			}
			require.Equal(t, "running", s.machines()["k2w-4"].Status)
			s.ok("preview", "-s", "sandbox", "--expect-no-changes")
			withNode("") // and away again, for the next fault
			s.ok("up", "-s", "sandbox", "--yes")
			require.Len(t, s.machines(), 9)
		}))
	}
	t.Run("machine vanishes", func(t *testing.T) {
		s.t = t
		s.proxmox(http.MethodPut, "/simulator/faults", []any{map[string]any{"kind": "vm-vanishes", "vm": 131, "count": 1}})
		s.run("refresh", "-s", "sandbox")
		s.proxmox(http.MethodDelete, "/simulator/faults", nil)
		require.NotContains(t, s.machines(), "k2w-1")
		drift := s.run("refresh", "-s", "sandbox", "--expect-no-changes")
		require.Equal(t, 4, drift.code, drift.out)
		require.Contains(t, drift.out, "k2w-1")
		s.ok("refresh", "-s", "sandbox", "--accept")
		s.ok("up", "-s", "sandbox", "--yes")
		require.Equal(t, "running", s.machines()["k2w-1"].Status)
		s.unchanged()
	})
}

// converges expects one good run to mend what the fault left, if anything.
func (s *site) converges() {
	s.t.Helper()
	r := s.run("up", "-s", "sandbox", "--yes")
	require.Zero(s.t, r.code, r.out)
	require.Len(s.t, s.machines(), 10)
}

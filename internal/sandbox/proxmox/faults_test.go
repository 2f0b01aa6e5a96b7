package proxmox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ask sends one request with any header to any path of the simulator.
func (f *fixture) ask(method, path, authorization, body string) (reply, error) {
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(body))
	require.NoError(f.t, err)
	req.Header.Set("Authorization", authorization)
	res, err := f.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	_ = res.Body.Close()
	return f.send(req.Clone(f.t.Context())), nil
}

func TestAuthorization(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	for header, reason := range map[string]string{
		"":                               "No ticket",
		"Bearer x":                       "No ticket",
		"PVEAPIToken=root@pam":           "no tokenid specified",
		"PVEAPIToken=x@pam!y=z":          "no such token 'y' for user 'x@pam'",
		"PVEAPIToken=" + testToken + "0": "invalid token value!",
	} {
		for _, path := range []string{"/api2/json/version", faultPath, "/nowhere"} {
			r, err := f.ask("GET", path, header, "")
			require.NoError(t, err)
			require.Equal(t, reply{Status: 401, Reason: reason, Data: []byte("null"), Message: reason + "\n"}, r)
		}
	}
	require.Equal(t, 401, f.call("POST", "/access/ticket", "username", "root@pam", "password", "x").Status)
	require.Contains(t, f.object("/access/permissions", "path", "/vms"), "/vms")
}

func TestFaultEndpoint(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	header := "PVEAPIToken=" + testToken
	do := func(method, body string) reply {
		req, err := http.NewRequestWithContext(t.Context(), method, f.url+faultPath, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", header)
		return f.send(req)
	}
	require.JSONEq(t, `[]`, string(do("GET", "").Data))
	require.Equal(t, 200,
		do("PUT", `[{"match":"GET /version","kind":"internal-error","count":2,"message":"oops"}]`).Status)
	require.Equal(t, 200, do("POST", `{"kind":"slow-task","vm":107,"delay":"1.5s"}`).Status)
	require.Equal(t, "oops", f.call("GET", "/version").Reason)
	require.JSONEq(t, `[{"match":"GET /version","kind":"internal-error","count":2,"message":"oops","struck":1},
		{"kind":"slow-task","vm":107,"delay":"1.5s","struck":0}]`, string(do("GET", "").Data))
	require.Equal(t, 500, f.call("GET", "/version").Status)
	require.Equal(t, 200, f.call("GET", "/version").Status, "two were asked for")
	for body, why := range map[string]string{
		`{"kind":"boom"}`:                   `faults[0]: kind: must be one of`,
		`[{"kind":"599","delay":5}]`:        `delay: must be a string such as "2s"`,
		`nonsense`:                          `faults: must be a JSON fault or list of faults`,
		`{"kind":"599","match":"/version"}`: `faults[0]: match: must be "METHOD /path", got "/version"`,
	} {
		r := do("PUT", body)
		require.Equal(t, 400, r.Status)
		require.Contains(t, r.Message, why)
	}
	require.Len(t, f.Faults(), 2, "a bad list changes nothing")
	require.JSONEq(t, `[]`, string(do("DELETE", "").Data))
	require.Equal(t, 405, do("PATCH", "").Status)
}

func TestFaultKinds(t *testing.T) {
	t.Parallel()
	f := newFixture(t, testOptions(t))
	const create = "POST /nodes/*/qemu"
	set := func(list ...Fault) { require.NoError(t, f.SetFaults(list...)) }

	set(Fault{Kind: Unauthorized, Match: "* /nodes/**"})
	require.Equal(t, 401, f.call("GET", "/nodes/pve1/qemu").Status)
	require.Equal(t, 200, f.call("GET", "/version").Status)
	set(Fault{Kind: GatewayError, VM: 101})
	require.Equal(t, 599, f.call("POST", "/nodes/pve1/qemu", "vmid", "101").Status)
	require.Equal(t, 200, f.call("GET", "/version").Status)

	set(Fault{Kind: TaskFails, Match: create})
	require.Equal(t, "simulated task failure", f.exit("POST", "/nodes/pve1/qemu", "vmid", "100", "scsi0", "local-lvm:1"))
	require.Empty(t, f.VMs())
	require.Empty(t, f.st.Volumes)

	set(Fault{Kind: SlowTask, Match: create, Delay: Duration(time.Hour)})
	upid, _ := f.ok("POST", "/nodes/pve1/qemu", "vmid", "100").(string)
	require.Equal(t, "running", f.object("/nodes/pve1/tasks/" + upid + "/status")["status"])
	f.ok("DELETE", "/nodes/pve1/tasks/"+upid)
	require.Equal(t, "interrupted by signal", f.wait(upid))
	require.Empty(t, f.VMs())

	set(Fault{Kind: LostAnswer, Match: create})
	_, err := f.ask("POST", apiRoot+"/nodes/pve1/qemu?vmid=100", "PVEAPIToken="+testToken, "")
	require.ErrorContains(t, err, "EOF")
	f.work.Wait()
	require.Equal(t, []int{100}, ids(f.VMs()), "carried out all the same")
	set(Fault{Kind: DropConnection, Match: create})
	_, err = f.ask("POST", apiRoot+"/nodes/pve1/qemu?vmid=101", "PVEAPIToken="+testToken, "")
	require.ErrorContains(t, err, "EOF")
	f.work.Wait()
	require.Equal(t, []int{100}, ids(f.VMs()))

	set(Fault{Kind: VMVanishes, Match: "GET /nodes/*/qemu/*/config", Delay: Duration(time.Millisecond)})
	require.Equal(t, 500, f.call("GET", vm100+"/config").Status)
	require.Empty(t, f.VMs())
}

// TestServe: TLS 1.3 and nothing older, and an orderly end.
func TestServe(t *testing.T) {
	t.Parallel()
	donor := httptest.NewTLSServer(nil) // for its certificate
	cert := donor.TLS.Certificates[0]
	donor.Close()
	sim, err := New(testOptions(t))
	require.NoError(t, err)
	defer sim.Close()
	ln := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sim.Serve(ctx, ln, cert) }()

	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	get := func(newest uint16) (*http.Response, error) {
		client := http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: newest}, DisableKeepAlives: true}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			"https://"+ln.Addr().String()+apiRoot+"/version", nil)
		require.NoError(t, err)
		return client.Do(req)
	}
	res, err := get(tls.VersionTLS13)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, "401 No ticket", res.Status)
	require.Equal(t, 1, res.ProtoMajor)
	_, err = get(tls.VersionTLS12)
	require.ErrorContains(t, err, "protocol version not supported")
	cancel()
	require.NoError(t, <-ended)
}

package proxmox

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const testToken = "root@pam!pulumi=00000000-1111-2222-3333-444444444444"

func testOptions(t *testing.T) Options {
	t.Helper()
	return Options{
		StateFile: filepath.Join(t.TempDir(), "proxmox.json"),
		Token:     testToken,
		Nodes:     []Node{{"pve1", 32, 131072}, {"pve2", 32, 131072}},
		Datastores: append(defaultDatastores(),
			Datastore{Name: "nfs", Type: "nfs", Content: []string{"images", "iso"}, Shared: true}),
	}
}

// fixture is a simulator that serves on loopback.
type fixture struct {
	*Sim
	t      *testing.T
	url    string // https://127.0.0.1:port
	client *http.Client

	mu   sync.Mutex
	seen []string // "METHOD path" of every API request
}

func newFixture(t *testing.T, opt Options) *fixture {
	t.Helper()
	sim, err := New(opt)
	require.NoError(t, err)
	f := &fixture{Sim: sim, t: t}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.seen = append(f.seen, r.Method+" "+strings.TrimPrefix(r.URL.EscapedPath(), apiRoot))
		f.mu.Unlock()
		sim.Handler().ServeHTTP(w, r)
	}))
	srv.StartTLS()
	f.url, f.client = srv.URL, srv.Client()
	t.Cleanup(func() {
		srv.Close()
		sim.Close()
	})
	return f
}

// requests returns what has been asked since the last call.
func (f *fixture) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen
	f.seen = nil
	return seen
}

// reply is an answer taken apart.
type reply struct {
	Status  int
	Reason  string
	Data    json.RawMessage   `json:"data"`
	Message string            `json:"message"`
	Errors  map[string]string `json:"errors"`
}

// call sends a form; args are key, value, key, value ...
func (f *fixture) call(method, path string, args ...string) reply {
	f.t.Helper()
	form := url.Values{}
	for i := 0; i < len(args); i += 2 {
		form.Add(args[i], args[i+1])
	}
	var body io.Reader
	if method == http.MethodGet || method == http.MethodDelete {
		if len(form) > 0 {
			path += "?" + form.Encode()
		}
	} else {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(context.Background(), method, f.url+apiRoot+path, body)
	require.NoError(f.t, err)
	req.Header.Set("Authorization", "PVEAPIToken="+testToken)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return f.send(req)
}

func (f *fixture) send(req *http.Request) reply {
	f.t.Helper()
	res, err := f.client.Do(req)
	require.NoError(f.t, err)
	defer res.Body.Close()
	var r reply
	require.NoError(f.t, json.NewDecoder(res.Body).Decode(&r))
	r.Status = res.StatusCode
	_, r.Reason, _ = strings.Cut(res.Status, " ")
	return r
}

// ok is call for an answer that must be a success, decoded into a map or list.
func (f *fixture) ok(method, path string, args ...string) any {
	f.t.Helper()
	r := f.call(method, path, args...)
	require.Equalf(f.t, http.StatusOK, r.Status, "%s %s: %s %v", method, path, r.Reason, r.Errors)
	var data any
	require.NoError(f.t, json.Unmarshal(r.Data, &data))
	return data
}

// object is ok for an answer that is a map.
func (f *fixture) object(path string, args ...string) map[string]any {
	f.t.Helper()
	m, isMap := f.ok(http.MethodGet, path, args...).(map[string]any)
	require.True(f.t, isMap)
	return m
}

// exit runs a call that starts a task and returns the task's exit status.
func (f *fixture) exit(method, path string, args ...string) string {
	f.t.Helper()
	upid, isText := f.ok(method, path, args...).(string)
	require.True(f.t, isText)
	return f.wait(upid)
}

// wait polls a task until it has ended.
func (f *fixture) wait(upid string) (status string) {
	f.t.Helper()
	node := strings.Split(upid, ":")[1]
	path := "/nodes/" + node + "/tasks/" + url.PathEscape(upid) + "/status"
	require.Eventually(f.t, func() bool {
		t := f.object(path)
		status, _ = t["exitstatus"].(string)
		return t["status"] == "stopped"
	}, 10*time.Second, time.Millisecond)
	return status
}

// done is exit for a task that must succeed.
func (f *fixture) done(method, path string, args ...string) {
	f.t.Helper()
	require.Equal(f.t, "OK", f.exit(method, path, args...))
}

// vmByID returns one VM of the simulator.
func (f *fixture) vmByID(id int) VM {
	f.t.Helper()
	for _, vm := range f.VMs() {
		if vm.ID == id {
			return vm
		}
	}
	require.Failf(f.t, "no such vm", "%d", id)
	return VM{}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return ln
}

package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/streamforge/infrastructure/internal/process"
	"github.com/streamforge/infrastructure/tests/need"
)

// lab is one sandbox in a folder of its own, run with the binaries of this working copy.
type lab struct {
	s   *Sandbox
	opt Options
}

func newLab(t *testing.T) *lab {
	t.Helper()
	bin, err := filepath.Abs("../../bin")
	require.NoError(t, err)
	need.Toolchain(t, bin, tools()...)
	self, err := os.Executable()
	require.NoError(t, err)
	l := &lab{s: open(t), opt: Options{BinDir: bin, Self: self, APIAddress: labAddress}}
	t.Cleanup(func() {
		require.NoError(t, l.s.Stop(context.Background()))
		if t.Failed() {
			tail, _ := process.Tail(l.s.path("logs", "supervisor.log"), 40) // only to explain
			t.Logf("end of the supervisor's log:\n%s", strings.Join(tail, "\n"))
		}
	})
	return l
}

func (l *lab) start(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var out bytes.Buffer
	l.opt.Out = &out
	require.NoError(t, l.s.Start(ctx, l.opt))
	return out.String()
}

func (l *lab) status(t *testing.T) Status {
	t.Helper()
	st, err := l.s.Status(context.Background())
	require.NoError(t, err)
	return st
}

func (l *lab) record(t *testing.T) *record {
	t.Helper()
	rec, err := l.s.loadRecord()
	require.NoError(t, err)
	require.NotNil(t, rec)
	return rec
}

func (l *lab) part(t *testing.T, name string) part {
	t.Helper()
	parts := l.record(t).Parts
	i := slices.IndexFunc(parts, func(p part) bool { return p.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return parts[i]
}

func (l *lab) client(t *testing.T) kubernetes.Interface {
	t.Helper()
	conf, err := clientcmd.BuildConfigFromFlags("", l.s.AdminKubeconfig())
	require.NoError(t, err)
	c, err := kubernetes.NewForConfig(conf)
	require.NoError(t, err)
	return c
}

// pve calls the Proxmox simulator; form is a query string.
func (l *lab) pve(t *testing.T, method, path, form string) {
	t.Helper()
	e, err := l.s.Endpoints()
	require.NoError(t, err)
	values, err := url.ParseQuery(form)
	require.NoError(t, err)
	req, err := http.NewRequest(method, e.ProxmoxURL+"/api2/json"+path, strings.NewReader(values.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "PVEAPIToken="+e.ProxmoxToken)
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	resp, err := c.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
}

var holderPID = regexp.MustCompile(`\(pid (\d+)\)`)

// listeners maps every TCP listener of this machine to its process, where that is known.
func listeners(t *testing.T) map[netip.AddrPort]int {
	t.Helper()
	all := map[netip.AddrPort]int{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		raw, err := os.ReadFile(table)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		for _, line := range strings.Split(string(raw), "\n") {
			f := strings.Fields(line)
			if len(f) < 4 || f[3] != "0A" {
				continue
			}
			at := localAddress(t, f[1])
			if m := holderPID.FindStringSubmatch(process.Holder(netip.AddrPortFrom(at.Addr().Unmap(), at.Port()))); m != nil {
				all[at], err = strconv.Atoi(m[1])
				require.NoError(t, err)
			}
		}
	}
	return all
}

// localAddress reads the kernel's form: words of four bytes in host order, port in hex.
func localAddress(t *testing.T, s string) netip.AddrPort {
	t.Helper()
	host, port, _ := strings.Cut(s, ":")
	raw, err := hex.DecodeString(host)
	require.NoError(t, err)
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	addr, ok := netip.AddrFromSlice(raw)
	require.True(t, ok)
	n, err := strconv.ParseUint(port, 16, 16)
	require.NoError(t, err)
	return netip.AddrPortFrom(addr, uint16(n))
}

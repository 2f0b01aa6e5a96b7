package vault

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// start runs a real Vault server, new and empty, until the test ends.
func start(t *testing.T) Server {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a Vault: run without -short")
	}
	bin, err := filepath.Abs("../../bin/vault")
	require.NoError(t, err)
	need.Toolchain(t, filepath.Dir(bin), "vault")
	dir := t.TempDir()
	ca := certificate(t, dir)
	api, cluster := freePort(t), freePort(t)
	data := filepath.Join(dir, "raft")
	require.NoError(t, os.Mkdir(data, 0o700))
	conf, err := json.Marshal(map[string]any{
		"storage": map[string]any{"raft": map[string]any{"path": data, "node_id": "one"}},
		"listener": []any{map[string]any{"tcp": map[string]any{
			"address": "127.0.0.1:" + api, "cluster_address": "127.0.0.1:" + cluster,
			"tls_cert_file": filepath.Join(dir, "tls.crt"), "tls_key_file": filepath.Join(dir, "tls.key"),
		}}},
		"api_addr": "https://127.0.0.1:" + api, "cluster_addr": "https://127.0.0.1:" + cluster, "disable_mlock": true, "log_level": "warn",
	})
	require.NoError(t, err)
	file := filepath.Join(dir, "vault.json")
	require.NoError(t, os.WriteFile(file, conf, 0o600))
	cmd := exec.Command(bin, "server", "-config="+file)
	log, err := os.Create(filepath.Join(dir, "vault.log"))
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("%s", text)
		}
	})
	s := Server{Address: "https://127.0.0.1:" + api, CA: ca}
	require.Eventually(t, func() bool { _, err := s.State(t.Context()); return err == nil }, time.Minute, 50*time.Millisecond)
	return s
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// certificate writes one for the loopback address, which verifies itself.
func certificate(t *testing.T, dir string) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "vault"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	require.NoError(t, err)
	raw, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tls.crt"), cert, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tls.key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}), 0o600))
	return cert
}

// cut is a network that fails once, at its nth changing request: before it arrives, or after.
type cut struct {
	inner  http.RoundTripper
	at     int64
	after  bool // the request arrives, the answer is lost
	seen   atomic.Int64
	failed atomic.Bool
}

var errCut = errors.New("the network is gone")

func (c *cut) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet && r.URL.Query().Get("list") == "" {
		return c.inner.RoundTrip(r)
	}
	if c.failed.Load() || c.seen.Add(1) < c.at {
		return c.inner.RoundTrip(r)
	}
	c.failed.Store(true)
	if c.after {
		if resp, err := c.inner.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
	}
	return nil, errCut
}

// through gives s a network that is cut.
func through(t *testing.T, s Server, at int64, after bool) (Server, *cut) {
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(s.CA))
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = pool
	c := &cut{inner: transport, at: at, after: after}
	s.HTTP = c
	return s, c
}

// TestInitKeepsTheAnswer: once the request is on its way, neither Ctrl-C nor a disk that is full by then
// loses the shares.
func TestInitKeepsTheAnswer(t *testing.T) {
	s := start(t)
	file := filepath.Join(t.TempDir(), "shares.json")
	ctx, cancel := context.WithCancel(t.Context())
	var reserved os.FileInfo
	_, network := through(t, s, 1, false)
	s.HTTP = &hook{network.inner, func() {
		cancel()
		reserved, _ = os.Stat(file)
	}}
	done, err := s.Init(ctx, Init{File: file, Shares: 5, Threshold: 3})
	require.NoError(t, err)
	assert.True(t, bool(done))
	shares, err := ReadShares(file)
	require.NoError(t, err)
	assert.Len(t, shares.Keys, 5)
	written, err := os.Stat(file)
	require.NoError(t, err)
	require.NotNil(t, reserved)
	assert.True(t, os.SameFile(reserved, written), "a new file needs room that the disk may not have any more")
	assert.Greater(t, reserved.Size(), written.Size())
}

// hook is a network on which something happens before each changing request.
type hook struct {
	inner http.RoundTripper
	do    func()
}

func (h *hook) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		h.do()
	}
	return h.inner.RoundTrip(r)
}

// stack stands for the stack's secret.
type stack struct {
	token string
	fail  error // of the next write
}

func (k *stack) store(_ context.Context, token string) error {
	if err := k.fail; err != nil {
		k.fail = nil
		return err
	}
	k.token = token
	return nil
}

func (k *stack) handover(file string) Handover {
	return Handover{File: file, Stored: k.token, Store: k.store}
}

// tokens lists every token's policies, by means of a root token made of the shares, which it revokes.
func tokens(t *testing.T, s Server, file string) (all [][]string) {
	t.Helper()
	shares, err := ReadShares(file)
	require.NoError(t, err)
	root, err := s.generate(t.Context(), shares.Keys)
	require.NoError(t, err)
	c, err := s.client(root)
	require.NoError(t, err)
	list, err := c.Logical().ListWithContext(t.Context(), "auth/token/accessors")
	require.NoError(t, err)
	for _, a := range list.Data["keys"].([]any) {
		found, err := c.Auth().Token().LookupAccessorWithContext(t.Context(), a.(string))
		require.NoError(t, err)
		policies, err := found.TokenPolicies()
		require.NoError(t, err)
		all = append(all, policies)
	}
	require.NoError(t, c.Auth().Token().RevokeSelfWithContext(t.Context(), ""))
	return all
}

func TestFromNothingToHandedOver(t *testing.T) {
	s := start(t)
	file := filepath.Join(t.TempDir(), "shares.json")
	k := &stack{}

	_, err := s.Handover(t.Context(), k.handover(file))
	require.EqualError(t, err, "vault "+s.Address+": is not initialised; run `streamforge vault init`, then `streamforge vault unseal`")
	_, err = s.Unseal(t.Context(), nil)
	require.ErrorContains(t, err, "is not initialised; run `streamforge vault init` first")

	for range 2 {
		_, err = s.Init(t.Context(), Init{File: file, Shares: 3, Threshold: 2})
		require.NoError(t, err)
	}
	shares, err := ReadShares(file)
	require.NoError(t, err)
	require.Len(t, shares.Keys, 3)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())

	_, err = s.Handover(t.Context(), k.handover(file))
	require.EqualError(t, err, "vault "+s.Address+": is sealed; run `streamforge vault unseal`")
	_, err = s.Unseal(t.Context(), shares.Keys[:1])
	require.EqualError(t, err, "vault "+s.Address+": is still sealed: it has 1 of 2 shares; give the missing ones with "+
		"`streamforge vault unseal`; a restart of the server forgets those given")
	for _, want := range []Done{true, false} { // the other person's share
		done, err := s.Unseal(t.Context(), shares.Keys[1:2])
		require.NoError(t, err)
		assert.Equal(t, want, done)
	}

	first, err := s.Handover(t.Context(), k.handover(file))
	require.NoError(t, err)
	assert.True(t, first.New)
	assert.Equal(t, 1, first.Revoked, "the root token")
	kept := k.token
	again, err := s.Handover(t.Context(), k.handover(file))
	require.NoError(t, err)
	assert.Equal(t, Handed{Expires: again.Expires}, again)
	assert.Equal(t, kept, k.token)

	h := k.handover(file)
	h.Rotate = true
	rotated, err := s.Handover(t.Context(), h)
	require.NoError(t, err)
	assert.True(t, rotated.New)
	assert.NotEqual(t, kept, k.token)
	assert.ElementsMatch(t, [][]string{{PolicyName}, {"root"}}, tokens(t, s, file), "the program's, and the one that lists")
	old, err := s.program(t.Context(), kept)
	require.NoError(t, err)
	assert.Nil(t, old, "the rotated token is revoked")

	shares, err = ReadShares(file)
	require.NoError(t, err)
	assert.Empty(t, shares.Root, "the file holds the revoked root token no more")
	confined(t, s, k.token)
}

// confined tries what the program's token must not do.
func confined(t *testing.T, s Server, token string) {
	c, err := s.client(token)
	require.NoError(t, err)
	for _, path := range []string{"auth/token/create", "sys/policies/acl/" + PolicyName, "kv/data/other", "sys/rotate", "sys/seal"} {
		_, err := c.Logical().WriteWithContext(t.Context(), path, map[string]any{"policy": `path "*" { capabilities = ["sudo"] }`})
		assert.ErrorContains(t, err, "permission denied", path)
	}
	require.NoError(t, c.Sys().PutPolicyWithContext(t.Context(), "trial", `path "kv/data/a" { capabilities = ["read"] }`))
}

// TestHandoverGoesOnAfterEveryCut loses each changing request once, before it arrives and after.
func TestHandoverGoesOnAfterEveryCut(t *testing.T) {
	s := start(t)
	file := filepath.Join(t.TempDir(), "shares.json")
	_, err := s.Init(t.Context(), Init{File: file, Shares: 1, Threshold: 1})
	require.NoError(t, err)
	shares, err := ReadShares(file)
	require.NoError(t, err)
	_, err = s.Unseal(t.Context(), shares.Keys)
	require.NoError(t, err)
	for _, after := range []bool{false, true} {
		for at := int64(1); ; at++ {
			k := &stack{} // as if the stack had been lost: root is made of the shares
			cutOff, network := through(t, s, at, after)
			_, err := cutOff.Handover(t.Context(), k.handover(file))
			if !network.failed.Load() {
				require.NoError(t, err)
				require.Greater(t, at, int64(4), "nothing was cut")
				break
			}
			h := k.handover(file)
			_, err = s.Handover(t.Context(), h)
			require.NoError(t, err, "request %d, after %v", at, after)
			good, err := s.program(t.Context(), k.token)
			require.NoError(t, err)
			require.NotNil(t, good)
		}
	}
	k := &stack{fail: errors.New("disk full")}
	_, err = s.Handover(t.Context(), k.handover(file))
	require.EqualError(t, err, "token of the program: disk full; the root token is still valid: run `streamforge vault handover` again")
	_, err = s.Handover(t.Context(), k.handover(file))
	require.NoError(t, err)
	assert.Contains(t, tokens(t, s, file), []string{PolicyName})
}

func TestInitWhoseAnswerIsLost(t *testing.T) {
	s := start(t)
	file := filepath.Join(t.TempDir(), "shares.json")
	before, _ := through(t, s, 1, false)
	_, err := before.Init(t.Context(), Init{File: file, Shares: 1, Threshold: 1})
	require.ErrorContains(t, err, "nothing was changed")
	require.NoFileExists(t, file)

	lost, _ := through(t, s, 1, true)
	for range 2 {
		_, err = lost.Init(t.Context(), Init{File: file, Shares: 1, Threshold: 1})
		require.EqualError(t, err, "vault "+s.Address+": was initialised, but the answer with its shares was lost: "+file+" is empty; "+
			"nobody can ever unseal it, and it holds nothing yet: delete its storage (docs/vault.md), then run `streamforge vault init` again")
	}
	require.NoError(t, os.Remove(file))
	_, err = s.Init(t.Context(), Init{File: file, Shares: 1, Threshold: 1})
	require.ErrorContains(t, err, "is initialised already, and there is no "+file)
}

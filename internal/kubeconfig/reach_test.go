package kubeconfig

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// apiServer answers like one, with a certificate of ca for ip, to clients that ca has signed.
func apiServer(t *testing.T, ca *pair, ip string, allowed bool) (address string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) == 0 && r.Header.Get("Authorization") != "Bearer good" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = fmt.Fprintf(w, `{"status":{"allowed":%t}}`, allowed)
	})
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"gitVersion":"v1.33.5"}`)
	})
	s := httptest.NewUnstartedServer(mux)
	cert := server(t, ca, ip)
	pair, err := tls.X509KeyPair(cert.pem, cert.keyPEM(t))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.VerifyClientCertIfGiven}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are part of the test
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestAcceptTriesTheCluster(t *testing.T) {
	ca := authority(t, "kubernetes")
	address := apiServer(t, ca, "127.0.0.1", true)
	got, err := Accept(t.Context(), Request{Raw: encode(t, admin(t, ca)), Server: address, Now: now})
	require.NoError(t, err)
	assert.Equal(t, "v1.33.5", got.Version)
	assert.Equal(t, forever, got.Expires.UTC())
	require.NoError(t, Check(got.Kubeconfig, address, now))
}

func TestAcceptOfflineLeavesTheClusterAlone(t *testing.T) {
	got, err := Accept(t.Context(), Request{
		Raw: encode(t, admin(t, authority(t, "kubernetes"))), Server: "https://127.0.0.1:1", Now: now, Offline: true,
	})
	require.NoError(t, err)
	assert.Empty(t, got.Version)
}

func TestReachSaysWhyNot(t *testing.T) {
	ca := authority(t, "kubernetes")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	refused := "https://" + closed.Addr().String()
	require.NoError(t, closed.Close())
	plain := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)

	for name, tt := range map[string]struct {
		server string
		user   *user // nil keeps the admin's
		want   string
	}{
		"refused": {refused, nil, "connection refused: nothing listens there; is kube-vip running on a control plane node " +
			"and is the address its own? Store it untested with --offline"},
		"address not in the certificate": {apiServer(t, ca, "192.168.1.150", true), nil,
			"x509: certificate is valid for 192.168.1.150, not 127.0.0.1; put the address into " +
				"supplementary_addresses_in_ssl_keys (the rendered inventory has it) and run Kubespray's cluster.yml again"},
		"another cluster": {plain.URL, nil, "its certificate is signed by another CA than the kubeconfig's; " +
			"this is another cluster, take artifacts/admin.conf from the inventory folder, where Kubespray writes it"},
		"bad token": {apiServer(t, ca, "127.0.0.1", true), &user{Token: "bad"},
			"the credentials are refused (HTTP 401), so they are revoked or of another cluster; " +
				"take artifacts/admin.conf from the inventory folder, where Kubespray writes it"},
		"good token": {apiServer(t, ca, "127.0.0.1", true), &user{Token: "good"}, ""},
		"not an admin": {apiServer(t, ca, "127.0.0.1", false), nil,
			`user "admin" may not do everything, and the platform makes roles and CRDs; hand over the kubeconfig of a cluster admin`},
	} {
		t.Run(name, func(t *testing.T) {
			f := admin(t, ca)
			f.Clusters[0].Cluster.Server = tt.server
			if tt.user != nil {
				f.Users[0].User = *tt.user
			}
			_, err := Reach(t.Context(), encode(t, f))
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.server+": "+tt.want)
		})
	}
}

func TestReachStopsWhenInterrupted(t *testing.T) {
	ca := authority(t, "kubernetes")
	f := admin(t, ca)
	f.Clusters[0].Cluster.Server = apiServer(t, ca, "127.0.0.1", true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Reach(ctx, encode(t, f))
	require.EqualError(t, err, f.Clusters[0].Cluster.Server+": interrupted")
}

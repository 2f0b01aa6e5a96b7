package kubeconfig

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// patience is how long the cluster may take to answer one request.
const patience = 15 * time.Second

// Reach asks the cluster of raw, which Check has passed, for its version and whether the user may
// do everything. The error says why not and what to do.
func Reach(ctx context.Context, raw []byte) (version string, err error) {
	f, err := parse(raw)
	if err != nil {
		return "", err
	}
	c, u, err := f.target()
	if err != nil {
		return "", err
	}
	p, err := newProbe(c.Cluster, u.User)
	if err != nil {
		return "", err
	}
	defer p.http.CloseIdleConnections()
	review := `{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview",` +
		`"spec":{"resourceAttributes":{"verb":"*","group":"*","resource":"*"}}}`
	var answer struct {
		Status struct {
			Allowed bool `json:"allowed"`
		} `json:"status"`
	}
	const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
	if err := p.do(ctx, http.MethodPost, path, review, &answer); err != nil {
		return "", err
	}
	if !answer.Status.Allowed {
		return "", fmt.Errorf("%s: user %q may not do everything, and the platform makes roles and CRDs; "+
			"hand over the kubeconfig of a cluster admin", p.server, u.Name)
	}
	var info struct {
		GitVersion string `json:"gitVersion"`
	}
	err = p.do(ctx, http.MethodGet, "/version", "", &info)
	return info.GitVersion, err
}

type probe struct {
	server, token string
	http          *http.Client
}

func newProbe(c cluster, u user) (*probe, error) {
	cas, err := certificates(c.CAData)
	if err != nil {
		return nil, fmt.Errorf("certificate-authority-data: %w; %s", err, whence)
	}
	cfg := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	for _, ca := range cas {
		cfg.RootCAs.AddCert(ca)
	}
	if u.CertData != "" {
		pair, err := u.keyPair()
		if err != nil {
			return nil, fmt.Errorf("client-certificate-data: %w; %s", err, whence)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	// As the Kubernetes provider does, so that what is proven here holds there.
	transport := &http.Transport{TLSClientConfig: cfg, Proxy: http.ProxyFromEnvironment}
	client := &http.Client{Transport: transport, Timeout: patience}
	return &probe{server: strings.TrimSuffix(c.Server, "/"), token: u.Token, http: client}, nil
}

func (p *probe) do(ctx context.Context, method, path, body string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, p.server+path, strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", p.server, err)
	}
	req.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %s", p.server, reason(err))
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s: the credentials are refused (HTTP 401), so they are revoked or of another cluster; %s",
			p.server, whence)
	case resp.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("%s: %s answers HTTP %d; look at the API server's log", p.server, path, resp.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into); err != nil {
		return fmt.Errorf("%s: %s does not answer like a Kubernetes API server: %w", p.server, path, err)
	}
	return nil
}

// reason turns what the network says into what to do.
func reason(err error) string {
	var (
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		timeout net.Error
	)
	switch {
	case errors.As(err, &host):
		return host.Error() + "; put the address into supplementary_addresses_in_ssl_keys " +
			"(the rendered inventory has it) and run Kubespray's cluster.yml again"
	case errors.As(err, &unknown):
		return "its certificate is signed by another CA than the kubeconfig's; this is another cluster, " + whence
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nothing listens there; is kube-vip running on a control plane node " +
			"and is the address its own? Store it untested with --offline"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no answer within %s: is this machine on the LAN, and does kube-vip hold the address? "+
			"Store it untested with --offline", patience)
	}
	return err.Error()
}

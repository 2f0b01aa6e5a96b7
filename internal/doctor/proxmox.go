package doctor

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
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Proxmox is a hypervisor and what the program wants of it.
type Proxmox struct {
	Endpoint string // https address of the API
	Token    string // user@realm!name=uuid, secret
	Insecure bool   // the certificate is not verified
	Rights   []Right
}

// Right is what the token must be allowed on one path of Proxmox.
type Right struct {
	Path       string
	Elsewhere  string // another path on which the same is as good, empty for none
	Privileges []string
}

const tokenPage = "docs/proxmox-token.md"

// Look asks for the version and for the token's privileges. A token without one of them is a
// problem: the run would fail half way.
func (p Proxmox) Look(ctx context.Context) Finding {
	p.Endpoint = strings.TrimSuffix(p.Endpoint, "/")
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS13, InsecureSkipVerify: p.Insecure, //nolint:gosec // as the provider does
	}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var version struct{ Version string }
	if f := p.get(ctx, client, "/version", &version); f != nil {
		return *f
	}
	lacks, f := p.lacking(ctx, client)
	if f != nil {
		return *f
	}
	if len(lacks) > 0 {
		return Bad("give them to the token, see "+tokenPage, "Proxmox VE %s at %s: the token lacks %s", version.Version, p.Endpoint, strings.Join(lacks, "; "))
	}
	return Fine("Proxmox VE %s at %s, the token has every privilege it needs", version.Version, p.Endpoint)
}

// lacking lists the missing privileges, path by path.
func (p Proxmox) lacking(ctx context.Context, client *http.Client) ([]string, *Finding) {
	texts, failed := make([]string, len(p.Rights)), make([]*Finding, len(p.Rights))
	var all sync.WaitGroup
	for i, r := range p.Rights {
		all.Go(func() {
			has := map[string]bool{}
			for _, path := range []string{r.Path, r.Elsewhere} {
				if path == "" {
					continue
				}
				var granted map[string]map[string]any
				if failed[i] = p.get(ctx, client, "/access/permissions?path="+url.QueryEscape(path), &granted); failed[i] != nil {
					return
				}
				for privilege := range granted[path] {
					has[privilege] = true
				}
			}
			missing := slices.DeleteFunc(slices.Clone(r.Privileges), func(q string) bool { return has[q] })
			if len(missing) > 0 {
				texts[i] = strings.Join(missing, ", ") + " on " + r.Path
			}
		})
	}
	all.Wait()
	for _, f := range failed {
		if f != nil {
			return nil, f
		}
	}
	return slices.DeleteFunc(texts, func(t string) bool { return t == "" }), nil
}

// get reads what is in the envelope of an answer; the finding says why it cannot.
func (p Proxmox) get(ctx context.Context, client *http.Client, path string, into any) *Finding {
	fail := func(wayOut, format string, args ...any) *Finding {
		f := Bad(wayOut, "%s: "+format, append([]any{p.Endpoint}, args...)...)
		return &f
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Endpoint+"/api2/json"+path, nil)
	if err != nil {
		return fail("set compute.endpoint", "%v", err)
	}
	request.Header.Set("Authorization", "PVEAPIToken="+p.Token)
	answer, err := client.Do(request)
	if err != nil {
		return fail(wayOutOf(err), "%v", cause(err))
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusUnauthorized:
		return fail("store a new one as proxmoxToken, see "+tokenPage, "the token is refused (HTTP 401): wrong, expired or deleted")
	case answer.StatusCode != http.StatusOK:
		return fail("look at the host's log (journalctl -u pveproxy)", "%s answers %s", path, answer.Status)
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&struct{ Data any }{into}); err != nil {
		return fail("set compute.endpoint to a host of Proxmox VE, with its port 8006", "%s does not answer like Proxmox VE: %v", path, err)
	}
	return nil
}

// cause leaves out the address, which the finding names already.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// wayOutOf is what to do when a host cannot be asked.
func wayOutOf(err error) string {
	var unknown x509.UnknownAuthorityError
	var verification *tls.CertificateVerificationError
	var name *net.DNSError
	switch {
	case errors.As(err, &unknown), errors.As(err, &verification):
		return "set compute.insecure, or put the host's CA (/etc/pve/pve-root-ca.pem) into the system's trust store"
	case errors.As(err, &name):
		return fmt.Sprintf("let this machine's resolver know %s, or write its address into compute.endpoint", name.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "is that the host, and the port of its API (8006)? See compute.endpoint"
	}
	return "is this machine on the LAN, and the host up? See compute.endpoint"
}

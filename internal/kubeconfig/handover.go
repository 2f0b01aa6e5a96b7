package kubeconfig

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"
)

// Request is a kubeconfig on offer.
type Request struct {
	Raw     []byte    // the file as Kubespray wrote it
	Server  string    // https address of the cluster's virtual address, with its port
	Now     time.Time // what expiry is measured against
	Offline bool      // do not try the cluster
}

// Accepted is a kubeconfig fit to be stored.
type Accepted struct {
	Kubeconfig []byte    // secret
	Version    string    // of the API server, e.g. v1.33.5; empty when offline
	Expires    time.Time // end of the client certificate; zero for a token
}

// Accept rewrites, checks and tries r. The error names every problem found.
func Accept(ctx context.Context, r Request) (Accepted, error) {
	raw, err := Handover(r.Raw, r.Server)
	if err != nil {
		return Accepted{}, err
	}
	if err := Check(raw, r.Server, r.Now); err != nil {
		return Accepted{}, err
	}
	a := Accepted{Kubeconfig: raw, Expires: Expires(raw)}
	if r.Offline {
		return a, nil
	}
	a.Version, err = Reach(ctx, raw)
	return a, err
}

// Handover gives raw with server in place of its own, and without what only its writer needed
// (preferences, unused entries, comments). The result is the same for the same content.
func Handover(raw []byte, server string) ([]byte, error) {
	f, err := parse(raw)
	if err != nil {
		return nil, err
	}
	c, u, err := f.target()
	if err != nil {
		return nil, err
	}
	c.Cluster.Server = server
	f.Clusters, f.Users = []namedCluster{*c}, []namedUser{*u}
	f.CurrentContext = f.Contexts[0].Name
	out := &bytes.Buffer{}
	enc := yaml.NewEncoder(out)
	enc.SetIndent(2)
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("writing the kubeconfig: %w", err)
	}
	return out.Bytes(), nil
}

// Expires is when the client certificate of a kubeconfig ends; zero for a token and for what cannot be read.
func Expires(raw []byte) time.Time {
	f, err := parse(raw)
	if err != nil {
		return time.Time{}
	}
	if _, u, err := f.target(); err == nil {
		if certs, err := certificates(u.User.CertData); err == nil {
			return certs[0].NotAfter
		}
	}
	return time.Time{}
}

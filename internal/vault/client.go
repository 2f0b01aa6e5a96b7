// Package vault brings a Vault server from its first start to where the program can configure it:
// initialised, unsealed, and with a token that may do just that. Each step may be interrupted and
// repeated; repeated on a finished state it changes nothing.
package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/vault/api"
)

// Server is one Vault server, as a person reaches it.
type Server struct {
	Address string            // https address, without a path
	CA      []byte            // PEM that verifies it; empty means the system's authorities
	HTTP    http.RoundTripper // nil means one made from CA
}

// requestTimeout bounds one request. Initialising and unsealing take a second at most.
const requestTimeout = 30 * time.Second

// client talks to the server with a token, or without one.
func (s Server) client(token string) (*api.Client, error) {
	transport := s.HTTP
	if transport == nil {
		conf := &tls.Config{MinVersion: tls.VersionTLS12}
		if len(s.CA) > 0 {
			conf.RootCAs = x509.NewCertPool()
			if !conf.RootCAs.AppendCertsFromPEM(s.CA) {
				return nil, fmt.Errorf("vault %s: the CA holds no certificate in PEM form", s.Address)
			}
		}
		transport = &http.Transport{TLSClientConfig: conf, Proxy: http.ProxyFromEnvironment}
	}
	// The library would add what the environment says about addresses, tokens and TLS.
	c, err := api.NewClient(&api.Config{
		Address: s.Address, HttpClient: &http.Client{Transport: transport, CheckRedirect: noRedirect},
		Timeout: requestTimeout, DisableRedirects: true,
	})
	if err != nil {
		return nil, fmt.Errorf("vault %s: %w", s.Address, err)
	}
	c.ClearToken()
	c.ClearNamespace()
	if token != "" {
		c.SetToken(token)
	}
	return c, nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// State is how far a server is.
type State struct {
	Initialized bool
	Sealed      bool
	Threshold   int // shares that unseal it
	Given       int // shares given so far
	Version     string
}

// State asks the server, which answers without a token.
func (s Server) State(ctx context.Context) (State, error) {
	c, err := s.client("")
	if err != nil {
		return State{}, err
	}
	st, err := c.Sys().SealStatusWithContext(ctx)
	if err != nil {
		return State{}, &Unreachable{Address: s.Address, Err: err}
	}
	return State{Initialized: st.Initialized, Sealed: st.Sealed, Threshold: st.T, Given: st.Progress, Version: st.Version}, nil
}

// Unreachable is a server that does not answer.
type Unreachable struct {
	Address string
	Err     error
}

// Error names the server.
func (u *Unreachable) Error() string {
	return fmt.Sprintf("vault %s: does not answer: %v", u.Address, u.Err)
}

// Unwrap gives the cause.
func (u *Unreachable) Unwrap() error { return u.Err }

// Unready is a state in which a step cannot be done, with the step that comes first.
type Unready struct {
	Address string
	Why     string
	Next    string // what a person does now
}

// Error says both.
func (u *Unready) Error() string { return fmt.Sprintf("vault %s: %s; %s", u.Address, u.Why, u.Next) }

// refused says whether Vault turned a token down, as against being unable to say.
func refused(err error) bool {
	var r *api.ResponseError
	return errors.As(err, &r) && (r.StatusCode == http.StatusForbidden || r.StatusCode == http.StatusBadRequest)
}

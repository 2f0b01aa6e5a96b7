package kubeconfig

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

func (u *namedUser) check(cas []*x509.Certificate, now time.Time) (errs []error) {
	problem := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("user %q: "+format, append([]any{u.Name}, args...)...))
	}
	if u.User.Exec != nil {
		problem("exec plugin %q would run wherever the stack is deployed; %s", u.User.Exec.Command, whence)
	}
	if u.User.AuthProvider != nil {
		problem("auth-provider %q was removed from Kubernetes; %s", u.User.AuthProvider.Name, whence)
	}
	if u.User.Username != "" || u.User.Password != "" {
		problem("username and password were removed from Kubernetes; %s", whence)
	}
	for _, ref := range []struct{ key, file string }{
		{"client-certificate", u.User.CertFile}, {"client-key", u.User.KeyFile}, {"tokenFile", u.User.TokenFile},
	} {
		if ref.file != "" {
			problem("%s names the file %q, which other machines do not have; %s", ref.key, ref.file, flatten)
		}
	}
	if len(errs) > 0 {
		return errs // what is embedded besides matters only once these are gone
	}
	switch {
	case u.User.CertData == "" && u.User.KeyData == "" && u.User.Token == "":
		problem("no credentials; %s", whence)
	case u.User.CertData == "" && u.User.KeyData != "":
		problem("client-key-data without client-certificate-data; %s", whence)
	case u.User.CertData != "":
		u.checkCertificate(cas, now, problem)
	}
	return errs
}

func (u *namedUser) checkCertificate(cas []*x509.Certificate, now time.Time, problem func(string, ...any)) {
	certs, err := certificates(u.User.CertData)
	if err != nil {
		problem("client-certificate-data: %w; %s", err, whence)
		return
	}
	cert := certs[0]
	switch left := cert.NotAfter.Sub(now); {
	case now.Before(cert.NotBefore):
		problem("client certificate is not valid before %s; check the clock", stamp(cert.NotBefore))
	case left <= 0:
		problem("client certificate expired on %s; %s", stamp(cert.NotAfter), renew)
	case left < soon:
		problem("client certificate expires on %s, in %s; %s", stamp(cert.NotAfter), left.Round(time.Minute), renew)
	}
	signed := func(ca *x509.Certificate) bool { return cert.CheckSignatureFrom(ca) == nil }
	if len(cas) > 0 && !slices.ContainsFunc(cas, signed) {
		problem("client certificate is not signed by the CA of the cluster; its two halves come from two clusters, %s", whence)
	}
	if !slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageClientAuth) {
		problem("client certificate is not made for client authentication; %s", whence)
	}
	if u.User.KeyData == "" {
		problem("client-certificate-data without client-key-data; %s", whence)
		return
	}
	if _, err := u.User.keyPair(); err != nil {
		problem("client-key-data is not the key of client-certificate-data; %s", whence)
	}
}

func (u user) keyPair() (tls.Certificate, error) {
	cert, err := base64.StdEncoding.DecodeString(u.CertData)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := base64.StdEncoding.DecodeString(u.KeyData)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(cert, key)
}

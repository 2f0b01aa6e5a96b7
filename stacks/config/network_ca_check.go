package config

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// checkPrevious: each entry is one certificate of an authority and nothing else. A private key
// here would be public.
func (c CA) checkPrevious(at Path) (errs []error) {
	for i, text := range c.Previous {
		block, rest := pem.Decode([]byte(text))
		if block == nil || block.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
			errs = append(errs, at.Index(i).Errorf("", "must be one certificate in PEM and nothing else"))
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		switch {
		case err != nil:
			errs = append(errs, at.Index(i).Errorf("", "is no certificate: %v", err))
		case !cert.IsCA:
			errs = append(errs, at.Index(i).Errorf("", "%s is not an authority's certificate", cert.Subject))
		}
	}
	return errs
}

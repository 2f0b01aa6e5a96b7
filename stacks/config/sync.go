package config

import (
	"regexp"
	"slices"
	"strings"
)

// Sync is the `sync` section: objects that are kept equal in several namespaces.
type Sync struct {
	// Controller is config-syncer, formerly kubed, whose licence lets everybody use it and nobody
	// pass it on, or reflector, which is free.
	Controller string         `json:"controller"`
	Authority  []string       `json:"authority"`            // namespaces that get ConfigMap platform-ca: the root certificate as ca.crt
	Registries []SyncRegistry `json:"registries,omitempty"` // whose images pods pull with a login
}

// SyncRegistry becomes Secret pull-<name>, for imagePullSecrets.
type SyncRegistry struct {
	Name       string   `json:"name"`
	Server     string   `json:"server"` // host, with a port where it is not 443
	User       string   `json:"user"`   // its password is a member, called as the registry, of the secret registryPasswords
	Namespaces []string `json:"namespaces"`
}

// The controllers there are.
var syncControllers = []string{"config-syncer", "reflector"}

var registryServer = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?$`)

// Validate checks the section by itself.
func (s Sync) Validate(at Path) (errs []error) {
	if !slices.Contains(syncControllers, s.Controller) {
		errs = append(errs, at.Errorf("controller", "must be one of %s, got %q", strings.Join(syncControllers, ", "), s.Controller))
	}
	if len(s.Authority) == 0 {
		errs = append(errs, at.Errorf("authority", "must name at least one namespace"))
	}
	errs = append(errs, clientNamespaces(at.Field("authority"), s.Authority)...)
	names := unique[string]{}
	for i, r := range s.Registries {
		here := at.Field("registries").Index(i)
		if err := names.add(r.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, matches(here, "name", r.Name, label, "at most 63 lower-case letters, digits and dashes")...)
		errs = append(errs, matches(here, "server", r.Server, registryServer, "a host, with a port where it is not 443")...)
		if r.User == "" {
			errs = append(errs, here.Errorf("user", "must not be empty: without a login there is nothing to copy"))
		}
		if len(r.Namespaces) == 0 {
			errs = append(errs, here.Errorf("namespaces", "must name at least one namespace"))
		}
		errs = append(errs, clientNamespaces(here.Field("namespaces"), r.Namespaces)...)
	}
	return errs
}

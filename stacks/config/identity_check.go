package config

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// realmName stands in addresses; master is Keycloak's own, whose administrators rule all others.
var realmName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,35}$`)

// Validate checks the section by itself.
func (i Identity) Validate(at Path) (errs []error) {
	errs = append(errs, between(at, "replicas", i.Replicas, 1, 10, "")...)
	switch {
	case i.Realm == "master":
		errs = append(errs, at.Errorf("realm", "master is Keycloak's own: its users rule every realm; choose another name"))
	default:
		errs = append(errs, matches(at, "realm", i.Realm, realmName, "at most 36 lower-case letters, digits and dashes, from a letter on")...)
	}
	if i.Title == "" {
		errs = append(errs, at.Errorf("title", "must not be empty: people should see where they log in"))
	}
	errs = append(errs, matches(at, "mailFrom", i.MailFrom, mailAddress, "a mail address")...)
	if e := i.Endpoint; e != nil {
		here := at.Field("endpoint")
		if !httpsURL(e.URL, true) {
			errs = append(errs, here.Errorf("url", "must be an https address without a path, got %q", e.URL))
		}
		if !certificates(e.CA) {
			errs = append(errs, here.Errorf("ca", "must be at least one certificate in PEM"))
		}
	}
	return append(errs, i.checkGroups(at.Field("groups"))...)
}

func (i Identity) checkGroups(at Path) (errs []error) {
	names := unique[string]{}
	for n, g := range i.Groups {
		here := at.Index(n)
		if err := names.add(g.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, matches(here, "name", g.Name, label, "at most 63 lower-case letters, digits and dashes")...)
		roles := g.Roles()
		for _, client := range slices.Sorted(maps.Keys(roles)) {
			if known := identityRoles[client]; !slices.Contains(known, roles[client]) {
				errs = append(errs, here.Errorf(client, "must be one of %s, got %q", strings.Join(known, ", "), roles[client]))
			}
		}
		if len(roles) == 0 {
			errs = append(errs, here.Errorf("", "opens nothing: give it a role in %s", strings.Join(slices.Sorted(maps.Keys(identityRoles)), ", ")))
		}
	}
	for _, client := range slices.Sorted(maps.Keys(identityRoles)) {
		top := identityRoles[client][0]
		if len(i.Holders(client)[top]) == 0 {
			errs = append(errs, at.Errorf("", "no group is %s in %s: nobody could run it", top, client))
		}
	}
	return errs
}

// certificates tells whether s holds certificates in PEM and nothing else.
func certificates(s string) bool {
	block, rest := pem.Decode([]byte(s))
	found := false
	for ; block != nil; block, rest = pem.Decode(rest) {
		if _, err := x509.ParseCertificate(block.Bytes); err != nil || block.Type != "CERTIFICATE" {
			return false
		}
		found = true
	}
	return found && strings.TrimSpace(string(rest)) == ""
}

// identityFits: the database is there, and Keycloak's mail is let out.
func (c *Config) identityFits() (errs []error) {
	d, at := c.Identity.Database, Path("identity.database")
	cluster, known := c.Postgres.Cluster(d.Cluster)
	if !known {
		errs = append(errs, at.Errorf("cluster", "%q is not one of postgres.clusters", d.Cluster))
	} else if !slices.Contains(cluster.Owned(d.User), d.Name) {
		errs = append(errs, at.Errorf("name", "%s has no database %q that belongs to user %q", d.Cluster, d.Name, d.User))
	}
	return append(errs, c.sends("identity.mailFrom", c.Identity.MailFrom, IdentityNamespace)...)
}

// monitoringNamespace is where Alertmanager and Grafana run.
const monitoringNamespace = "monitoring"

// sends checks that the relay takes mail of that sender from that namespace.
func (c *Config) sends(at Path, sender, namespace string) (errs []error) {
	_, domain, _ := strings.Cut(sender, "@")
	if domain != "" && !slices.Contains(c.Mail.Senders, domain) {
		errs = append(errs, at.Errorf("", "%s is not in one of mail.senders, the relay would refuse it", sender))
	}
	if !slices.Contains(c.Mail.Clients, namespace) {
		errs = append(errs, Path("mail").Errorf("clients", "must name %s, which sends as %s", namespace, fmt.Sprint(at)))
	}
	return errs
}

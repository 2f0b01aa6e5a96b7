package config

import "slices"

// IdentityNamespace is where Keycloak runs, a client of its PostgreSQL cluster.
const IdentityNamespace = "keycloak"

// Identity is the `identity` section: Keycloak, and who may do what in the systems behind it. The
// people themselves are made in Keycloak and stand in no file.
type Identity struct {
	Replicas     int              `json:"replicas"` // equal servers, at least 2 outlive the loss of a machine
	Database     IdentityDatabase `json:"database"`
	Realm        string           `json:"realm"`                  // part of every token; a change makes another realm
	Title        string           `json:"title"`                  // shown above the login form
	MailFrom     string           `json:"mailFrom"`               // sender of what Keycloak writes, in one of mail.senders
	SecondFactor bool             `json:"secondFactor,omitempty"` // everybody sets up a one-time password at the next login
	Groups       []IdentityGroup  `json:"groups"`

	Endpoint   *IdentityEndpoint `json:"endpoint,omitempty"`   // how runs reach the server; nil means by its published name
	ServerOnly bool              `json:"serverOnly,omitempty"` // declares the server and nothing in it
}

// IdentityDatabase is one of those in postgres.clusters.
type IdentityDatabase struct {
	Cluster string `json:"cluster"`
	Name    string `json:"name"`
	User    string `json:"user"` // its owner
}

// IdentityGroup is a group of people. A system that is left out is closed to its members, unless
// another of their groups opens it.
type IdentityGroup struct {
	Name    string `json:"name"`
	Grafana string `json:"grafana,omitempty"` // admin, editor or viewer
	ArgoCD  string `json:"argocd,omitempty"`  // admin or readonly
	Kibana  string `json:"kibana,omitempty"`  // user
}

// IdentityEndpoint is another way to the server than its published name.
type IdentityEndpoint struct {
	URL string `json:"url"` // https address without a path
	CA  string `json:"ca"`  // PEM, verifies it
}

// What groups can be in each system, by the id of its client in Keycloak.
var identityRoles = map[string][]string{
	"grafana": {"admin", "editor", "viewer"},
	"argocd":  {"admin", "readonly"},
	"kibana":  {"user"},
}

// IdentityRoles lists what a group can be in a system: grafana, argocd or kibana.
func IdentityRoles(client string) []string { return slices.Clone(identityRoles[client]) }

// Roles gives the group's role by the id of the client, without those it has none in.
func (g IdentityGroup) Roles() map[string]string {
	all := map[string]string{}
	for client, role := range map[string]string{"grafana": g.Grafana, "argocd": g.ArgoCD, "kibana": g.Kibana} {
		if role != "" {
			all[client] = role
		}
	}
	return all
}

// Holders gives the groups by role for one client.
func (i Identity) Holders(client string) map[string][]string {
	all := map[string][]string{}
	for _, g := range i.Groups {
		if role := g.Roles()[client]; role != "" {
			all[role] = append(all[role], g.Name)
		}
	}
	return all
}

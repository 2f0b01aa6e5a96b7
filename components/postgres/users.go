package postgres

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Connection is all that a client of one database needs.
type Connection struct {
	Host        string // takes reads and writes
	ReplicaHost string // takes reads only
	Port        int
	Database    string
	User        string
	Password    pulumi.StringOutput // secret
	Secret      string              // in the clusters' namespace, keys UserKey and PasswordKey
	CA          pulumi.StringOutput // PEM, public: verifies the hosts; connect with sslmode=verify-full
	Ready       []pulumi.Resource   // the database is there and the user may log in
}

// Connection gives what a user or reader needs for a database. Both must be the cluster's. It opens
// no way to the servers: see Connect.
func (c *Cluster) Connection(database, user string) (Connection, error) {
	password, known := c.passwords[user]
	if !known {
		return Connection{}, fmt.Errorf("postgres %s: no user %q", c.Name, user)
	}
	if !slices.ContainsFunc(c.databases, func(d Database) bool { return d.Name == database }) {
		return Connection{}, fmt.Errorf("postgres %s: no database %q", c.Name, database)
	}
	for _, r := range c.readers {
		if r.Name == user && !slices.Contains(r.Databases, database) {
			return Connection{}, fmt.Errorf("postgres %s: database %q refuses reader %q", c.Name, database, user)
		}
	}
	return Connection{
		Host: c.Host, ReplicaHost: c.ReplicaHost, Port: Port, Database: database, User: user, Password: password,
		Secret: CredentialsSecret(c.Name, user), CA: c.CA, Ready: c.Ready,
	}, nil
}

// Password is the one of a user, secret; the zero value when the cluster has no such user.
func (c *Cluster) Password(user string) pulumi.StringOutput { return c.passwords[user] }

// users makes the Secret of every user before the operator would: it takes over the password it
// finds in a Secret of that name. So the program knows the passwords, and can hand them to other
// namespaces and later layers.
func (c *Cluster) users(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (all []pulumi.Resource, err error) {
	for _, u := range a.Users {
		password, err := secrets.Password(ctx, name+"-"+u.Name, child)
		if err != nil {
			return nil, err
		}
		secret, err := kube.Secret(ctx, name+"-user-"+u.Name, kube.SecretArgs{
			Name: CredentialsSecret(a.Name, u.Name), Namespace: a.Namespace,
			Labels: pulumi.StringMap{
				"application": pulumi.String(application), clusterName: pulumi.String(a.Name), "team": pulumi.String(a.Team),
			},
			Data: pulumi.StringMap{UserKey: pulumi.String(u.Name), PasswordKey: password},
		}, child, pulumi.RetainOnDelete(!a.Disposable)) // the operator would make up another password
		if err != nil {
			return nil, err
		}
		c.passwords[u.Name] = password
		all = append(all, secret)
	}
	return all, nil
}

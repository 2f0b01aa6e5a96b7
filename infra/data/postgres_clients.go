package data

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/postgres"
)

// PostgresClient is a later layer's program that needs a database.
type PostgresClient struct {
	Cluster   string // one of the configured
	Database  string
	User      string // a user or reader
	Namespace string // whose pods connect; the layer that asks makes it
}

// Connect gives a later layer what its program needs, and lets the program's namespace reach the
// servers. The options are the asker's own, its parent above all.
func (p Postgres) Connect(ctx *pulumi.Context, c PostgresClient, opts ...pulumi.ResourceOption) (postgres.Connection, error) {
	cluster, known := p.Clusters[c.Cluster]
	if !known {
		return postgres.Connection{}, fmt.Errorf("postgres.clusters: no cluster %q", c.Cluster)
	}
	return cluster.Connect(ctx, postgres.Client{Database: c.Database, User: c.User, Namespace: c.Namespace}, opts...)
}

// PostgresRead is a database that a reader reads.
type PostgresRead struct {
	Cluster, Database string
	Version           string // major, of the server
}

// Reads lists the databases of a reader, none when there is no such reader.
func (p Postgres) Reads(reader string) (all []PostgresRead) {
	for _, r := range p.config.Reader(reader).Reads {
		c, _ := p.config.Cluster(r.Cluster)
		all = append(all, PostgresRead{Cluster: r.Cluster, Database: r.Database, Version: c.Version})
	}
	return all
}

func (in Inputs) postgresReaders() (names []string) {
	for _, r := range in.Postgres.Readers {
		names = append(names, r.Name)
	}
	return names
}

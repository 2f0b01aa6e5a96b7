package config

import "slices"

// Postgres is the `postgres` section: PostgreSQL clusters and what is in them.
type Postgres struct {
	Team     string            `json:"team"` // every cluster's name begins with it and a dash
	Backup   PostgresStore     `json:"backup"`
	Clusters []PostgresCluster `json:"clusters"`
	Readers  []PostgresReader  `json:"readers,omitempty"` // logins that read and never write, for people's tools such as Grafana
}

// PostgresReader is one login that reads every table of some databases and writes none.
type PostgresReader struct {
	Name  string         `json:"name"`
	Reads []PostgresRead `json:"reads"` // other databases refuse the login
}

// PostgresRead names one database.
type PostgresRead struct {
	Cluster  string `json:"cluster"`
	Database string `json:"database"`
}

// GrafanaReader is the reader whose databases Grafana gets as data sources.
const GrafanaReader = "grafana"

// PostgresStore is where the backups of all clusters go.
type PostgresStore struct {
	User   string `json:"user"`   // of storage.minio.users
	Bucket string `json:"bucket"` // of storage.minio.buckets
}

// PostgresCluster is one server with its replicas. A cluster that leaves the configuration is
// protected; its volumes and backups stay in any case.
type PostgresCluster struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`               // major version, 13 to 17; may go up, see docs/howto-database.md
	Instances   int               `json:"instances"`             // one takes writes, the others follow it; each on a machine of its own
	DiskGiB     int               `json:"diskGiB"`               // of each instance; may grow
	MemoryMiB   int               `json:"memoryMiB"`             // of each instance
	CPUMillis   int               `json:"cpuMillis"`             // requested for each instance, thousandths of a core
	Synchronous bool              `json:"synchronous,omitempty"` // a write counts once a second instance has it
	Parameters  map[string]string `json:"parameters,omitempty"`  // by PostgreSQL's own names
	Clients     []string          `json:"clients,omitempty"`     // namespaces whose pods may connect, besides those of the users
	Users       []PostgresUser    `json:"users"`
	Databases   []PostgresDB      `json:"databases"`
	Backup      PostgresBackup    `json:"backup"`
	Dumps       *PostgresDumps    `json:"dumps,omitempty"`   // nil means no dumps besides the physical backups
	Restore     *PostgresRestore  `json:"restore,omitempty"` // read once, at the first start of a new cluster; nil means that it starts empty
}

// PostgresUser is one login, with a password that the platform makes.
type PostgresUser struct {
	Name       string   `json:"name"`
	Roles      []string `json:"roles,omitempty"`      // what it may do besides using databases: createdb, createrole, replication or bypassrls
	Namespaces []string `json:"namespaces,omitempty"` // of kafka.namespaces, where Secret postgres-<cluster>-<user> holds what a client needs
}

// PostgresDB is one database.
type PostgresDB struct {
	Name  string `json:"name"`
	Owner string `json:"owner"` // one of the cluster's users
}

// PostgresBackup is when base backups are made. Everything written between them is kept too.
type PostgresBackup struct {
	Schedule string `json:"schedule"` // five fields of cron, UTC
	Keep     int    `json:"keep"`     // base backups; one can restore to any moment since the oldest
}

// PostgresDumps is when dumps of all databases are made, in the same bucket.
type PostgresDumps struct {
	Schedule  string `json:"schedule"`  // five fields of cron, UTC
	Retention string `json:"retention"` // e.g. 14 days
}

// PostgresRestore names the backups that a new cluster starts from.
type PostgresRestore struct {
	Cluster   string `json:"cluster"`   // name of the cluster that wrote them
	UID       string `json:"uid"`       // metadata.uid its object had, part of the backups' path
	Timestamp string `json:"timestamp"` // state to restore, e.g. 2025-09-01T12:00:00+00:00
}

// Cluster gives the cluster of that name.
func (p Postgres) Cluster(name string) (PostgresCluster, bool) {
	i := slices.IndexFunc(p.Clusters, func(c PostgresCluster) bool { return c.Name == name })
	if i < 0 {
		return PostgresCluster{}, false
	}
	return p.Clusters[i], true
}

// Reader gives the reader of that name; none reads nothing.
func (p Postgres) Reader(name string) PostgresReader {
	i := slices.IndexFunc(p.Readers, func(r PostgresReader) bool { return r.Name == name })
	if i < 0 {
		return PostgresReader{}
	}
	return p.Readers[i]
}

// In lists the databases of a cluster that the reader reads, sorted.
func (r PostgresReader) In(cluster string) (databases []string) {
	for _, read := range r.Reads {
		if read.Cluster == cluster {
			databases = append(databases, read.Database)
		}
	}
	slices.Sort(databases)
	return databases
}

// Reached lists the namespaces whose pods may connect: clients and those of every user, each once.
func (c PostgresCluster) Reached() []string {
	all := slices.Clone(c.Clients)
	for _, u := range c.Users {
		all = append(all, u.Namespaces...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Owned gives the databases of a user.
func (c PostgresCluster) Owned(user string) (names []string) {
	for _, d := range c.Databases {
		if d.Owner == user {
			names = append(names, d.Name)
		}
	}
	return names
}

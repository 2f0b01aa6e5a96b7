package config

import (
	"regexp"
)

// ArangoDB is the `arangodb` section: one cluster for documents and graphs.
type ArangoDB struct {
	Name         string       `json:"name"`              // of the cluster, part of the names of its Services and Secrets
	Agents       ArangoGroup  `json:"agents"`            // keep the cluster's state by majority: an odd number, at least 3
	DBServers    ArangoGroup  `json:"dbservers"`         // hold the data, at least 2
	Coordinators ArangoGroup  `json:"coordinators"`      // answer clients, at least 2; they have no disk
	Replication  int          `json:"replication"`       // copies of a collection that does not say otherwise, 2 to the number of DB-servers
	Clients      []string     `json:"clients,omitempty"` // namespaces whose pods may connect
	Backup       ArangoBackup `json:"backup"`
}

// ArangoGroup is a set of equal servers, each on a machine of its own.
type ArangoGroup struct {
	Count     int `json:"count"`
	DiskGiB   int `json:"diskGiB,omitempty"` // of each server; may grow
	MemoryMiB int `json:"memoryMiB"`         // of each server
	CPUMillis int `json:"cpuMillis"`         // requested for each server, thousandths of a core
}

// ArangoBackup is when hot backups are made and where they go.
type ArangoBackup struct {
	User     string `json:"user"`     // of storage.minio.users
	Bucket   string `json:"bucket"`   // of storage.minio.buckets
	Schedule string `json:"schedule"` // five fields of cron, UTC
	Keep     int    `json:"keep"`     // backups
}

// Namespaces of the databases, which the backups come from.
const (
	ArangoDBNamespace = "arangodb"
	PostgresNamespace = "postgres"
)

var (
	databaseCluster = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$`)        // leaves room for what the operators add
	cron            = regexp.MustCompile(`^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$`) // as the PostgreSQL operator's definition has it
)

// Validate checks the section by itself.
func (a ArangoDB) Validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "name", a.Name, databaseCluster, "at most 30 lower-case letters, digits and dashes")...)
	if a.Agents.Count < 3 || a.Agents.Count%2 == 0 {
		errs = append(errs, at.Field("agents").Errorf("count", "must be odd and at least 3: a majority has to survive "+
			"the loss of one, and an even number survives no more failures than one less, got %d", a.Agents.Count))
	}
	errs = append(errs, between(at.Field("dbservers"), "count", a.DBServers.Count, 2, 100, "")...)
	errs = append(errs, between(at.Field("coordinators"), "count", a.Coordinators.Count, 2, 100, "")...)
	errs = append(errs, a.Agents.validate(at.Field("agents"), true)...)
	errs = append(errs, a.DBServers.validate(at.Field("dbservers"), true)...)
	errs = append(errs, a.Coordinators.validate(at.Field("coordinators"), false)...)
	if a.DBServers.Count >= 2 && (a.Replication < 2 || a.Replication > a.DBServers.Count) {
		errs = append(errs, at.Errorf("replication", "must be 2 to %d, the number of DB-servers: "+
			"a single copy is lost with its server, got %d", a.DBServers.Count, a.Replication))
	}
	errs = append(errs, clientNamespaces(at.Field("clients"), a.Clients)...)
	errs = append(errs, schedule(at.Field("backup"), a.Backup.Schedule)...)
	return append(errs, between(at.Field("backup"), "keep", a.Backup.Keep, 1, 365, " backups")...)
}

func (g ArangoGroup) validate(at Path, disk bool) (errs []error) {
	if disk {
		errs = append(errs, between(at, "diskGiB", g.DiskGiB, 1, 65536, " GiB")...)
	} else if g.DiskGiB != 0 {
		errs = append(errs, at.Errorf("diskGiB", "has no effect: these servers store nothing"))
	}
	errs = append(errs, between(at, "memoryMiB", g.MemoryMiB, 256, 1<<20, " MiB")...)
	return append(errs, between(at, "cpuMillis", g.CPUMillis, 50, 128000, " thousandths of a core")...)
}

// clientNamespaces checks a list of namespaces.
func clientNamespaces(at Path, namespaces []string) (errs []error) {
	seen := unique[string]{}
	for i, n := range namespaces {
		errs = append(errs, matches(at.Index(i), "", n, label, "the name of a namespace")...)
		if err := seen.add(n, at.Index(i)); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func schedule(at Path, fields string) []error {
	return matches(at, "schedule", fields, cron, `five fields of numbers, * and */n such as "30 3 * * *"`)
}

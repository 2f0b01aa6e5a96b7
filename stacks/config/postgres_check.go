package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	postgresVersions = []string{"13", "14", "15", "16", "17"}
	postgresRoles    = []string{"createdb", "createrole", "replication", "bypassrls"}
	postgresName     = regexp.MustCompile(`^[a-z]([a-z0-9_]{0,61}[a-z0-9])?$`)
	postgresSetting  = regexp.MustCompile(`^[a-z][a-z0-9_.]*$`)
	dumpRetention    = regexp.MustCompile(`^[1-9][0-9]* (day|week|month|year)s?$`)
	uuid             = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	// The server's own users, the operator's, and what the operator makes up for people and poolers.
	takenUsers     = []string{"postgres", "standby", "admin", "cron_admin", "pooler", "zalandos", "robot_zmon"}
	takenDatabases = []string{"postgres", "template0", "template1"}
	// Settings that the platform, the operator or its image decide.
	takenSettings = []string{"archive_command", "archive_mode", "config_file", "data_directory", "hba_file", "listen_addresses",
		"password_encryption", "port", "restore_command", "ssl", "ssl_ca_file", "ssl_cert_file", "ssl_key_file", "wal_level"}
)

// Validate checks the section by itself.
func (p Postgres) Validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "team", p.Team, databaseCluster, "at most 30 lower-case letters, digits and dashes")...)
	names := unique[string]{}
	for i, c := range p.Clusters {
		here := at.Field("clusters").Index(i)
		if err := names.add(c.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, matches(here, "name", c.Name, databaseCluster, "at most 30 lower-case letters, digits and dashes")...)
		if databaseCluster.MatchString(c.Name) && (!strings.HasPrefix(c.Name, p.Team+"-") || c.Name == p.Team+"-") {
			errs = append(errs, here.Errorf("name", "must begin with %s-, since the operator ignores clusters "+
				"that do not carry their team's name, got %q", p.Team, c.Name))
		}
		errs = append(errs, c.validate(here)...)
	}
	return append(errs, p.checkReaders(at.Field("readers"))...)
}

func (c PostgresCluster) validate(at Path) (errs []error) {
	if !slices.Contains(postgresVersions, c.Version) {
		errs = append(errs, at.Errorf("version", "must be one of %s, got %q", strings.Join(postgresVersions, ", "), c.Version))
	}
	errs = append(errs, between(at, "instances", c.Instances, 1, 15, "")...)
	errs = append(errs, between(at, "diskGiB", c.DiskGiB, 1, 65536, " GiB")...)
	errs = append(errs, between(at, "memoryMiB", c.MemoryMiB, 250, 1<<20, " MiB")...)
	errs = append(errs, between(at, "cpuMillis", c.CPUMillis, 50, 128000, " thousandths of a core")...)
	if c.Synchronous && c.Instances < 2 {
		errs = append(errs, at.Errorf("synchronous", "needs a second instance, instances is %d", c.Instances))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Parameters)) {
		here := at.Field("parameters").Field(name)
		errs = append(errs, matches(here, "", name, postgresSetting, "the name of a setting such as max_connections")...)
		if slices.Contains(takenSettings, name) {
			errs = append(errs, here.Errorf("", "is set by the platform"))
		}
	}
	errs = append(errs, clientNamespaces(at.Field("clients"), c.Clients)...)
	errs = append(errs, c.checkUsers(at)...)
	errs = append(errs, schedule(at.Field("backup"), c.Backup.Schedule)...)
	errs = append(errs, between(at.Field("backup"), "keep", c.Backup.Keep, 1, 365, " backups")...)
	if c.Dumps != nil {
		errs = append(errs, schedule(at.Field("dumps"), c.Dumps.Schedule)...)
		errs = append(errs, matches(at.Field("dumps"), "retention", c.Dumps.Retention, dumpRetention, "a time such as 14 days or 2 weeks")...)
	}
	if c.Restore != nil {
		errs = append(errs, c.Restore.validate(at.Field("restore"))...)
	}
	return errs
}

func (c PostgresCluster) checkUsers(at Path) (errs []error) {
	users, databases := unique[string]{}, unique[string]{}
	for i, u := range c.Users {
		here := at.Field("users").Index(i)
		if err := users.add(u.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, identifierOf(here, u.Name, takenUsers)...)
		roles := unique[string]{}
		for j, r := range u.Roles {
			role := here.Field("roles").Index(j)
			if !slices.Contains(postgresRoles, r) {
				errs = append(errs, role.Errorf("", "must be one of %s, got %q", strings.Join(postgresRoles, ", "), r))
			}
			if err := roles.add(r, role); err != nil {
				errs = append(errs, err)
			}
		}
		errs = append(errs, clientNamespaces(here.Field("namespaces"), u.Namespaces)...)
	}
	for i, d := range c.Databases {
		here := at.Field("databases").Index(i)
		if err := databases.add(d.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, identifierOf(here, d.Name, takenDatabases)...)
		if _, known := users[d.Owner]; !known {
			errs = append(errs, here.Errorf("owner", "%q is not one of %s", d.Owner, at.Field("users")))
		}
	}
	return errs
}

// identifierOf checks a name that needs no quotes in SQL and is nobody else's.
func identifierOf(at Path, name string, taken []string) []error {
	if slices.Contains(taken, name) || strings.HasPrefix(name, "pg_") {
		return []error{at.Errorf("name", "%s is a name of PostgreSQL's or the operator's own", name)}
	}
	return matches(at, "name", name, postgresName,
		"a PostgreSQL identifier without quotes: at most 63 lower-case letters, digits and underscores, from a letter on")
}

func (r PostgresRestore) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "cluster", r.Cluster, label, "the name of the cluster that wrote the backups")...)
	errs = append(errs, matches(at, "uid", r.UID, uuid, "the UID of the cluster that wrote the backups, part of their path in the bucket")...)
	// The operator's definition takes no Z for UTC.
	if _, err := time.Parse(time.RFC3339, r.Timestamp); err != nil || strings.HasSuffix(r.Timestamp, "Z") {
		errs = append(errs, at.Errorf("timestamp", "must be a time with an offset such as 2025-09-01T12:00:00+00:00, got %q", r.Timestamp))
	}
	return errs
}

package config

import "slices"

// firstReadable is the first major version with a role that reads everything.
const firstReadable = "14"

// checkReaders: the operator makes a reader in every cluster, so its name must be free and its role
// must exist in all of them.
func (p Postgres) checkReaders(at Path) (errs []error) {
	names := unique[string]{}
	for i, r := range p.Readers {
		here := at.Index(i)
		if err := names.add(r.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, identifierOf(here, r.Name, takenUsers)...)
		if len(r.Reads) == 0 {
			errs = append(errs, here.Errorf("reads", "is empty: a reader of nothing is of no use"))
		}
		databases := unique[PostgresRead]{}
		for j, read := range r.Reads {
			database := here.Field("reads").Index(j)
			if err := databases.add(read, database); err != nil {
				errs = append(errs, err)
			}
			errs = append(errs, p.checkRead(database, read)...)
		}
		for j, c := range p.Clusters {
			if slices.ContainsFunc(c.Users, func(u PostgresUser) bool { return u.Name == r.Name }) {
				errs = append(errs, here.Errorf("name", "%s is also a user of postgres.clusters[%d], where it may write", r.Name, j))
			}
		}
	}
	for i, c := range p.Clusters {
		if len(p.Readers) > 0 && slices.Contains(postgresVersions, c.Version) && c.Version < firstReadable {
			errs = append(errs, Path("postgres.clusters").Index(i).Errorf("version",
				"%s has no role that only reads, which postgres.readers need: %s or newer", c.Version, firstReadable))
		}
	}
	return errs
}

func (p Postgres) checkRead(at Path, read PostgresRead) []error {
	c, known := p.Cluster(read.Cluster)
	if !known {
		return []error{at.Errorf("cluster", "%q is not one of postgres.clusters", read.Cluster)}
	}
	if !slices.ContainsFunc(c.Databases, func(d PostgresDB) bool { return d.Name == read.Database }) {
		return []error{at.Errorf("database", "%q is not one of the databases of %s", read.Database, read.Cluster)}
	}
	return nil
}

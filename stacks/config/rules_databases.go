package config

import "slices"

// databasesFit: servers need machines with room for them, and backups a bucket that lets them in.
func (c *Config) databasesFit() (errs []error) {
	a := c.ArangoDB
	for _, g := range []struct {
		key   string
		group ArangoGroup
	}{{"agents", a.Agents}, {"dbservers", a.DBServers}} {
		errs = append(errs, c.serversFit(Path("arangodb").Field(g.key), "count", g.group.Count, g.group.DiskGiB, g.group.MemoryMiB)...)
	}
	errs = append(errs, c.backupFits("arangodb.backup", a.Backup.User, a.Backup.Bucket, ArangoDBNamespace)...)
	p := c.Postgres
	errs = append(errs, c.backupFits("postgres.backup", p.Backup.User, p.Backup.Bucket, PostgresNamespace)...)
	for _, b := range c.Storage.MinIO.Buckets {
		if b.Name == p.Backup.Bucket && b.ExpireDays > 0 {
			errs = append(errs, Path("postgres.backup").Errorf("bucket", "%s deletes objects after %d days: "+
				"that would tear holes into backups still needed; set its expireDays to 0", b.Name, b.ExpireDays))
		}
	}
	for i, cluster := range p.Clusters {
		at := Path("postgres.clusters").Index(i)
		errs = append(errs, c.serversFit(at, "instances", cluster.Instances, cluster.DiskGiB, cluster.MemoryMiB)...)
		for j, u := range cluster.Users {
			for k, n := range u.Namespaces {
				if !slices.Contains(c.Kafka.Namespaces, n) {
					errs = append(errs, at.Field("users").Index(j).Field("namespaces").Index(k).Errorf("", "%q is not one of kafka.namespaces", n))
				}
			}
		}
	}
	return errs
}

// serversFit checks equal servers, each on a machine of its own with a volume of Linstor.
func (c *Config) serversFit(at Path, field string, count, diskGiB, memoryMiB int) (errs []error) {
	// That there is none at all is storage.linstor's to say.
	if machines := len(c.linstorDisks()); machines > 0 && count > machines {
		errs = append(errs, at.Errorf(field, "%d servers need as many machines labelled %s, compute.pools have %d",
			count, LinstorLabel, machines))
	}
	for i, m := range c.Compute.Pools {
		if m.Labels[LinstorLabel] != "true" {
			continue
		}
		if m.DataDiskGiB > 0 && diskGiB >= m.DataDiskGiB {
			errs = append(errs, at.Errorf("diskGiB", "%d GiB do not fit beside other volumes on the data disk of %d GiB of compute.pools[%d]",
				diskGiB, m.DataDiskGiB, i))
		}
		if memoryMiB >= m.MemoryMiB {
			errs = append(errs, at.Errorf("memoryMiB", "%d MiB do not fit into the %d MiB of compute.pools[%d]", memoryMiB, m.MemoryMiB, i))
		}
	}
	return errs
}

// backupFits: old backups are deleted, which takes both kinds of access.
func (c *Config) backupFits(at Path, name, bucket, namespace string) (errs []error) {
	known := slices.ContainsFunc(c.Storage.MinIO.Buckets, func(b Bucket) bool { return b.Name == bucket })
	if !known {
		errs = append(errs, at.Errorf("bucket", "%q is not one of storage.minio.buckets", bucket))
	}
	user, found := c.Storage.MinIO.User(name)
	if !found {
		return append(errs, at.Errorf("user", "%q is not one of storage.minio.users", name))
	}
	if known && !user.Can(bucket, ReadWrite) {
		errs = append(errs, at.Errorf("user", "%s has no readwrite access to bucket %s, which takes granting it in storage.minio.users", name, bucket))
	}
	if !slices.Contains(user.Namespaces, namespace) {
		errs = append(errs, at.Errorf("user", "%s may not come from namespace %s, where the backups are made: add it to the user's namespaces", name, namespace))
	}
	return errs
}

package config

import (
	"slices"
	"strings"
)

// VaultNamespace is where Vault's servers run.
const VaultNamespace = "vault"

// s3Keys are what the platform writes into Vault for each user of the object store.
var s3Keys = []string{"access-key", "secret-key", "endpoint", "region"}

// vaultFits: servers need machines, snapshots a bucket, and consumers a namespace and secrets that exist.
func (c *Config) vaultFits() (errs []error) {
	v := c.Vault
	errs = append(errs, c.serversFit("vault", "replicas", v.Replicas, v.DiskGiB+v.AuditGiB, 0)...)
	errs = append(errs, c.snapshotsFit("vault.snapshots")...)
	for i, n := range v.Namespaces {
		if slices.Contains(c.Kafka.Namespaces, n) {
			errs = append(errs, Path("vault.namespaces").Index(i).Errorf("", "%q is one of kafka.namespaces already: a namespace has one owner", n))
		}
	}
	known := slices.Concat(v.Namespaces, c.Kafka.Namespaces)
	for i, r := range v.Roles {
		if !slices.Contains(known, r.Namespace) {
			errs = append(errs, Path("vault.roles").Index(i).Errorf("namespace", "%q is neither one of vault.namespaces nor of kafka.namespaces", r.Namespace))
		}
	}
	for i, consumer := range v.Consumers {
		at := Path("vault.consumers").Index(i)
		if !slices.Contains(known, consumer.Namespace) {
			errs = append(errs, at.Errorf("namespace", "%q is neither one of vault.namespaces nor of kafka.namespaces", consumer.Namespace))
		}
		for j, f := range consumer.Files {
			errs = append(errs, c.secretExists(at.Field("files").Index(j), f)...)
		}
	}
	return errs
}

// secretExists: what stands below platform/ is written by the platform, so it is known here.
func (c *Config) secretExists(at Path, f VaultFile) []error {
	name, own := strings.CutPrefix(f.Secret, "platform/")
	if !own {
		return nil // people write it
	}
	user, s3 := strings.CutPrefix(name, "s3/")
	if _, found := c.Storage.MinIO.User(user); !s3 || !found {
		return []error{at.Errorf("secret", "%q is not written by the platform, which writes platform/s3/<one of storage.minio.users>", f.Secret)}
	}
	if !slices.Contains(s3Keys, f.Key) {
		return []error{at.Errorf("key", "%q is not one of %s", f.Key, strings.Join(s3Keys, ", "))}
	}
	return nil
}

func (c *Config) snapshotsFit(at Path) (errs []error) {
	s := c.Vault.Snapshots
	if !slices.ContainsFunc(c.Storage.MinIO.Buckets, func(b Bucket) bool { return b.Name == s.Bucket }) {
		return []error{at.Errorf("bucket", "%q is not one of storage.minio.buckets", s.Bucket)}
	}
	user, found := c.Storage.MinIO.User(s.User)
	if !found {
		return []error{at.Errorf("user", "%q is not one of storage.minio.users", s.User)}
	}
	if !user.Can(s.Bucket, Write) && !user.Can(s.Bucket, ReadWrite) {
		errs = append(errs, at.Errorf("user", "%s has no write access to bucket %s, which takes granting it in storage.minio.users", s.User, s.Bucket))
	}
	if !slices.Contains(user.Namespaces, VaultNamespace) {
		errs = append(errs, at.Errorf("user", "%s may not come from namespace %s, where the snapshots are made: add it to the user's namespaces", s.User, VaultNamespace))
	}
	return errs
}

package postgres

import (
	"maps"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// spec is that of the postgresql object.
func (a Args) spec() pulumi.Map {
	users, databases := pulumi.Map{}, pulumi.StringMap{}
	for _, u := range a.Users {
		users[u.Name] = pulumi.ToStringArray(append([]string{}, u.Roles...))
	}
	for _, d := range a.Databases {
		databases[d.Name] = pulumi.String(d.Owner)
	}
	memory := pulumi.Sprintf("%dMi", a.MemoryMiB)
	spec := pulumi.Map{
		"teamId":            pulumi.String(a.Team),
		"numberOfInstances": pulumi.Int(a.Instances),
		"postgresql":        pulumi.Map{"version": pulumi.String(a.Version), "parameters": a.parameters()},
		"volume":            pulumi.Map{"size": pulumi.Sprintf("%dGi", a.DiskGiB), "storageClass": pulumi.String(a.StorageClass)},
		"resources": pulumi.Map{
			"requests": pulumi.Map{"cpu": pulumi.Sprintf("%dm", a.CPUMillis), "memory": memory},
			"limits":   pulumi.Map{"memory": memory},
		},
		"users":     users,
		"databases": databases,
		"patroni": pulumi.Map{
			"pg_hba":           pulumi.ToStringArray(a.access()),
			"synchronous_mode": pulumi.Bool(a.Synchronous && a.Instances > 1),
		},
		"tls": pulumi.Map{"secretName": pulumi.String(certificate(a.Name)), "caFile": pulumi.String("ca.crt")},
		// Not as root; the group also owns the servers' key.
		"spiloRunAsUser": pulumi.Int(runAsUser), "spiloRunAsGroup": pulumi.Int(runAsGroup), "spiloFSGroup": pulumi.Int(runAsGroup),
		"env":                 a.environment(),
		"enableLogicalBackup": pulumi.Bool(a.Logical != nil),
	}
	if a.Logical != nil {
		spec["logicalBackupSchedule"] = pulumi.String(a.Logical.Schedule)
		spec["logicalBackupRetention"] = pulumi.String(a.Logical.Retention)
	}
	if r := a.Restore; r != nil {
		spec["clone"] = pulumi.Map{
			"cluster": pulumi.String(r.Cluster), "uid": pulumi.String(r.UID), "timestamp": pulumi.String(r.Timestamp),
		}
	}
	return spec
}

// parameters adds the platform's own. The operator hashes passwords by this setting too, and
// falls back to MD5 without it.
func (a Args) parameters() pulumi.StringMap {
	all := map[string]string{"password_encryption": "scram-sha-256", "ssl_min_protocol_version": "TLSv1.2"}
	maps.Copy(all, a.Parameters)
	return pulumi.ToStringMap(all)
}

// environment leads WAL-G to the store. Without the authority's file it hangs instead of failing.
func (a Args) environment() (env pulumi.Array) {
	s3 := a.Operator.s3
	add := func(name, value string) {
		env = append(env, pulumi.Map{"name": pulumi.String(name), "value": pulumi.String(value)})
	}
	store := func(prefix string) {
		add(prefix+"AWS_ENDPOINT", s3.Endpoint)
		add(prefix+"AWS_REGION", s3.Region)
		add(prefix+"AWS_S3_FORCE_PATH_STYLE", "true")
		add(prefix+"WALG_DISABLE_S3_SSE", "true")
		add(prefix+"WALG_S3_CA_CERT_FILE", storeCAFile)
		for _, key := range []string{accessKey, secretKey} {
			env = append(env, pulumi.Map{"name": pulumi.String(prefix + key), "valueFrom": pulumi.Map{
				"secretKeyRef": pulumi.Map{"name": pulumi.String(storeSecret), "key": pulumi.String(key)},
			}})
		}
	}
	add("USE_WALG_BACKUP", "true")
	add("USE_WALG_RESTORE", "true")
	add("BACKUP_SCHEDULE", a.Backup.Schedule)
	add("BACKUP_NUM_TO_RETAIN", strconv.Itoa(a.Backup.Keep))
	store("")
	if a.Restore != nil {
		add("CLONE_USE_WALG_RESTORE", "true")
		store("CLONE_")
	}
	return env
}

package config

import "testing"

func TestDatabaseRefusals(t *testing.T) { refuse(t, databaseRefusals) }

const (
	cronWords = `must be five fields of numbers, * and */n such as "30 3 * * *", got `
	pgName    = "must be a PostgreSQL identifier without quotes: at most 63 lower-case letters, digits and underscores, from a letter on, got "
	pg        = "postgres.clusters[0]"
)

var databaseRefusals = map[string]refusal{
	"arangodb name": {edits{"arangodb.name": "Arango"}, []string{
		`arangodb.name: must be at most 30 lower-case letters, digits and dashes, got "Arango"`}},
	"even number of agents": {edits{"arangodb.agents.count": 4}, []string{
		"arangodb.agents.count: must be odd and at least 3: a majority has to survive the loss of one, " +
			"and an even number survives no more failures than one less, got 4"}},
	"one agent": {edits{"arangodb.agents.count": 1}, []string{
		"arangodb.agents.count: must be odd and at least 3: a majority has to survive the loss of one, " +
			"and an even number survives no more failures than one less, got 1"}},
	"one of each": {edits{"arangodb.dbservers.count": 1, "arangodb.coordinators.count": 1}, []string{
		"arangodb.dbservers.count: must be 2 to 100, got 1",
		"arangodb.coordinators.count: must be 2 to 100, got 1"}},
	"single copies": {edits{"arangodb.replication": 1}, []string{
		"arangodb.replication: must be 2 to 3, the number of DB-servers: a single copy is lost with its server, got 1"}},
	"more copies than servers": {edits{"arangodb.replication": 4}, []string{
		"arangodb.replication: must be 2 to 3, the number of DB-servers: a single copy is lost with its server, got 4"}},
	"sizes of arangodb": {edits{"arangodb.agents.diskGiB": 0, "arangodb.dbservers.memoryMiB": 100, "arangodb.coordinators.cpuMillis": 1,
		"arangodb.coordinators.diskGiB": 5}, []string{
		"arangodb.agents.diskGiB: must be 1 to 65536 GiB, got 0",
		"arangodb.dbservers.memoryMiB: must be 256 to 1048576 MiB, got 100",
		"arangodb.coordinators.diskGiB: has no effect: these servers store nothing",
		"arangodb.coordinators.cpuMillis: must be 50 to 128000 thousandths of a core, got 1"}},
	"arangodb does not fit": {edits{"arangodb.dbservers.count": 9, "arangodb.dbservers.diskGiB": 500, "arangodb.dbservers.memoryMiB": 32768}, []string{
		"arangodb.dbservers.count: 9 servers need as many machines labelled storage.streamforge/linstor, compute.pools have 8",
		"arangodb.dbservers.diskGiB: 500 GiB do not fit beside other volumes on the data disk of 500 GiB of compute.pools[1]",
		"arangodb.dbservers.memoryMiB: 32768 MiB do not fit into the 32768 MiB of compute.pools[1]"}},
	"arangodb clients": {edits{"arangodb.clients": []any{"streams", "Streams", "streams"}}, []string{
		`arangodb.clients[1]: must be the name of a namespace, got "Streams"`,
		"arangodb.clients[2]: streams is already used by arangodb.clients[0]"}},
	"arangodb schedule": {edits{"arangodb.backup.schedule": "@daily", "arangodb.backup.keep": 0}, []string{
		"arangodb.backup.schedule: " + cronWords + `"@daily"`,
		"arangodb.backup.keep: must be 1 to 365 backups, got 0"}},
	"backup bucket and user unknown": {edits{"arangodb.backup.bucket": "backups", "arangodb.backup.user": "backup"}, []string{
		`arangodb.backup.bucket: "backups" is not one of storage.minio.buckets`,
		`arangodb.backup.user: "backup" is not one of storage.minio.users`}},
	"backup user of another": {edits{"arangodb.backup.user": "postgres"}, []string{
		"arangodb.backup.user: postgres has no readwrite access to bucket backups-arangodb, which takes granting it in storage.minio.users",
		"arangodb.backup.user: postgres may not come from namespace arangodb, where the backups are made: add it to the user's namespaces"}},
	"backup user only reads": {edits{"storage.minio.users[2].grants[0].access": "read"}, []string{
		"postgres.backup.user: postgres has no readwrite access to bucket backups-postgres, which takes granting it in storage.minio.users"}},
	"backups expire": {edits{"storage.minio.buckets[2].expireDays": 30}, []string{
		"postgres.backup.bucket: backups-postgres deletes objects after 30 days: that would tear holes into backups still needed; set its expireDays to 0"}},
	"cluster of another team": {edits{"postgres.readers": nil, pg + ".name": "acid-pg"}, []string{
		pg + `.name: must begin with streamforge-, since the operator ignores clusters that do not carry their team's name, got "acid-pg"`,
		`identity.database.cluster: "streamforge-pg" is not one of postgres.clusters`}},
	"names of team and cluster": {edits{"postgres.readers": nil, "postgres.team": "Stream_Forge", pg + ".name": "Pg"}, []string{
		`postgres.team: must be at most 30 lower-case letters, digits and dashes, got "Stream_Forge"`,
		pg + `.name: must be at most 30 lower-case letters, digits and dashes, got "Pg"`,
		`identity.database.cluster: "streamforge-pg" is not one of postgres.clusters`}},
	"version":             {edits{pg + ".version": "12"}, []string{pg + `.version: must be one of 13, 14, 15, 16, 17, got "12"`}},
	"version as a number": {edits{pg + ".version": 17}, []string{pg + ".version: must be a string, got 17"}},
	"no instance":         {edits{pg + ".instances": 0, pg + ".synchronous": nil}, []string{pg + ".instances: must be 1 to 15, got 0"}},
	"synchronous to whom": {edits{pg + ".instances": 1}, []string{pg + ".synchronous: needs a second instance, instances is 1"}},
	"sizes of postgres": {edits{pg + ".diskGiB": 0, pg + ".memoryMiB": 128, pg + ".cpuMillis": 10}, []string{
		pg + ".diskGiB: must be 1 to 65536 GiB, got 0",
		pg + ".memoryMiB: must be 250 to 1048576 MiB, got 128",
		pg + ".cpuMillis: must be 50 to 128000 thousandths of a core, got 10"}},
	"postgres does not fit": {edits{pg + ".instances": 9, pg + ".diskGiB": 600, pg + ".memoryMiB": 65536}, []string{
		pg + ".instances: 9 servers need as many machines labelled storage.streamforge/linstor, compute.pools have 8",
		pg + ".diskGiB: 600 GiB do not fit beside other volumes on the data disk of 500 GiB of compute.pools[1]",
		pg + ".memoryMiB: 65536 MiB do not fit into the 32768 MiB of compute.pools[1]"}},
	"parameters": {edits{pg + ".parameters": map[string]any{"ssl": "off", "Max": "1"}}, []string{
		pg + `.parameters.Max: must be the name of a setting such as max_connections, got "Max"`,
		pg + ".parameters.ssl: is set by the platform"}},
	"user names": {edits{"postgres.readers": nil, pg + ".users[0].name": "standby", pg + ".users[1].name": "my-user", pg + ".databases": []any{}}, []string{
		pg + ".users[0].name: standby is a name of PostgreSQL's or the operator's own",
		pg + ".users[1].name: " + pgName + `"my-user"`,
		`identity.database.name: streamforge-pg has no database "keycloak" that belongs to user "keycloak"`}},
	"user twice": {edits{pg + ".users[1].name": "signals", pg + ".databases[1].owner": "signals"}, []string{
		pg + ".users[1].name: signals is already used by " + pg + ".users[0].name"}},
	"superuser": {edits{pg + ".users[1].roles": []any{"superuser", "createdb", "createdb"}}, []string{
		pg + `.users[1].roles[0]: must be one of createdb, createrole, replication, bypassrls, got "superuser"`,
		pg + ".users[1].roles[2]: createdb is already used by " + pg + ".users[1].roles[1]"}},
	"namespace of a user": {edits{pg + ".users[0].namespaces": []any{"keycloak"}}, []string{
		pg + `.users[0].namespaces[0]: "keycloak" is not one of kafka.namespaces`}},
	"owner unknown": {edits{pg + ".databases[0].owner": "nobody"}, []string{
		pg + `.databases[0].owner: "nobody" is not one of ` + pg + ".users"}},
	"database names": {edits{"postgres.readers": nil, pg + ".databases[0].name": "template1", pg + ".databases[1].name": "1st"}, []string{
		pg + ".databases[0].name: template1 is a name of PostgreSQL's or the operator's own",
		pg + ".databases[1].name: " + pgName + `"1st"`}},
	"database twice": {edits{"postgres.readers": nil, pg + ".databases[1].name": "signals"}, []string{
		pg + ".databases[1].name: signals is already used by " + pg + ".databases[0].name"}},
	"backups of postgres": {edits{pg + ".backup.schedule": "0 1 * *", pg + ".backup.keep": 400}, []string{
		pg + ".backup.schedule: " + cronWords + `"0 1 * *"`,
		pg + ".backup.keep: must be 1 to 365 backups, got 400"}},
	"dumps": {edits{pg + ".dumps": map[string]any{"schedule": "weekly", "retention": "8w"}}, []string{
		pg + ".dumps.schedule: " + cronWords + `"weekly"`,
		pg + `.dumps.retention: must be a time such as 14 days or 2 weeks, got "8w"`}},
	"restore": {edits{pg + ".restore": map[string]any{"cluster": "Pg", "uid": "x", "timestamp": "2025-09-01T12:00:00Z"}}, []string{
		pg + `.restore.cluster: must be the name of the cluster that wrote the backups, got "Pg"`,
		pg + `.restore.uid: must be the UID of the cluster that wrote the backups, part of their path in the bucket, got "x"`,
		pg + `.restore.timestamp: must be a time with an offset such as 2025-09-01T12:00:00+00:00, got "2025-09-01T12:00:00Z"`}},
	"readers": {edits{"postgres.readers": []any{
		map[string]any{"name": "pg_all", "reads": []any{}},
		map[string]any{"name": "signals", "reads": []any{map[string]any{"cluster": "streamforge-pg", "database": "signals"}}},
		map[string]any{"name": "signals", "reads": []any{
			map[string]any{"cluster": "other", "database": "signals"}, map[string]any{"cluster": "streamforge-pg", "database": "nothing"},
			map[string]any{"cluster": "streamforge-pg", "database": "signals"}, map[string]any{"cluster": "streamforge-pg", "database": "signals"},
		}}}}, []string{
		"postgres.readers[0].name: pg_all is a name of PostgreSQL's or the operator's own",
		"postgres.readers[0].reads: is empty: a reader of nothing is of no use",
		"postgres.readers[1].name: signals is also a user of postgres.clusters[0], where it may write",
		"postgres.readers[2].name: signals is already used by postgres.readers[1].name",
		`postgres.readers[2].reads[0].cluster: "other" is not one of postgres.clusters`,
		`postgres.readers[2].reads[1].database: "nothing" is not one of the databases of streamforge-pg`,
		"postgres.readers[2].reads[3]: {streamforge-pg signals} is already used by postgres.readers[2].reads[2]",
		"postgres.readers[2].name: signals is also a user of postgres.clusters[0], where it may write"}},
	"too old to be read": {edits{pg + ".version": "13"}, []string{
		pg + ".version: 13 has no role that only reads, which postgres.readers need: 14 or newer"}},
	"namespaces of the databases": {edits{"kafka.namespaces": []any{"streams", "postgres", "arangodb"}}, []string{
		"kafka.namespaces[1]: postgres belongs to the platform itself",
		"kafka.namespaces[2]: arangodb belongs to the platform itself"}},
}

package config

import "testing"

func TestStorageRefusals(t *testing.T) { refuse(t, storageRefusals) }

var storageRefusals = map[string]refusal{
	"section without block storage": {edits{"storage.linstor": nil, "storage.minio": nil}, []string{
		"storage.linstor: missing, required", "storage.minio: missing, required"}},
	"device is no path": {edits{"storage.linstor.device": "sdb"}, []string{
		`storage.linstor.device: must be the path of a disk such as /dev/sdb, got "sdb"`}},
	"device is the system disk": {edits{"storage.linstor.device": "/dev/sda"}, []string{
		"storage.linstor.device: /dev/sda is the machines' system disk"}},
	"one copy is no replication": {edits{"storage.linstor.replicas": 1}, []string{
		"storage.linstor.replicas: must be 2 to 3, got 1"}},
	"class names": {edits{"storage.linstor.replicatedClass": "Linstor R2", "storage.linstor.snapshotClass": "", "storage.nfs.class": "NFS"}, []string{
		`storage.nfs.class: must be lower-case letters, digits and dashes, got "NFS"`,
		`storage.linstor.replicatedClass: must be lower-case letters, digits and dashes, got "Linstor R2"`,
		`storage.linstor.snapshotClass: must be lower-case letters, digits and dashes, got ""`}},
	"one class twice": {edits{"storage.linstor.localClass": "linstor-r2", "storage.gluster.class": "nfs-client"}, []string{
		"storage.linstor.localClass: linstor-r2 is already used by storage.linstor.replicatedClass",
		"storage.gluster.class: nfs-client is already used by storage.nfs.class"}},
	"no machine for linstor": {edits{"compute.pools[1].labels": nil}, []string{
		"storage.linstor.replicas: 2 copies and their quorum need at least 3 machines labelled storage.streamforge/linstor, compute.pools have 0",
		"storage.minio.nodes: 4 servers need as many machines labelled storage.streamforge/linstor, compute.pools have 0",
		"kafka.cluster.pools[0].replicas: 3 nodes need as many machines labelled storage.streamforge/linstor, compute.pools have 0",
		"kafka.cluster.pools[1].replicas: 3 nodes need as many machines labelled storage.streamforge/linstor, compute.pools have 0"}},
	"label without a disk": {edits{"compute.pools[1].dataDiskGiB": nil}, []string{
		"compute.pools[1].dataDiskGiB: is 0, but the label storage.streamforge/linstor promises Linstor a disk on these machines"}},
	"gluster": {edits{"storage.gluster": map[string]any{"server": "gluster", "volume": "/gv0", "class": "glusterfs", "sizeGiB": 0,
		"mountOptions": []any{"hard", "nfsvers=4.1,hard"}}}, []string{
		`storage.gluster.server: must be an address or a DNS name of at least two labels, got "gluster"`,
		`storage.gluster.volume: must be the name of a Gluster volume such as gv0, got "/gv0"`,
		"storage.gluster.sizeGiB: must be 1 to 1048576 GiB, got 0",
		`storage.gluster.mountOptions[1]: must be one mount option, got "nfsvers=4.1,hard"`}},
	"gluster inside the pool": {edits{"storage.gluster.server": "192.168.1.170"}, []string{
		"storage.gluster.server: 192.168.1.170 is inside MetalLB's pool 192.168.1.153-192.168.1.179, which must hold no other machine"}},
	"minio with three nodes": {edits{"storage.minio.nodes": 3}, []string{
		"storage.minio.nodes: must be 4 to 16: fewer drives have no erasure coding that survives a failure during maintenance, " +
			"more would not form one erasure set, got 3"}},
	"minio with more nodes than machines": {edits{"storage.minio.nodes": 9}, []string{
		"storage.minio.nodes: 9 servers need as many machines labelled storage.streamforge/linstor, compute.pools have 8"}},
	"parity beyond half": {edits{"storage.minio.parity": 3}, []string{
		"storage.minio.parity: must be 2 to 2, half of the 4 drives, got 3"}},
	"parity of one": {edits{"storage.minio.nodes": 8, "storage.minio.parity": 1}, []string{
		"storage.minio.parity: must be 2 to 4, half of the 8 drives, got 1"}},
	"drive larger than the disk": {edits{"storage.minio.driveGiB": 500}, []string{
		"storage.minio.driveGiB: 500 GiB do not fit beside other volumes on the data disk of 500 GiB of compute.pools[1]"}},
	"drive of nothing": {edits{"storage.minio.driveGiB": 0}, []string{"storage.minio.driveGiB: must be 1 to 65536 GiB, got 0"}},
	"region":           {edits{"storage.minio.region": "US East"}, []string{`storage.minio.region: must be lower-case letters, digits and dashes, got "US East"`}},
	"bucket names": {edits{
		"storage.minio.buckets[0].name": "Models", "storage.minio.buckets[1].name": "10.0.0.1", "storage.minio.users": []any{}}, []string{
		`storage.minio.buckets[0].name: must be an S3 bucket name: 3 to 63 lower-case letters, digits, dots and dashes, and no address, got "Models"`,
		`storage.minio.buckets[1].name: must be an S3 bucket name: 3 to 63 lower-case letters, digits, dots and dashes, and no address, got "10.0.0.1"`,
		`arangodb.backup.user: "arangodb" is not one of storage.minio.users`,
		`postgres.backup.user: "postgres" is not one of storage.minio.users`,
		`vault.snapshots.user: "vault" is not one of storage.minio.users`,
		`vault.consumers[0].files[0].secret: "platform/s3/gnn" ` + notWritten,
		`vault.consumers[0].files[1].secret: "platform/s3/gnn" ` + notWritten}},
	"bucket twice": {edits{"storage.minio.buckets[1].name": "models-gnn", "storage.minio.users[1].grants[0].bucket": "backups-postgres"}, []string{
		"storage.minio.buckets[1].name: models-gnn is already used by storage.minio.buckets[0].name"}},
	"versions without versioning": {edits{"storage.minio.buckets[0].versioning": false}, []string{
		"storage.minio.buckets[0].noncurrentDays: has no effect without versioning, which is false"}},
	"days": {edits{"storage.minio.buckets[0].noncurrentDays": -1, "storage.minio.buckets[3].expireDays": 40000}, []string{
		"storage.minio.buckets[0].noncurrentDays: must be 0 to 36500 days, got -1",
		"storage.minio.buckets[3].expireDays: must be 0 to 36500 days, got 40000"}},
	"users": {edits{"storage.minio.users[0].name": "g", "storage.minio.users[1].name": "readonly", "storage.minio.users[2].name": "arangodb"}, []string{
		`storage.minio.users[0].name: must be 3 to 20 lower-case letters, digits and dashes, got "g"`,
		"storage.minio.users[1].name: readonly is a name of MinIO's own",
		"storage.minio.users[3].name: arangodb is already used by storage.minio.users[2].name",
		"arangodb.backup.user: arangodb has no readwrite access to bucket backups-arangodb, which takes granting it in storage.minio.users",
		"arangodb.backup.user: arangodb may not come from namespace arangodb, where the backups are made: add it to the user's namespaces",
		`postgres.backup.user: "postgres" is not one of storage.minio.users`,
		`vault.consumers[0].files[0].secret: "platform/s3/gnn" ` + notWritten,
		`vault.consumers[0].files[1].secret: "platform/s3/gnn" ` + notWritten}},
	"user without a bucket": {edits{"storage.minio.users[0].grants": []any{}}, []string{
		"storage.minio.users[0].grants: must name at least one bucket, or leave the user out"}},
	"grants": {edits{"storage.minio.users[1].grants": []any{
		map[string]any{"bucket": "models", "access": "read"}, map[string]any{"bucket": "models-ppo", "access": "all"},
		map[string]any{"bucket": "models-ppo", "access": "read"}}}, []string{
		`storage.minio.users[1].grants[0].bucket: "models" is not one of storage.minio.buckets`,
		`storage.minio.users[1].grants[1].access: must be read, write or readwrite, got "all"`,
		"storage.minio.users[1].grants[2].bucket: models-ppo is already used by storage.minio.users[1].grants[1].bucket"}},
	"namespace of a user": {edits{"storage.minio.users[0].namespaces": []any{"ml", "Machine Learning"}}, []string{
		`storage.minio.users[0].namespaces[1]: must be the name of a namespace, got "Machine Learning"`}},
}

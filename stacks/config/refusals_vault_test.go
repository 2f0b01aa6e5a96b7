package config

import "testing"

// How messages about Vault go on.
const (
	notWritten = "is not written by the platform, which writes platform/s3/<one of storage.minio.users>"
	noLabel    = "must be at most 63 lower-case letters, digits and dashes, got "
	unowned    = "is neither one of vault.namespaces nor of kafka.namespaces"
)

var vaultRefusals = map[string]refusal{
	"addresses": {edits{"vault.address": "http://vault.dmz.home", "vault.apiServer": "https://k2.dmz.home/api", "vault.auditFile": "audit.log"}, []string{
		`vault.address: must be an https address without a path, got "http://vault.dmz.home"`,
		`vault.apiServer: must be an https address without a path, got "https://k2.dmz.home/api"`,
		`vault.auditFile: must be an absolute path, got "audit.log"`}},
	"servers": {edits{"vault.replicas": 2, "vault.diskGiB": 0, "vault.auditGiB": 1001}, []string{
		"vault.replicas: must be 1, 3 or 5, got 2", "vault.diskGiB: must be 1 to 1000, got 0", "vault.auditGiB: must be 1 to 1000, got 1001",
		"vault.diskGiB: 1001 GiB do not fit beside other volumes on the data disk of 500 GiB of compute.pools[1]"}},
	"namespaces": {edits{"vault.namespaces": []any{"ml", "ml", "My_Space", "streams"}}, []string{
		"vault.namespaces[1]: ml is already used by vault.namespaces[0]",
		"vault.namespaces[2]: " + noLabel + `"My_Space"`,
		`vault.namespaces[3]: "streams" is one of kafka.namespaces already: a namespace has one owner`}},
	"snapshots": {edits{"vault.snapshots.user": "gnn", "vault.snapshots.schedule": "nightly"}, []string{
		`vault.snapshots.schedule: must be five fields of numbers, * and */n such as "30 3 * * *", got "nightly"`,
		"vault.snapshots.user: gnn has no write access to bucket backups-vault, which takes granting it in storage.minio.users",
		"vault.snapshots.user: gnn may not come from namespace vault, where the snapshots are made: add it to the user's namespaces"}},
	"snapshots of nobody": {edits{"vault.snapshots.user": "nobody"}, []string{
		`vault.snapshots.user: "nobody" is not one of storage.minio.users`}},
	"snapshots into nothing": {edits{"vault.snapshots.bucket": "nothing"}, []string{
		`vault.snapshots.bucket: "nothing" is not one of storage.minio.buckets`}},
	"policy names": {edits{"vault.policies[0].name": "root"}, []string{
		"vault.policies[0].name: root is a name of Vault's or the platform's own",
		`vault.roles[0].policies: "experiments" is not one of vault.policies`}},
	"policy without rules": {edits{"vault.policies[0].rules": []any{}}, []string{
		"vault.policies[0].rules: is empty: the policy would allow nothing"}},
	"rules": {edits{"vault.policies[0].rules[0].path": "kv/*/a", "vault.policies[0].rules[1].capabilities": []any{"read", "deny", "root"}}, []string{
		`vault.policies[0].rules[0].path: must be a path of Vault such as kv/data/apps/*, got "kv/*/a"`,
		`vault.policies[0].rules[1].capabilities: "root" is not one of create, read, update, patch, delete, list, deny`,
		"vault.policies[0].rules[1].capabilities: deny stands alone: it wins over everything else"}},
	"rule that allows nothing": {edits{"vault.policies[0].rules[0].capabilities": []any{}}, []string{
		"vault.policies[0].rules[0].capabilities: is empty, name some of create, read, update, patch, delete, list, deny"}},
	"roles": {edits{"vault.roles[0].namespace": "default", "vault.roles[0].serviceAccounts": []any{"*"}, "vault.roles[0].ttlMinutes": 0}, []string{
		`vault.roles[0].serviceAccounts[0]: ` + "must be at most 63 lower-case letters, digits and dashes; a role names its accounts, got " + `"*"`,
		"vault.roles[0].ttlMinutes: must be 1 to 1440, got 0",
		`vault.roles[0].namespace: "default" ` + unowned}},
	"role without accounts": {edits{"vault.roles[0].serviceAccounts": []any{}}, []string{
		"vault.roles[0].serviceAccounts: is empty: nobody could log in"}},
	"a role and a consumer of one name": {edits{"vault.consumers[0].name": "experiments"}, []string{
		"vault.consumers[0].name: experiments is already used by vault.roles[0].name"}},
	"the snapshots' own role": {edits{"vault.roles[0].name": "vault-snapshot"}, []string{
		"vault.roles[0].name: vault-snapshot is already used by the snapshots"}},
	"consumer": {edits{"vault.consumers[0].namespace": "other", "vault.consumers[0].serviceAccount": "", "vault.consumers[0].files": []any{}}, []string{
		"vault.consumers[0].serviceAccount: " + noLabel + `""`,
		"vault.consumers[0].files: is empty: there would be nothing to mount",
		`vault.consumers[0].namespace: "other" ` + unowned}},
	"files": {edits{"vault.consumers[0].files[0].name": "../key", "vault.consumers[0].files[0].key": "password",
		"vault.consumers[0].files[1].secret": "platform/gnn"}, []string{
		`vault.consumers[0].files[0].name: must be a file name of letters, digits, dots, dashes and underscores, got "../key"`,
		`vault.consumers[0].files[0].key: "password" is not one of access-key, secret-key, endpoint, region`,
		`vault.consumers[0].files[1].secret: "platform/gnn" ` + notWritten}},
	"file without a key": {edits{"vault.consumers[0].files[0].secret": "apps/*", "vault.consumers[0].files[0].key": ""}, []string{
		`vault.consumers[0].files[0].secret: must be a path below kv/ such as platform/s3/gnn, got "apps/*"`,
		"vault.consumers[0].files[0].key: is missing"}},
}

func TestVaultRefusals(t *testing.T) { refuse(t, vaultRefusals) }

package config

import "time"

// Vault is the store of secrets that pods read as files.
type Vault struct {
	Address    string          `json:"address"`             // https address at which people and the program reach it
	CAFile     string          `json:"caFile,omitempty"`    // PEM file that verifies Address on the machine that runs the program; empty means the system's authorities
	APIServer  string          `json:"apiServer,omitempty"` // https address of the Kubernetes API for a Vault outside the cluster; empty means it runs inside
	AuditFile  string          `json:"auditFile,omitempty"` // where the audit device writes; empty means the audit volume of the pods
	Replicas   int             `json:"replicas"`            // servers: 1, 3 or 5, each on a machine of its own
	DiskGiB    int             `json:"diskGiB"`             // data of each server
	AuditGiB   int             `json:"auditGiB"`            // audit log of each server
	Snapshots  VaultSnapshots  `json:"snapshots"`
	Namespaces []string        `json:"namespaces,omitempty"` // made for consumers that no other part of the platform has a namespace for
	Policies   []VaultPolicy   `json:"policies,omitempty"`
	Roles      []VaultRole     `json:"roles,omitempty"`
	Consumers  []VaultConsumer `json:"consumers,omitempty"`
}

// VaultSnapshots are copies of the whole, still encrypted, in the object store.
type VaultSnapshots struct {
	User     string `json:"user"`     // one of storage.minio.users, with namespace vault
	Bucket   string `json:"bucket"`   // to which it may write
	Schedule string `json:"schedule"` // cron, UTC
}

// VaultPolicy says what a token may do.
type VaultPolicy struct {
	Name  string      `json:"name"`
	Rules []VaultRule `json:"rules"`
}

// VaultRule is one path of a policy.
type VaultRule struct {
	Path         string   `json:"path"`         // as Vault has it, e.g. kv/data/apps/*
	Capabilities []string `json:"capabilities"` // create, read, update, patch, delete, list; deny alone
}

// VaultRole lets service accounts log in.
type VaultRole struct {
	Name            string   `json:"name"`
	Namespace       string   `json:"namespace"`
	ServiceAccounts []string `json:"serviceAccounts"`
	Policies        []string `json:"policies"`   // of vault.policies
	TTLMinutes      int      `json:"ttlMinutes"` // life of a token, 1 to 1440
}

// VaultConsumer is a workload whose pods mount secrets as files: a SecretProviderClass, a role and
// a policy of its own, which reads those secrets and nothing else.
type VaultConsumer struct {
	Name           string      `json:"name"`      // of the SecretProviderClass and the role
	Namespace      string      `json:"namespace"` // of its pods
	ServiceAccount string      `json:"serviceAccount"`
	Files          []VaultFile `json:"files"`
}

// VaultFile is one secret as one file.
type VaultFile struct {
	Name   string `json:"name"`   // of the file
	Secret string `json:"secret"` // below kv/, e.g. platform/s3/gnn
	Key    string `json:"key"`    // in the secret
}

// TTL is the life of a role's tokens.
func (r VaultRole) TTL() time.Duration { return time.Duration(r.TTLMinutes) * time.Minute }

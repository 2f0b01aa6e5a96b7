package vault

import "strings"

// PolicyName is the policy of the program's token, and the token's display name.
const PolicyName = "streamforge-program"

// Policy is what the program may: declare engines, policies, log-ins and audit devices, and write
// secrets under kv/platform. It reads no secret, not even those it writes, and cannot widen its own
// policy. Whoever may write policies and roles can still let someone else in: the audit device
// records it, and docs/vault.md says so.
func Policy() string {
	rules := []struct{ path, capabilities string }{
		{"sys/mounts", "read, list"},
		{"sys/mounts/*", "create, read, update, delete, list, sudo"},
		{"sys/internal/ui/mounts/*", "read"},
		{"sys/auth", "read, list"},
		{"sys/auth/*", "create, read, update, delete, list, sudo"},
		{"sys/audit", "read, list, sudo"},
		{"sys/audit/*", "create, read, update, delete, sudo"},
		{"sys/policies/acl", "list"},
		{"sys/policies/acl/*", "create, read, update, delete, list"},
		{"sys/policies/acl/" + PolicyName, "read"},
		{"sys/policy", "read, list"},
		{"sys/policy/*", "create, read, update, delete, list"},
		{"sys/policy/" + PolicyName, "read"},
		{"auth/kubernetes/*", "create, read, update, delete, list"},
		{"kv/config", "create, read, update"},
		{"kv/data/platform/*", "create, update, patch"},
		{"kv/metadata/platform/*", "read, delete, list"},
		{"auth/token/lookup-self", "read"},
		{"auth/token/renew-self", "update"},
		{"auth/token/revoke-self", "update"},
	}
	var b strings.Builder
	for _, r := range rules {
		b.WriteString("path \"" + r.path + "\" {\n  capabilities = [\"" + strings.ReplaceAll(r.capabilities, ", ", "\", \"") + "\"]\n}\n")
	}
	return b.String()
}

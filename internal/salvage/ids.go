package salvage

// IDs names, by type token, the input that the id of a resource is equal to. They are the types of this
// program whose provider refuses to create what is there already, so that a creation which nobody knows
// the end of has to be looked up before it is repeated.
func IDs() map[string]string {
	return map[string]string{
		"proxmoxve:Permission/pool:Pool":      "poolId",
		"proxmoxve:Hardware/mapping/pci:Pci":  "name",
		"vault:index/audit:Audit":             "path",
		"vault:index/authBackend:AuthBackend": "path",
		"vault:index/mount:Mount":             "path",
		"keycloak:index/realm:Realm":          "realm",
	}
}

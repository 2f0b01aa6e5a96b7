package config

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// secretPath is a path of Vault; a * may only end it.
var secretPath = regexp.MustCompile(`^[A-Za-z0-9_+.-]+(/[A-Za-z0-9_+.-]+)*(/?\*)?$`)

// fileName is one element of a path.
var fileName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// What the checks above say a value must be.
const (
	labelForm    = "at most 63 lower-case letters, digits and dashes"
	pathForm     = "a path of Vault such as kv/data/apps/*"
	fileNameForm = "a file name of letters, digits, dots, dashes and underscores"
)

var (
	vaultPolicies = []string{"root", "default", "streamforge-program"} // of Vault's own, and the program's
	capabilities  = []string{"create", "read", "update", "patch", "delete", "list", "deny"}
)

// Validate checks the section by itself.
func (v Vault) Validate(at Path) (errs []error) {
	if !httpsURL(v.Address, true) {
		errs = append(errs, at.Errorf("address", "must be an https address without a path, got %q", v.Address))
	}
	if v.APIServer != "" && !httpsURL(v.APIServer, true) {
		errs = append(errs, at.Errorf("apiServer", "must be an https address without a path, got %q", v.APIServer))
	}
	if v.AuditFile != "" && !path.IsAbs(v.AuditFile) {
		errs = append(errs, at.Errorf("auditFile", "must be an absolute path, got %q", v.AuditFile))
	}
	if !slices.Contains([]int{1, 3, 5}, v.Replicas) {
		errs = append(errs, at.Errorf("replicas", "must be 1, 3 or 5, got %d", v.Replicas))
	}
	errs = append(errs, between(at, "diskGiB", v.DiskGiB, 1, 1000, "")...)
	errs = append(errs, between(at, "auditGiB", v.AuditGiB, 1, 1000, "")...)
	errs = append(errs, schedule(at.Field("snapshots"), v.Snapshots.Schedule)...)
	namespaces := unique[string]{}
	for i, ns := range v.Namespaces {
		here := at.Field("namespaces").Index(i)
		errs = append(errs, matches(here, "", ns, label, labelForm)...)
		errs = appendIf(errs, namespaces.add(ns, here))
	}
	errs = append(errs, v.checkPolicies(at.Field("policies"))...)
	return append(errs, v.checkLogins(at)...)
}

func appendIf(errs []error, err error) []error {
	if err != nil {
		return append(errs, err)
	}
	return errs
}

func (v Vault) checkPolicies(at Path) (errs []error) {
	seen := unique[string]{}
	for i, p := range v.Policies {
		here := at.Index(i)
		errs = append(errs, matches(here, "name", p.Name, label, labelForm)...)
		errs = appendIf(errs, seen.add(p.Name, here.Field("name")))
		if slices.Contains(vaultPolicies, p.Name) || strings.HasPrefix(p.Name, "consumer-") {
			errs = append(errs, here.Errorf("name", "%s is a name of Vault's or the platform's own", p.Name))
		}
		if len(p.Rules) == 0 {
			errs = append(errs, here.Errorf("rules", "is empty: the policy would allow nothing"))
		}
		for j, r := range p.Rules {
			rule := here.Field("rules").Index(j)
			errs = append(errs, matches(rule, "path", r.Path, secretPath, pathForm)...)
			if len(r.Capabilities) == 0 {
				errs = append(errs, rule.Errorf("capabilities", "is empty, name some of %s", strings.Join(capabilities, ", ")))
			}
			for _, c := range r.Capabilities {
				if !slices.Contains(capabilities, c) {
					errs = append(errs, rule.Errorf("capabilities", "%q is not one of %s", c, strings.Join(capabilities, ", ")))
				}
			}
			if len(r.Capabilities) > 1 && slices.Contains(r.Capabilities, "deny") {
				errs = append(errs, rule.Errorf("capabilities", "deny stands alone: it wins over everything else"))
			}
		}
	}
	return errs
}

// checkLogins checks what logs in: roles, and consumers, each of which is a role as well.
func (v Vault) checkLogins(at Path) (errs []error) {
	seen := unique[string]{"vault-snapshot": "the snapshots"}
	for i, r := range v.Roles {
		here := at.Field("roles").Index(i)
		errs = append(errs, matches(here, "name", r.Name, label, labelForm)...)
		errs = appendIf(errs, seen.add(r.Name, here.Field("name")))
		errs = append(errs, matches(here, "namespace", r.Namespace, label, labelForm)...)
		if len(r.ServiceAccounts) == 0 {
			errs = append(errs, here.Errorf("serviceAccounts", "is empty: nobody could log in"))
		}
		for j, a := range r.ServiceAccounts {
			errs = append(errs, matches(here.Field("serviceAccounts").Index(j), "", a, label, labelForm+"; a role names its accounts")...)
		}
		for _, p := range r.Policies {
			if !slices.ContainsFunc(v.Policies, func(q VaultPolicy) bool { return q.Name == p }) {
				errs = append(errs, here.Errorf("policies", "%q is not one of vault.policies", p))
			}
		}
		errs = append(errs, between(here, "ttlMinutes", r.TTLMinutes, 1, 1440, "")...)
	}
	for i, c := range v.Consumers {
		here := at.Field("consumers").Index(i)
		errs = append(errs, matches(here, "name", c.Name, label, labelForm)...)
		errs = appendIf(errs, seen.add(c.Name, here.Field("name")))
		errs = append(errs, matches(here, "namespace", c.Namespace, label, labelForm)...)
		errs = append(errs, matches(here, "serviceAccount", c.ServiceAccount, label, labelForm)...)
		errs = append(errs, checkFiles(c.Files, here)...)
	}
	return errs
}

func checkFiles(files []VaultFile, at Path) (errs []error) {
	if len(files) == 0 {
		errs = append(errs, at.Errorf("files", "is empty: there would be nothing to mount"))
	}
	seen := unique[string]{}
	for i, f := range files {
		here := at.Field("files").Index(i)
		errs = append(errs, matches(here, "name", f.Name, fileName, fileNameForm)...)
		errs = appendIf(errs, seen.add(f.Name, here.Field("name")))
		if !secretPath.MatchString(f.Secret) || strings.HasSuffix(f.Secret, "*") {
			errs = append(errs, here.Errorf("secret", "must be a path below kv/ such as platform/s3/gnn, got %q", f.Secret))
		}
		if f.Key == "" {
			errs = append(errs, here.Errorf("key", "is missing"))
		}
	}
	return errs
}

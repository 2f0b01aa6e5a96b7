package argocd

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

func values(a Args) pulumi.Map {
	on, off := pulumi.Bool(true), pulumi.Bool(false)
	// The chart takes the number as text.
	pair := pulumi.Map{"enabled": on, "minAvailable": pulumi.String("1")}
	part := func(replicas int, cpu, memory, limit string) pulumi.Map {
		p := pulumi.Map{"replicas": pulumi.Int(replicas), "resources": kube.Resources(cpu, memory, limit)}
		if replicas > 1 {
			p["pdb"] = pair
		}
		return p
	}
	// It runs what the repository says, and asks the cluster nothing. Neither does the cache.
	renderer := part(2, "50m", "256Mi", "1Gi")
	renderer["automountServiceAccountToken"] = off
	return pulumi.Map{
		"crds": pulumi.Map{"install": on, "keep": on},
		"global": pulumi.Map{
			"domain": pulumi.String(a.Host), "networkPolicy": pulumi.Map{"create": on},
			"logging": pulumi.Map{"format": pulumi.String("json")},
		},
		"configs": pulumi.Map{
			"cm":     pulumi.Map{"create": off},         // settings.go
			"secret": pulumi.Map{"createSecret": off},   // settings.go
			"params": pulumi.Map{"server.insecure": on}, // Traefik ends the TLS
			"rbac":   rbac(a.SSO),
			"tls":    pulumi.Map{"certificates": pulumi.Map{a.Repository.Host: a.Repository.CA}},
		},
		"redisSecretInit": pulumi.Map{"enabled": off}, // its Job is a hook that outlives nothing; the Secret is made here
		"dex":             pulumi.Map{"enabled": off},
		"notifications":   pulumi.Map{"enabled": off}, // alerts say the same
		"controller":      part(1, "250m", "512Mi", "2Gi"),
		"server":          part(2, "50m", "128Mi", "512Mi"),
		"repoServer":      renderer,
		"applicationSet":  part(1, "50m", "64Mi", "256Mi"),
		// A cache: what it loses is computed again.
		"redis": pulumi.Map{"automountServiceAccountToken": off, "resources": kube.Resources("50m", "64Mi", "256Mi")},
	}
}

// rbac gives nobody a right but the admin, and the groups that have a role.
func rbac(sso *SSO) pulumi.Map {
	policies := pulumi.Map{"policy.default": pulumi.String("")}
	if sso == nil {
		return policies
	}
	var policy strings.Builder
	for _, role := range []struct {
		name   string
		groups []string
	}{{"admin", sso.Admins}, {"readonly", sso.Readers}} {
		for _, g := range role.groups {
			fmt.Fprintf(&policy, "g, %s, role:%s\n", g, role.name)
		}
	}
	policies["policy.csv"] = pulumi.String(policy.String())
	policies["scopes"] = pulumi.String("[" + sso.GroupsClaim + "]")
	return policies
}

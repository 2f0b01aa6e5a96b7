package config

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// Audit is the `audit` section: the search, from inside the cluster, for what people changed by hand.
// Without an image there is none.
type Audit struct {
	Image     string      `json:"image,omitempty"`     // of the project's Dockerfile, with an exact tag or a digest
	Schedule  string      `json:"schedule,omitempty"`  // five fields as cron has them; 30 3 * * * by default
	StatePort int         `json:"statePort,omitempty"` // TCP port of the state's backend; 443 by default
	Reads     []ReadKinds `json:"reads,omitempty"`     // kinds that it may read besides the platform's own
}

// ReadKinds are kinds of objects of one API group.
type ReadKinds struct {
	Group     string   `json:"group"`
	Resources []string `json:"resources"` // plural names
}

// WithDefaults fills what was left out.
func (a Audit) WithDefaults() Audit {
	if a.Schedule == "" {
		a.Schedule = "30 3 * * *"
	}
	if a.StatePort == 0 {
		a.StatePort = 443
	}
	return a
}

// Validate checks the section by itself.
func (a Audit) Validate(at Path) (errs []error) {
	if a.Image == "" {
		if a.Schedule != "" || a.StatePort != 0 || len(a.Reads) > 0 {
			errs = append(errs, at.Errorf("image", "missing although there are other keys; without an image nothing is audited"))
		}
		return errs
	}
	errs = append(errs, matches(at, "image", a.Image, pinnedImage, "an image with an exact tag or a digest")...)
	filled := a.WithDefaults()
	errs = append(errs, matches(at, "schedule", filled.Schedule, cron, "five fields of cron, such as 30 3 * * *")...)
	errs = append(errs, between(at, "statePort", filled.StatePort, 1, 65535, "")...)
	for i, k := range a.Reads {
		here := at.Field("reads").Index(i)
		if !dnsName(k.Group, 1) {
			errs = append(errs, here.Errorf("group", "must be an API group such as example.com, got %q", k.Group))
		}
		if len(k.Resources) == 0 {
			errs = append(errs, here.Errorf("resources", "must name at least one"))
		}
		for j, r := range k.Resources { // neither a star nor a subresource such as pods/exec
			errs = append(errs, matches(here.Field("resources").Index(j), "", r, label, "the plural name of a kind")...)
		}
	}
	return errs
}

// loadAudit reads the section's secret. No value is in any message.
func (c *Config) loadAudit(ctx *pulumi.Context, src *config.Config) error {
	if !c.Handover.Cluster || c.Audit.Image == "" {
		return nil
	}
	const key, form = "auditEnvironment", "a JSON object of texts with PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE"
	value, ok := ctx.GetConfig(ctx.Project() + ":" + key)
	if !ok {
		return Path(key).Errorf("", "missing although audit.image is set; it is %s (docs/drift.md): run `pulumi config set --secret %s -s %s`", form, key, ctx.Stack())
	}
	var variables map[string]string
	if json.Unmarshal([]byte(value), &variables) != nil || variables["PULUMI_BACKEND_URL"] == "" || variables["PULUMI_CONFIG_PASSPHRASE"] == "" {
		return Path(key).Errorf("", "must be %s", form)
	}
	c.Secrets.AuditEnvironment = src.GetSecret(key)
	return nil
}

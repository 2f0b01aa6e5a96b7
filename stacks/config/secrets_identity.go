package config

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// loadIdentity reads the passwords that the platform does not make itself.
func (c *Config) loadIdentity(ctx *pulumi.Context, src *config.Config) (errs []error) {
	if _, ok := ctx.GetConfig(ctx.Project() + ":keycloakPassword"); ok {
		password := src.GetSecret("keycloakPassword")
		c.Secrets.KeycloakPassword = &password
	}
	if c.Mail.SmartHost.User != "" {
		if _, ok := ctx.GetConfig(ctx.Project() + ":mailPassword"); !ok {
			errs = append(errs, fmt.Errorf("mailPassword: missing although mail.smartHost.user is %q; "+
				"run `pulumi config set --secret mailPassword`", c.Mail.SmartHost.User))
		} else {
			c.Secrets.MailPassword = src.GetSecret("mailPassword")
		}
	}
	raw, ok := ctx.GetConfig(ctx.Project() + ":registryPasswords")
	passwords := map[string]string{}
	if ok && json.Unmarshal([]byte(raw), &passwords) != nil {
		return append(errs, fmt.Errorf("registryPasswords: must be an object of strings"))
	}
	c.Secrets.RegistryPasswords = map[string]pulumi.StringOutput{}
	for _, r := range c.Sync.Registries {
		if passwords[r.Name] == "" {
			errs = append(errs, fmt.Errorf("registryPasswords: has no password for sync.registries' %[1]s; "+
				"run `pulumi config set --secret --path registryPasswords.%[1]s`", r.Name))
			continue
		}
		c.Secrets.RegistryPasswords[r.Name] = pulumi.ToSecret(pulumi.String(passwords[r.Name])).(pulumi.StringOutput)
	}
	return errs
}

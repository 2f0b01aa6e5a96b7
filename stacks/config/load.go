package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/streamforge/infrastructure/internal/kubeconfig"
)

// section is what every part of the configuration must be: a section without checks does not compile.
type section interface{ Validate(at Path) []error }

// Error is a configuration that was refused, with every problem found.
type Error struct {
	Stack    string
	Problems []error
}

// Error lists all problems, one a line.
func (e *Error) Error() string {
	lines := []string{fmt.Sprintf("configuration of stack %s refused, %d problem(s):", e.Stack, len(e.Problems))}
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the single problems to errors.Is and errors.As.
func (e *Error) Unwrap() []error { return e.Problems }

// Load decodes and checks every section of the running stack. The error is an *Error and holds
// all problems at once.
func Load(ctx *pulumi.Context) (*Config, error) {
	src := config.New(ctx, "")
	values := func(key string) (string, bool) { v, err := src.Try(key); return v, err == nil }
	c, errs := parse(values)
	errs = append(errs, c.loadSecrets(ctx, src)...)
	errs = append(errs, c.loadIdentity(ctx, src)...)
	if len(errs) > 0 {
		return nil, &Error{Stack: ctx.Stack(), Problems: errs}
	}
	return c, nil
}

// parse reads every section through values, which gives the JSON of a key.
func parse(values func(key string) (string, bool)) (*Config, []error) {
	c := &Config{}
	var errs []error
	whole := true
	t, v := reflect.TypeOf(c).Elem(), reflect.ValueOf(c).Elem()
	for i := range t.NumField() {
		key := t.Field(i).Tag.Get("json")
		if key == "-" {
			continue
		}
		into := v.Field(i).Addr().Interface()
		raw, ok := values(key)
		if !ok {
			if !optional(into) {
				errs, whole = append(errs, Path(key).Errorf("", "section is missing")), false
			}
			continue
		}
		if problems := decode(raw, into, Path(key)); len(problems) > 0 {
			errs, whole = append(errs, problems...), false
			continue
		}
		errs = append(errs, into.(section).Validate(Path(key))...)
	}
	if whole { // rules over sections that could not be read would only add noise
		errs = append(errs, c.across()...)
	}
	return c, errs
}

// optional sections are those in which every key is.
func optional(into any) bool { return len(decode("{}", into, "")) == 0 }

// proxmoxToken as the provider checks it.
var proxmoxToken = regexp.MustCompile(`^\S+@\S+!\S+=[a-zA-Z0-9-]+$`)

func (c *Config) loadSecrets(ctx *pulumi.Context, src *config.Config) (errs []error) {
	// The raw values are looked at here only to be checked; what travels on is the secret Output.
	token, ok := ctx.GetConfig(ctx.Project() + ":proxmoxToken")
	switch {
	case !ok:
		errs = append(errs, errors.New("proxmoxToken: missing; "+
			"create an API token (docs/proxmox-token.md) and run `pulumi config set --secret proxmoxToken`, which asks for it: user@realm!name=uuid"))
	case !proxmoxToken.MatchString(token):
		errs = append(errs, errors.New("proxmoxToken: must have the form user@realm!name=uuid"))
	default:
		c.Secrets.ProxmoxToken = src.GetSecret("proxmoxToken")
	}
	if err := c.loadTelegramToken(ctx, src); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, c.loadGitOps(ctx, src)...)
	if err := c.loadAudit(ctx, src); err != nil {
		errs = append(errs, err)
	}
	if !c.Handover.Cluster {
		return errs
	}
	raw, ok := ctx.GetConfig(ctx.Project() + ":kubeconfig")
	if !ok {
		return append(errs, fmt.Errorf("kubeconfig: missing although handover.cluster is true; "+
			"run `streamforge kubespray handover -s %s FILE`, and never go back to false while the cluster lives: "+
			"everything in it would be planned for deletion", ctx.Stack()))
	}
	if c.Cluster.VIP.IsValid() {
		errs = append(errs, each("kubeconfig", kubeconfig.Check([]byte(raw), c.Cluster.Server(), time.Now()))...)
	}
	c.Secrets.Kubeconfig = src.GetSecret("kubeconfig")
	return append(errs, c.loadVault(ctx, src)...)
}

// loadVault reads the program's token once the store was handed over.
func (c *Config) loadVault(ctx *pulumi.Context, src *config.Config) []error {
	if !c.Handover.Vault {
		return nil
	}
	if token, ok := ctx.GetConfig(ctx.Project() + ":vaultToken"); !ok || token == "" {
		return []error{fmt.Errorf("vaultToken: missing although handover.vault is true; "+
			"run `streamforge vault handover -s %s`, and never go back to false: "+
			"everything in Vault would be planned for deletion", ctx.Stack())}
	}
	token := src.GetSecret("vaultToken")
	c.Secrets.VaultToken = &token
	return nil
}

// each gives the problems that err joins one by one, under the key they belong to.
func each(key Path, err error) []error {
	if err == nil {
		return nil
	}
	problems := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		problems = joined.Unwrap()
	}
	for i, p := range problems {
		problems[i] = fmt.Errorf("%s: %w", key, p)
	}
	return problems
}

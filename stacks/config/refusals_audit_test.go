package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAuditRefusals(t *testing.T) {
	texts := func(errs []error) (all []string) {
		for _, e := range errs {
			all = append(all, e.Error())
		}
		return all
	}
	const image = "registry.example.test/streamforge:1.0.0"
	for name, c := range map[string]struct {
		audit Audit
		want  []string
	}{
		"none":     {Audit{}, nil},
		"good":     {Audit{Image: image, Reads: []ReadKinds{{"example.com", []string{"widgets"}}}}, nil},
		"no image": {Audit{Schedule: "0 3 * * *"}, []string{"audit.image: missing although there are other keys; without an image nothing is audited"}},
		"all wrong": {Audit{Image: "streamforge:latest", Schedule: "daily", StatePort: 70000, Reads: []ReadKinds{{"*", []string{"*", "pods/exec"}}, {"a.b", nil}}}, []string{
			`audit.image: must be an image with an exact tag or a digest, got "streamforge:latest"`,
			`audit.schedule: must be five fields of cron, such as 30 3 * * *, got "daily"`,
			"audit.statePort: must be 1 to 65535, got 70000",
			`audit.reads[0].group: must be an API group such as example.com, got "*"`,
			`audit.reads[0].resources[0]: must be the plural name of a kind, got "*"`,
			`audit.reads[0].resources[1]: must be the plural name of a kind, got "pods/exec"`,
			"audit.reads[1].resources: must name at least one",
		}},
	} {
		assert.Equal(t, c.want, texts(c.audit.Validate("audit")), name)
	}
}

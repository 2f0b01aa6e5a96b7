package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// GetConfig reads one value of the stack's configuration, secrets in clear. The second result is
// false when the key is not set.
func (s *Stack) GetConfig(ctx context.Context, key string) (string, bool, error) {
	v, err := s.stack.GetConfig(ctx, key)
	if err == nil {
		return v.Value, true, nil
	}
	if strings.Contains(s.cmd.last.stderr, "not found for stack") {
		return "", false, nil
	}
	return "", false, s.explain(ctx, fmt.Sprintf("config %s of %s", key, s.project.Stack), err, nil)
}

// SetConfig writes one plain value into Pulumi.<stack>.yaml.
func (s *Stack) SetConfig(ctx context.Context, key, value string) error {
	err := s.stack.SetConfig(ctx, key, auto.ConfigValue{Value: value})
	return s.explain(ctx, fmt.Sprintf("config %s of %s", key, s.project.Stack), err, nil)
}

// SetSecret encrypts a value into Pulumi.<stack>.yaml, unless that very value is there already: a
// second encryption of the same text looks different and would be a change to commit. The CLI reads
// the value from its standard input, because arguments can be seen by every user of the machine.
func (s *Stack) SetSecret(ctx context.Context, key, value string) error {
	old, ok, err := s.GetConfig(ctx, key)
	if err != nil {
		return err
	}
	if ok && old == value {
		return nil
	}
	_, _, _, err = s.cmd.Run(ctx, s.project.Dir, strings.NewReader(value), nil, nil, nil,
		"config", "set", key, "--secret", "--stack", s.project.Stack)
	return s.explain(ctx, fmt.Sprintf("secret %s of %s", key, s.project.Stack), err, nil)
}

package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// SetSecrets encrypts values into Pulumi.<stack>.yaml, by key, but for those that are there already: a
// second encryption of the same text looks different and would be a change to commit. The CLI reads
// each from its standard input, because arguments can be seen by every user of the machine.
func (s *Stack) SetSecrets(ctx context.Context, values map[string]string) error {
	all, err := s.stack.GetAllConfig(ctx)
	if err != nil {
		return s.explain(ctx, "config of "+s.project.Stack, err, nil)
	}
	there := map[string]string{}
	for key, v := range all {
		_, name, _ := strings.Cut(key, ":")
		there[name] = v.Value
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if old, set := there[key]; set && old == values[key] {
			continue
		}
		if err := s.setSecret(ctx, key, values[key]); err != nil {
			return s.explain(ctx, fmt.Sprintf("secret %s of %s", key, s.project.Stack), err, nil)
		}
	}
	return nil
}

// setSecret is not interrupted once it has begun: the CLI writes the stack's file in place, and half a file would
// be left.
func (s *Stack) setSecret(ctx context.Context, key, value string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	_, _, _, err := s.cmd.Run(ctx, s.project.Dir, strings.NewReader(value), nil, nil, nil,
		"config", "set", key, "--secret", "--stack", s.project.Stack)
	return err
}

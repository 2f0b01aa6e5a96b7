package config

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// stack reads a committed stack file as a tree of section -> value.
func stack(t *testing.T, name string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile("../../Pulumi." + name + ".yaml")
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(raw, &file))
	sections := map[string]any{}
	for key, value := range file.Config {
		sections[strings.TrimPrefix(key, "streamforge:")] = value
	}
	return sections
}

// problems parses sections as Load does, without the secrets.
func problems(t *testing.T, sections map[string]any) []string {
	t.Helper()
	_, errs := parse(func(key string) (string, bool) {
		value, ok := sections[key]
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		return string(raw), ok
	})
	list := []string{}
	for _, err := range errs {
		list = append(list, err.Error())
	}
	return list
}

var step = regexp.MustCompile(`[^.\[\]]+`)

// set puts value at a path such as compute.pools[0].nodes[1].name; nil removes the key.
func set(t *testing.T, tree any, path string, value any) {
	t.Helper()
	steps := step.FindAllString(path, -1)
	for _, s := range steps[:len(steps)-1] {
		switch node := tree.(type) {
		case map[string]any:
			tree = node[s]
		case []any:
			i, err := strconv.Atoi(s)
			require.NoError(t, err)
			tree = node[i]
		}
	}
	end := steps[len(steps)-1]
	switch node := tree.(type) {
	case map[string]any:
		if value == nil {
			delete(node, end)
			return
		}
		node[end] = value
	case []any:
		i, err := strconv.Atoi(end)
		require.NoError(t, err)
		node[i] = value
	default:
		t.Fatalf("%s leads nowhere", path)
	}
}

func TestCommittedStacksAreAccepted(t *testing.T) {
	for _, name := range []string{"homelab", "sandbox"} {
		require.Empty(t, problems(t, stack(t, name)), name)
	}
}

type edits map[string]any

// refusal is a change of the homelab stack and every problem it must cause.
type refusal struct {
	edits edits
	want  []string
}

// refuse edits the homelab stack and expects exactly these problems, all of them at once.
func refuse(t *testing.T, table map[string]refusal) {
	for name, c := range table {
		t.Run(name, func(t *testing.T) {
			sections := stack(t, "homelab")
			for path, value := range c.edits {
				set(t, sections, path, value)
			}
			require.ElementsMatch(t, c.want, problems(t, sections))
		})
	}
}

func TestRefusals(t *testing.T) { refuse(t, refusals) }

func TestRefusalsAreMany(t *testing.T) { require.GreaterOrEqual(t, len(refusals), 40) }

func TestEmptyConfigurationNamesEverySection(t *testing.T) {
	require.Equal(t, []string{
		"site: section is missing", "handover: section is missing", "compute: section is missing",
		"cluster: section is missing", "network: section is missing", "storage: section is missing",
		"kafka: section is missing", "arangodb: section is missing", "postgres: section is missing",
		"monitoring: section is missing", "alerting: section is missing", "logging: section is missing", "gitops: section is missing",
		"identity: section is missing", "mail: section is missing", "sync: section is missing", "vault: section is missing",
	}, problems(t, nil))
}

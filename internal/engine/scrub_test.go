package engine

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// volatile are the fields whose values differ from run to run or from one version of the CLI to the
// next, while their presence and kind do not. What a value was before shows in what stands for it.
var volatile = map[string]any{
	"timestamp": 0, "duration": 0, "durationSeconds": 0, "sequence": 0, "progressEvent": nil,
	"created": "<time>", "modified": "<time>", "time": "<time>", "startTime": "<time>", "endTime": "<time>",
	"magic": "<digest>", "version": nil, "salt": "<salt>", "encryptionsalt": "<salt>",
	"sourcePosition": "<source>",
}

// random are values within texts that no two runs have in common. The engine's mark of an unknown
// value looks like one of them and stays.
var random = map[string]*regexp.Regexp{
	"<uuid>":   regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
	"<cipher>": regexp.MustCompile(`v1:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+`),
	"<port>":   regexp.MustCompile(`127\.0\.0\.1:\d+`),
}

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// scrub makes what the CLI wrote comparable: volatile values give way to a mark, and lists whose
// order is that in which things happened to end are put in the order of their URNs. Nothing else
// is taken out and nothing renamed, so a field that comes, goes or changes its kind is seen.
func scrub(v any, dir string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if mark, ok := volatile[k]; ok && x != nil && !composite(x) {
				if mark == nil {
					mark = "<" + k + ">"
				}
				v[k] = mark
				continue
			}
			switch k {
			case "environment": // of an update: as many as the machine has
				x = namesOf(x)
			case "stackTrace": // our build of the engine has none, see tools/pulumi
				delete(v, k)
				continue
			}
			v[k] = scrub(x, dir)
		}
	case []any:
		for i := range v {
			v[i] = scrub(v[i], dir)
		}
		slices.SortStableFunc(v, func(a, b any) int { return cmp.Compare(urnOf(a), urnOf(b)) })
	case string:
		s := strings.ReplaceAll(v, dir, "<dir>")
		for mark, pattern := range random {
			s = pattern.ReplaceAllStringFunc(s, func(found string) string {
				if found == unknownText {
					return found
				}
				return mark
			})
		}
		return s
	}
	return v
}

func composite(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// keysOf keeps the fields that the CLI writes on every machine.
func namesOf(v any) any {
	m, _ := v.(map[string]any)
	kept := map[string]any{}
	for k := range m {
		if strings.HasPrefix(k, "exec.") || strings.HasPrefix(k, "pulumi.") && strings.Count(k, ".") == 1 {
			kept[k] = "<" + k + ">"
		}
	}
	return kept
}

// urnOf gives what an entry of a list is about: events without a resource keep their place at the
// start, but the last two of every run.
func urnOf(v any) string {
	m, _ := v.(map[string]any)
	for kind, e := range m {
		body, _ := e.(map[string]any)
		switch {
		case kind == "summaryEvent":
			return "~1"
		case kind == "cancelEvent":
			return "~2"
		case body["metadata"] != nil:
			return urnOf(body["metadata"])
		case strings.HasSuffix(kind, "Event") && body["urn"] != nil:
			return urnOf(body)
		}
	}
	urn, _ := m["urn"].(string)
	return urn
}

// scrubbed gives a document of the CLI, or lines of them, one JSON object a line or indented.
func scrubbed(t *testing.T, raw []byte, dir string, lines bool) string {
	t.Helper()
	var list []any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	for dec.More() {
		var v any
		require.NoError(t, dec.Decode(&v), "%s", raw)
		list = append(list, v)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if !lines {
		enc.SetIndent("", "  ")
	}
	for _, v := range scrub(list, dir).([]any) {
		require.NoError(t, enc.Encode(v))
	}
	return out.String()
}

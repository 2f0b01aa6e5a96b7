package gate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/streamforge/infrastructure/internal/report"
)

// unknown is how the engine writes a value that only a real run will know.
func unknown(v any) bool {
	s, ok := v.(string)
	return ok && (s == plugin.UnknownStringValue || s == plugin.UnknownNumberValue || s == plugin.UnknownBoolValue ||
		s == plugin.UnknownArrayValue || s == plugin.UnknownObjectValue)
}

// mask replaces every secret by report.Masked.
func mask(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	out, _ := masked(m).(map[string]any)
	return out
}

func masked(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if v[sig.Key] == sig.Secret {
			return report.Masked
		}
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = masked(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = masked(x)
		}
		return out
	}
	return v
}

// properties lists what differs. A provider that gives no detailed diff names top-level keys only.
func properties(m apitype.StepEventMetadata) (all []report.Property) {
	replaces := func(path string) bool {
		return slices.ContainsFunc(m.Keys, func(k string) bool {
			rest, below := strings.CutPrefix(path, k)
			return below && (rest == "" || rest[0] == '.' || rest[0] == '[')
		})
	}
	paths := map[string]apitype.PropertyDiff{}
	for path, d := range m.DetailedDiff {
		paths[path] = d
	}
	if len(paths) == 0 {
		for _, k := range slices.Concat(m.Diffs, m.Keys) {
			paths[k] = apitype.PropertyDiff{InputDiff: true}
		}
	}
	for path, d := range paths {
		p := report.Property{Path: path, Replaces: replaces(path) || strings.HasSuffix(string(d.Kind), "-replace")}
		if m.Old != nil {
			from := m.Old.Outputs
			if d.InputDiff {
				from = m.Old.Inputs
			}
			p.Before, _ = At(from, path)
		}
		if m.New != nil {
			p.After, p.Unknown = At(m.New.Inputs, path)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b report.Property) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

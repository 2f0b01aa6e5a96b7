package recorded

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// What stands for a value that only the sandbox knows, by its place in the state.
const (
	hidden  = "(secret)"
	changes = "(differs)" // no secret, but no two sandboxes have it in common, or it is long
)

// long is the length in bytes above which a text, a dashboard or a script, is not worth its place: nothing is
// replaced for its sake.
const long = 2000

// digest pins an image, the same everywhere.
var digest = regexp.MustCompile(`@sha256:[0-9a-f]{64}`)

// token is a piece of a secret that is no word, address or name, which may stand elsewhere too.
var token = regexp.MustCompile(`[A-Za-z0-9+_=-]{20,}`)

// guessless tells letters and digits without a meaning from words.
func guessless(t string) bool {
	return strings.ContainsAny(t, "0123456789") && strings.ToUpper(t) != t && strings.ToLower(t) != t
}

// Record gives the state for a release. It fails rather than let a secret through.
func (s *Site) Record(release string) (State, error) {
	all := State{Schema: Schema, Release: release, Resources: []apitype.ResourceV3{}}
	for _, r := range s.state.Resources {
		all.Resources = append(all.Resources, s.record(r))
	}
	slices.SortStableFunc(all.Resources, byOrder(all.Resources))
	return all, s.tight(all)
}

// record keeps what the engine and the providers judge a change by.
func (s *Site) record(r apitype.ResourceV3) apitype.ResourceV3 {
	kept := apitype.ResourceV3{
		URN: r.URN, Custom: r.Custom, Type: r.Type, Parent: r.Parent, Protect: r.Protect, External: r.External,
		RetainOnDelete: r.RetainOnDelete, IgnoreChanges: r.IgnoreChanges, AdditionalSecretOutputs: r.AdditionalSecretOutputs,
		ID: resource.ID(s.hide.Replace(string(r.ID))), Provider: s.hide.Replace(r.Provider),
	}
	for _, d := range r.Dependencies {
		kept.Dependencies = append(kept.Dependencies, resource.URN(s.hide.Replace(string(d))))
	}
	slices.Sort(kept.Dependencies)
	kept.Inputs, _ = walk(place(r, "inputs"), r.Inputs, false, s.scrub).(map[string]any)
	if !derived(r) {
		kept.Outputs, _ = walk(place(r, "outputs"), r.Outputs, false, s.scrub).(map[string]any)
	}
	return kept
}

// derived tells whether the outputs of a resource that matter follow from its inputs.
func derived(r apitype.ResourceV3) bool {
	return !r.Custom || strings.HasPrefix(string(r.Type), "kubernetes:") || strings.HasPrefix(string(r.Type), "pulumi:providers:")
}

// scrub replaces what must not, or need not, be known elsewhere.
func (s *Site) scrub(_ string, leaf any, secret bool) any {
	switch v := leaf.(type) {
	case float64:
		if mark, own := s.number[v]; own {
			return mark
		}
	case string:
		text := s.hide.Replace(v)
		marked := text != v && strings.HasPrefix(text, "(") && strings.Index(text, ")") == len(text)-1
		switch {
		case secret && !marked && v != "":
			return hidden
		case !marked && (len(text) > long || random.MatchString(digest.ReplaceAllString(text, ""))):
			return changes
		}
		return text
	}
	return leaf
}

// byOrder keeps parents and providers before what hangs on them, and makes the rest independent of which
// resource happened to be ready first.
func byOrder(all []apitype.ResourceV3) func(a, b apitype.ResourceV3) int {
	depth, at := map[resource.URN]int{}, map[resource.URN]apitype.ResourceV3{}
	for _, r := range all {
		at[r.URN] = r
	}
	var of func(resource.URN) int
	of = func(urn resource.URN) int {
		r, there := at[urn]
		if d, known := depth[urn]; known || !there {
			return d
		}
		provider, _, _ := strings.Cut(r.Provider, "::(")
		deepest := 0
		for _, d := range append(slices.Clone(r.Dependencies), r.Parent, resource.URN(provider)) {
			deepest = max(deepest, of(d))
		}
		depth[urn] = deepest + 1
		return depth[urn]
	}
	return func(a, b apitype.ResourceV3) int {
		if d := of(a.URN) - of(b.URN); d != 0 {
			return d
		}
		return strings.Compare(string(a.URN), string(b.URN))
	}
}

// tight fails when a secret of the state stands anywhere in the record.
func (s *Site) tight(all State) error {
	raw, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	text := string(raw)
	for _, r := range s.state.Resources {
		for part, values := range map[string]map[string]any{"inputs": r.Inputs, "outputs": r.Outputs} {
			walk(place(r, part), values, false, func(path string, leaf any, secret bool) any {
				if v, _ := leaf.(string); secret && contains(text, v) {
					err = fmt.Errorf("record: the secret %s stands in it elsewhere in clear: mark it secret there too", path)
				}
				return leaf
			})
		}
	}
	return err
}

// contains tells whether a piece of a secret that cannot be guessed stands in a text.
func contains(text, secret string) bool {
	return slices.ContainsFunc(token.FindAllString(secret, -1), func(t string) bool { return guessless(t) && strings.Contains(text, t) })
}

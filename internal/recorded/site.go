package recorded

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Site is one sandbox: what is true of it only, and the state of its stack.
type Site struct {
	state  apitype.DeploymentV3 // secrets in clear
	hide   *strings.Replacer    // what is true here only, by what stands for it
	show   *strings.Replacer    // the other way round
	number map[float64]string   // likewise, of numbers
	digits map[string]float64   // likewise, the other way round
	leaves map[string]any       // every value of the state, by place
}

// random is what no two sandboxes have in common: identifiers, times, keys and certificates.
var random = regexp.MustCompile(`-----BEGIN |\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b|` +
	`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|\b(?:[0-9A-Fa-f]{2}:){5}`)

// NewSite takes the texts and numbers that are true of the sandbox only, by what stands for them in a
// record, and the state of its stack with secrets in clear.
func NewSite(texts map[string]string, numbers map[string]float64, state apitype.DeploymentV3) *Site {
	s := &Site{state: state, number: map[float64]string{}, digits: numbers, leaves: map[string]any{}}
	pairs := [][2]string{}
	for mark, text := range texts {
		pairs = append(pairs, [2]string{text, mark})
	}
	for mark, n := range numbers {
		s.number[n] = mark
		pairs = append(pairs, [2]string{fmt.Sprintf(":%.0f", n), ":" + mark})
	}
	for _, r := range state.Resources {
		pairs = append(pairs, born(r)...)
		s.index(place(r, "inputs"), r.Inputs)
		s.index(place(r, "outputs"), r.Outputs)
	}
	// The longest first: one may be part of another.
	slices.SortFunc(pairs, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(len(b[0]), len(a[0])), cmp.Compare(a[1], b[1]))
	})
	var hide, show []string
	for _, p := range pairs {
		if p[0] != "" {
			hide, show = append(hide, p[0], p[1]), append(show, p[1], p[0])
		}
	}
	s.hide, s.show = strings.NewReplacer(hide...), strings.NewReplacer(show...)
	return s
}

// born gives what providers made up for a resource: its identifier, and the forms of a private key with
// the password that secrets.Password makes of it.
func born(r apitype.ResourceV3) (pairs [][2]string) {
	name := string(r.Type.Name()) + " " + r.URN.Name()
	if random.MatchString(string(r.ID)) {
		pairs = append(pairs, [2]string{string(r.ID), "(id of " + name + ")"})
	}
	if r.Type != "tls:index/privateKey:PrivateKey" {
		return pairs
	}
	for key, v := range r.Outputs {
		text, _ := opened(v).(string)
		if len(text) < 32 { // the algorithm and the like
			continue
		}
		pairs = append(pairs, [2]string{text, "(" + key + " of " + name + ")"})
		if key == "privateKeyPem" {
			sum := sha256.Sum256([]byte(text))
			pairs = append(pairs, [2]string{base64.RawURLEncoding.EncodeToString(sum[:]), "(password of " + name + ")"})
		}
	}
	return pairs
}

func place(r apitype.ResourceV3, part string) string { return string(r.URN) + "#" + part }

// index notes every value of the state.
func (s *Site) index(path string, v any) {
	walk(path, v, false, func(path string, leaf any, _ bool) any {
		s.leaves[path] = leaf
		return leaf
	})
}

// opened gives a value without the wrapping of a secret.
func opened(v any) any {
	m, _ := v.(map[string]any)
	if m[resource.SigKey] != resource.SecretSig {
		return v
	}
	var in any
	text, _ := m["plaintext"].(string)
	if json.Unmarshal([]byte(text), &in) != nil {
		return nil
	}
	return in
}

// walk rebuilds a value leaf by leaf. Secrets stay wrapped.
func walk(path string, v any, secret bool, leaf func(path string, leaf any, secret bool) any) any {
	switch v := v.(type) {
	case map[string]any:
		if v[resource.SigKey] == resource.SecretSig {
			raw, err := json.Marshal(walk(path, opened(v), true, leaf))
			if err != nil { // it came from JSON
				raw = []byte(`""`)
			}
			return map[string]any{resource.SigKey: resource.SecretSig, "plaintext": string(raw)}
		}
		all := map[string]any{}
		for k, e := range v {
			all[k] = walk(path+"."+k, e, secret, leaf)
		}
		return all
	case []any:
		all := make([]any, 0, len(v))
		for i, e := range v {
			all = append(all, walk(fmt.Sprintf("%s[%d]", path, i), e, secret, leaf))
		}
		return all
	}
	return leaf(path, v, secret)
}

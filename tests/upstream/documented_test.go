package upstream_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// commented is a key that a chart's values.yaml shows commented out: it has no default, but the
// templates read it. One space after the sign is a key, more is the content of an example.
var (
	commented = regexp.MustCompile(`^( *)# ([A-Za-z][A-Za-z0-9]*):( |$)`)
	plainKey  = regexp.MustCompile(`^( *)([A-Za-z][A-Za-z0-9_.-]*):( |$)`)
)

// documented adds such keys to a chart's defaults, without a value, so that any type fits them.
func documented(dir, name string, defaults map[string]any) error {
	raw, err := os.ReadFile(filepath.Join(dir, "charts", name, "values.yaml"))
	if err != nil {
		return err
	}
	var path []string // keys around the line, each two spaces deeper
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimRight(line, "\n")
		if m := plainKey.FindStringSubmatch(line); m != nil && len(m[1])/2 <= len(path) {
			path = append(path[:len(m[1])/2], m[2])
		}
		if m := commented.FindStringSubmatch(line); m != nil && len(m[1])/2 <= len(path) {
			document(defaults, path[:len(m[1])/2], m[2])
		}
	}
	return nil
}

// document adds one key below path, unless it is there.
func document(defaults map[string]any, path []string, key string) {
	for _, parent := range path {
		below, ok := defaults[parent].(map[string]any)
		if !ok || len(below) == 0 { // an empty map is the user's own: what stands there are examples
			return
		}
		defaults = below
	}
	if _, ok := defaults[key]; !ok {
		defaults[key] = nil
	}
}

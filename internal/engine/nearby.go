package engine

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Nearby gives the names of a stack's outputs and of its keys where the state is a folder of this
// machine: for completion in a shell, which runs at every press of a key and so starts no program and
// asks no server. Whatever cannot be read has no names.
func Nearby(p Project, name string) (outputs, keys []string) {
	dir, local := folder(backendOf(p))
	if !local {
		return nil, nil
	}
	raw, err := os.ReadFile(filepath.Join(dir, ".pulumi", "stacks", name, p.Stack+".json"))
	if err != nil {
		return nil, nil
	}
	var file struct {
		Checkpoint struct {
			Latest json.RawMessage `json:"latest"`
		} `json:"checkpoint"`
	}
	var d apitype.DeploymentV3
	if json.Unmarshal(raw, &file) != nil || json.Unmarshal(file.Checkpoint.Latest, &d) != nil {
		return nil, nil
	}
	for _, r := range d.Resources {
		if r.Type == "pulumi:pulumi:Stack" {
			outputs = slices.Sorted(maps.Keys(r.Outputs))
		}
	}
	all, _ := keysOf(file.Checkpoint.Latest) // decoded above
	for _, k := range all {
		keys = append(keys, k.Name)
	}
	return outputs, keys
}

// backendOf is the address of the state that the CLI would use, empty where that is not known.
func backendOf(p Project) string {
	get := func(key string) string {
		if value, set := p.Env[key]; set {
			return value
		}
		return os.Getenv(key)
	}
	if url := get("PULUMI_BACKEND_URL"); url != "" {
		return url
	}
	home := get("PULUMI_HOME")
	if home == "" {
		own, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		home = filepath.Join(own, ".pulumi")
	}
	var login struct {
		Current string `json:"current"`
	}
	raw, err := os.ReadFile(filepath.Join(home, "credentials.json"))
	if err != nil || json.Unmarshal(raw, &login) != nil {
		return ""
	}
	return login.Current
}

// folder is the folder of a file:// address.
func folder(url string) (dir string, is bool) {
	dir, is = strings.CutPrefix(url, "file://")
	if rest, home := strings.CutPrefix(dir, "~"); home {
		own, err := os.UserHomeDir()
		if err != nil {
			return "", false
		}
		dir = own + rest
	}
	dir, _, _ = strings.Cut(dir, "?")
	return dir, is
}

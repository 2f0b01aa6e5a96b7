package drift

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	machineType = "proxmoxve:VM/virtualMachine:VirtualMachine"
)

// State is what the audit needs of a stack's state.
type State struct {
	Digest    string // of all of it
	resources []resource
	secrets   *secrets
}

// resource is one resource, its secrets in clear: never print a value without [secrets.hide].
type resource struct {
	URN, Type, ID   string
	Inputs, Outputs map[string]any
	manager         string    // field manager of an object, given by the provider
	modified        time.Time // by the latest run that changed it; zero when not known
}

// NewState reads an exported state.
func NewState(d apitype.DeploymentV3, digest string) State {
	s := State{Digest: digest, secrets: &secrets{known: map[string]bool{}}}
	for _, r := range d.Resources {
		if r.Delete || !r.Custom {
			continue
		}
		one := resource{URN: string(r.URN), Type: string(r.Type), ID: string(r.ID)}
		one.Inputs, _ = s.open(r.Inputs, false).(map[string]any)
		one.Outputs, _ = s.open(r.Outputs, false).(map[string]any)
		one.manager, _ = r.Outputs["__fieldManager"].(string)
		if r.Modified != nil {
			one.modified = *r.Modified
		}
		s.resources = append(s.resources, one)
	}
	return s
}

// open unwraps secrets and remembers them. Fields of the engine's own are left out.
func (s State) open(v any, secret bool) any {
	switch v := v.(type) {
	case map[string]any:
		if v[sig.Key] == sig.Secret {
			plain, _ := v["plaintext"].(string)
			var inner any
			if json.Unmarshal([]byte(plain), &inner) != nil {
				return nil
			}
			return s.open(inner, true)
		}
		out := make(map[string]any, len(v))
		for k, x := range v {
			if strings.HasPrefix(k, "__") {
				continue
			}
			out[k] = s.open(x, secret)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = s.open(x, secret)
		}
		return out
	case string:
		if secret {
			s.secrets.add(v)
		}
	}
	return v
}

// provider gives the inputs of the first provider of a package, nil when there is none.
func (s State) provider(name string) map[string]any {
	for _, r := range s.resources {
		if r.Type == "pulumi:providers:"+name && !strings.HasPrefix(r.URN[strings.LastIndex(r.URN, "::")+2:], "default") {
			return r.Inputs
		}
	}
	return nil
}

// objects are the Kubernetes objects of the state.
func (s State) objects() (all []expectation) {
	for _, r := range s.resources {
		kind, _ := r.Inputs["kind"].(string)
		version, _ := r.Inputs["apiVersion"].(string)
		if !strings.HasPrefix(r.Type, "kubernetes:") || r.Type == releaseType || kind == "" || version == "" {
			continue
		}
		o := &unstructured.Unstructured{Object: r.Inputs}
		if o.GetName() == "" {
			o = o.DeepCopy()
			o.SetName(r.ID[strings.LastIndex(r.ID, "/")+1:])
		}
		all = append(all, expectation{id: r.URN, urn: r.URN, object: o, manager: r.manager})
	}
	return all
}

// ofType lists the resources of one type.
func (s State) ofType(token string) []resource {
	return slices.DeleteFunc(slices.Clone(s.resources), func(r resource) bool { return r.Type != token })
}

// Package kubeconfig takes over the cluster from Kubespray: it rewrites its admin kubeconfig to the
// virtual address, finds everything that would make it fail later, and tries it out. It needs no
// Kubernetes library, because the program that `pulumi up` compiles holds none.
package kubeconfig

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	whence  = "take artifacts/admin.conf from the inventory folder, where Kubespray writes it"
	flatten = "embed it with `kubectl config view --raw --flatten --minify`"
)

// file is a kubeconfig as far as a handover looks at it.
type file struct {
	APIVersion     string         `yaml:"apiVersion"`
	Kind           string         `yaml:"kind"`
	CurrentContext string         `yaml:"current-context"`
	Clusters       []namedCluster `yaml:"clusters"`
	Contexts       []namedContext `yaml:"contexts"`
	Users          []namedUser    `yaml:"users"`
}

type namedCluster struct {
	Name    string  `yaml:"name"`
	Cluster cluster `yaml:"cluster"`
}

type cluster struct {
	Server   string `yaml:"server"`
	CAData   string `yaml:"certificate-authority-data,omitempty"` // base64 of PEM
	CAFile   string `yaml:"certificate-authority,omitempty"`
	Insecure bool   `yaml:"insecure-skip-tls-verify,omitempty"`
	ProxyURL string `yaml:"proxy-url,omitempty"`
}

type namedContext struct {
	Name    string     `yaml:"name"`
	Context contextRef `yaml:"context"`
}

type contextRef struct {
	Cluster   string `yaml:"cluster"`
	User      string `yaml:"user"`
	Namespace string `yaml:"namespace,omitempty"`
}

type namedUser struct {
	Name string `yaml:"name"`
	User user   `yaml:"user"`
}

type user struct {
	CertData     string `yaml:"client-certificate-data,omitempty"` // base64 of PEM
	KeyData      string `yaml:"client-key-data,omitempty"`         // base64 of PEM
	Token        string `yaml:"token,omitempty"`
	CertFile     string `yaml:"client-certificate,omitempty"`
	KeyFile      string `yaml:"client-key,omitempty"`
	TokenFile    string `yaml:"tokenFile,omitempty"`
	Username     string `yaml:"username,omitempty"`
	Password     string `yaml:"password,omitempty"`
	Exec         *exec  `yaml:"exec,omitempty"`
	AuthProvider *named `yaml:"auth-provider,omitempty"`
}

type exec struct {
	Command string `yaml:"command"`
}

type named struct {
	Name string `yaml:"name"`
}

// parse reads raw and makes sure that it is a kubeconfig with one context whose cluster and user
// exist. No error quotes the content: it is a secret.
func parse(raw []byte) (*file, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, errors.New("not a kubeconfig: it is empty; " + whence)
	}
	f := &file{}
	if err := yaml.Unmarshal(raw, f); err != nil {
		var shape *yaml.TypeError
		if errors.As(err, &shape) {
			return nil, errors.New("not a kubeconfig: its fields have other types; " + whence)
		}
		return nil, fmt.Errorf("not a kubeconfig: %w; %s", err, whence)
	}
	if f.Kind != "Config" || f.APIVersion != "v1" {
		return nil, fmt.Errorf("not a kubeconfig: apiVersion and kind are %q and %q, want \"v1\" and \"Config\"; %s",
			f.APIVersion, f.Kind, whence)
	}
	if len(f.Contexts) != 1 {
		return nil, fmt.Errorf("%d contexts%s, want exactly one; "+
			"pick it with `kubectl config view --raw --flatten --minify --context NAME`", len(f.Contexts), f.contextNames())
	}
	_, _, err := f.target()
	return f, err
}

func (f *file) contextNames() string {
	var names []string
	for _, c := range f.Contexts {
		names = append(names, c.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// target gives the cluster and the user of the only context.
func (f *file) target() (*namedCluster, *namedUser, error) {
	var c *namedCluster
	var u *namedUser
	ref := f.Contexts[0]
	for i := range f.Clusters {
		if f.Clusters[i].Name == ref.Context.Cluster {
			c = &f.Clusters[i]
		}
	}
	for i := range f.Users {
		if f.Users[i].Name == ref.Context.User {
			u = &f.Users[i]
		}
	}
	var errs []error
	if c == nil {
		errs = append(errs, fmt.Errorf("context %q: its cluster %q is not in the file; %s", ref.Name, ref.Context.Cluster, whence))
	}
	if u == nil {
		errs = append(errs, fmt.Errorf("context %q: its user %q is not in the file; %s", ref.Name, ref.Context.User, whence))
	}
	return c, u, errors.Join(errs...)
}

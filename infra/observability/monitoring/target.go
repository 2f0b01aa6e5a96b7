package monitoring

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Target is a set of Services or pods of one namespace.
type Target struct {
	Name      string              // of the monitor, of which a system may have several; empty means the system's
	Namespace pulumi.StringInput  // of the Services or pods
	Pods      bool                // the labels are those of pods; else of Services
	Labels    map[string]string   // all of which they have
	LabelIn   map[string][]string // label -> the values of which they have one
	Endpoints []Endpoint          // at least one
}

// Endpoint is where one set of metrics is served.
type Endpoint struct {
	Port     string            // name of the Service's port, or of the container's
	Number   int               // of a container's port that has no name, instead of Port; with Pods only
	Path     string            // empty means /metrics
	Query    map[string]string // parameters of the address
	Interval string            // such as 60s; empty means that of Prometheus
	HTTPS    *TLS              // nil means without TLS
	Token    bool              // Prometheus shows its service account's token; with HTTPS only
	Login    *Login            // nil means without one
}

// TLS says how a server is recognized.
type TLS struct {
	CASecret    string // name of the Secret with the authority's certificate, in the target's namespace
	CAConfigMap string // or of the ConfigMap
	CAKey       string // key in either
	ServerName  string // that the certificate has; empty means the address
	Unverified  bool   // the server signs its certificate itself at every start
}

// Login names a Secret in the target's namespace.
type Login struct{ Secret, UserKey, PasswordKey string }

package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Container is one container of a pod of ours. It is hardened: it gains no privileges, its root file
// system is read-only, and it has no capability besides those named.
type Container struct {
	Name         string
	Image        string   // pinned
	Command      []string // nil means the image's
	Args         []string
	Env          []EnvVar
	EnvFrom      []string // Secrets whose every key is a variable; Env goes before them
	Ports        []Port
	Mounts       []Mount
	Startup      *Probe
	Live         *Probe
	Ready        *Probe
	CPU          string // requested, e.g. 100m; there is no limit, which would throttle on an idle node
	Memory       string // requested, e.g. 64Mi
	MemoryLimit  string
	Capabilities []string // e.g. NET_BIND_SERVICE
}

// EnvVar is an environment variable. Make it with Env, EnvFromSecret or EnvFromField.
type EnvVar struct{ name, value, secret, key, field string }

// Env is a variable with a public value.
func Env(name, value string) EnvVar { return EnvVar{name: name, value: value} }

// EnvFromSecret is a variable with the value of a Secret's key.
func EnvFromSecret(name, secret, key string) EnvVar {
	return EnvVar{name: name, secret: secret, key: key}
}

// EnvFromField is a variable with the value of a field of the pod, e.g. status.podIP.
func EnvFromField(name, path string) EnvVar { return EnvVar{name: name, field: path} }

// Port is a port that a container listens on.
type Port struct {
	Name   string
	Number int
	Proto  string // UDP; empty means TCP
}

// Mount is a volume's place in a container.
type Mount struct {
	Volume, Path string
	Writable     bool
}

// Probe asks whether a container is well: over HTTP, or for a connection when there is no Path.
type Probe struct {
	Path     string
	Port     string // by name
	TLS      bool
	Period   int // seconds
	Failures int // after which it counts as failed, 0 means 3
	Timeout  int // seconds, 0 means 1
}

func (c Container) spec() pulumi.Map {
	spec := pulumi.Map{
		"name": pulumi.String(c.Name), "image": pulumi.String(c.Image), "resources": Resources(c.CPU, c.Memory, c.MemoryLimit),
	}
	setStrings(spec, "command", c.Command)
	setStrings(spec, "args", c.Args)
	setList(spec, "env", c.Env, EnvVar.spec)
	setList(spec, "envFrom", c.EnvFrom, func(secret string) pulumi.Map {
		return pulumi.Map{"secretRef": pulumi.Map{"name": pulumi.String(secret)}}
	})
	setList(spec, "ports", c.Ports, Port.spec)
	setList(spec, "volumeMounts", c.Mounts, Mount.spec)
	for name, p := range map[string]*Probe{"startupProbe": c.Startup, "livenessProbe": c.Live, "readinessProbe": c.Ready} {
		if p != nil {
			spec[name] = p.spec()
		}
	}
	capabilities := pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})}
	setStrings(capabilities, "add", c.Capabilities)
	spec["securityContext"] = pulumi.Map{
		"allowPrivilegeEscalation": pulumi.Bool(false), "readOnlyRootFilesystem": pulumi.Bool(true), "capabilities": capabilities,
	}
	return spec
}

func (e EnvVar) spec() pulumi.Map {
	spec := pulumi.Map{"name": pulumi.String(e.name)}
	switch {
	case e.secret != "":
		spec["valueFrom"] = pulumi.Map{"secretKeyRef": pulumi.Map{"name": pulumi.String(e.secret), "key": pulumi.String(e.key)}}
	case e.field != "":
		spec["valueFrom"] = pulumi.Map{"fieldRef": pulumi.Map{"fieldPath": pulumi.String(e.field)}}
	default:
		spec["value"] = pulumi.String(e.value)
	}
	return spec
}

func (p Port) spec() pulumi.Map {
	if p.Proto == "" {
		p.Proto = "TCP"
	}
	return pulumi.Map{"name": pulumi.String(p.Name), "containerPort": pulumi.Int(p.Number), "protocol": pulumi.String(p.Proto)}
}

func (m Mount) spec() pulumi.Map {
	spec := pulumi.Map{"name": pulumi.String(m.Volume), "mountPath": pulumi.String(m.Path)}
	if !m.Writable {
		spec["readOnly"] = pulumi.Bool(true)
	}
	return spec
}

func (p *Probe) spec() pulumi.Map {
	spec := pulumi.Map{"periodSeconds": pulumi.Int(p.Period)}
	switch {
	case p.Path == "":
		spec["tcpSocket"] = pulumi.Map{"port": pulumi.String(p.Port)}
	case p.TLS:
		spec["httpGet"] = pulumi.Map{"path": pulumi.String(p.Path), "port": pulumi.String(p.Port), "scheme": pulumi.String("HTTPS")}
	default:
		spec["httpGet"] = pulumi.Map{"path": pulumi.String(p.Path), "port": pulumi.String(p.Port)}
	}
	setInt(spec, "failureThreshold", p.Failures)
	setInt(spec, "timeoutSeconds", p.Timeout)
	return spec
}

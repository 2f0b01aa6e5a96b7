package gate

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/report"
)

// Promise is a rule that holds whatever changes. docs/gate.md has a line for each.
type Promise struct {
	ID     string // as in waivers
	Text   string // what is promised, one sentence
	Danger report.Danger
	broken func(w world) []breach
}

// breach is one resource that breaks a promise.
type breach struct {
	of  Change
	why string
}

// world is every resource as it would be after the run.
type world struct {
	all    []Change
	Domain string
}

// Promises are all rules, in the order of their documentation.
func Promises() []Promise {
	return []Promise{
		{"pinned", "every image has a tag that is no moving one, or a digest, and every chart an exact version", report.Outage, unpinned},
		{"limits", "every container of our own requests processor time and memory, and has a limit of memory", report.Capacity, unlimited},
		{"hosts", "every host that is served is a name below the domain", report.Outage, foreignHosts},
		{"dns", "every host that is served has a record in the platform's name server", report.Outage, unresolved},
		{"tls", "every listener that routes attach to speaks TLS, but the one for git over ssh", report.Access, cleartext},
		{"addresses", "no address is given twice", report.Outage, sharedAddresses},
		{"privileged", "only the namespaces that need it let pods be privileged", report.Access, privileged},
		{"secrets", "no property that is called a password, a token or a key holds a plain value", report.Access, plainSecrets},
	}
}

// Broken lists the promises that a preview would break.
func Broken(p Preview, domain string) (items []report.Item) {
	w := world{Domain: domain}
	for _, c := range p.Changes {
		if c.Op != "delete" && c.New.Exists && !c.component() {
			w.all = append(w.all, c)
		}
	}
	for _, promise := range Promises() {
		for _, b := range promise.broken(w) {
			items = append(items, report.Item{
				ID: b.of.URN + "#" + promise.ID, Layer: b.of.layer(), Kind: b.of.Kind(), Name: b.of.Name(), Op: RuleOp, Danger: promise.Danger,
				Reasons: []string{fmt.Sprintf("promise %s: %s; %s", promise.ID, promise.Text, b.why)},
			})
		}
	}
	return items
}

// containers calls f for every container of the workloads that are declared natively.
func (w world) containers(f func(c Change, container map[string]any)) {
	for _, c := range w.all {
		var pod any
		switch c.Kind() {
		case "Deployment", "StatefulSet", "DaemonSet", "Job":
			pod = dig(c.New.Inputs, "spec", "template", "spec")
		case "CronJob":
			pod = dig(c.New.Inputs, "spec", "jobTemplate", "spec", "template", "spec")
		default:
			continue
		}
		spec, _ := pod.(map[string]any)
		for _, list := range []string{"initContainers", "containers"} {
			each(spec[list], func(container map[string]any) { f(c, container) })
		}
	}
}

// each calls f for every object of a list.
func each(list any, f func(map[string]any)) {
	items, _ := list.([]any)
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			f(o)
		}
	}
}

func unpinned(w world) (all []breach) {
	w.containers(func(c Change, container map[string]any) {
		image := text(container["image"])
		name, digest, _ := strings.Cut(image, "@")
		tag := name[strings.LastIndex(name, "/")+1:]
		_, tag, tagged := strings.Cut(tag, ":")
		if digest == "" && (!tagged || slices.Contains([]string{"latest", "main", "master", "edge", "stable"}, tag)) {
			all = append(all, breach{c, fmt.Sprintf("image %q is not pinned", image)})
		}
	})
	for _, c := range w.all {
		if c.Kind() != "Release" {
			continue
		}
		if v := text(c.New.Inputs["version"]); v == "" || strings.ContainsAny(v, "^~><*x ") {
			all = append(all, breach{c, fmt.Sprintf("version %q is not exact", v)})
		}
	}
	return all
}

func unlimited(w world) (all []breach) {
	w.containers(func(c Change, container map[string]any) {
		for _, path := range [][]string{{"resources", "requests", "cpu"}, {"resources", "requests", "memory"}, {"resources", "limits", "memory"}} {
			if dig(container, path...) == nil {
				all = append(all, breach{c, fmt.Sprintf("container %s has no %s", text(container["name"]), strings.Join(path, "."))})
			}
		}
	})
	return all
}

// served calls f for every host of a gateway's listener.
func (w world) served(f func(c Change, listener map[string]any, host string)) {
	for _, c := range w.all {
		if c.Kind() == "Gateway" {
			each(dig(c.New.Inputs, "spec", "listeners"), func(l map[string]any) { f(c, l, text(l["hostname"])) })
		}
	}
}

func foreignHosts(w world) (all []breach) {
	w.served(func(c Change, _ map[string]any, host string) {
		if host != "" && !strings.HasSuffix(host, "."+w.Domain) {
			all = append(all, breach{c, fmt.Sprintf("host %q is not below %s", host, w.Domain)})
		}
	})
	return all
}

// unresolved looks into the zone files. They are unknown while their content is.
func unresolved(w world) (all []breach) {
	var zones strings.Builder
	for _, c := range w.all {
		if c.Kind() == "ConfigMap" && strings.Contains(c.Type, "core/v1") {
			data, _ := dig(c.New.Inputs, "data").(map[string]any)
			for name, zone := range data {
				if strings.HasSuffix(name, ".zone") {
					zones.WriteString(text(zone) + "\n")
				}
			}
		}
	}
	if zones.Len() == 0 {
		return nil
	}
	w.served(func(c Change, _ map[string]any, host string) {
		_, parent, _ := strings.Cut(host, ".")
		if host != "" && !strings.Contains("\n"+zones.String(), "\n"+host+". ") && !strings.Contains("\n"+zones.String(), "\n*."+parent+". ") {
			all = append(all, breach{c, fmt.Sprintf("host %q has no record", host)})
		}
	})
	return all
}

func cleartext(w world) (all []breach) {
	w.served(func(c Change, l map[string]any, _ string) {
		protocol, name := text(l["protocol"]), text(l["name"])
		if protocol != "HTTPS" && protocol != "TLS" && !strings.Contains(name, "ssh") {
			all = append(all, breach{c, fmt.Sprintf("listener %s speaks %s", name, protocol)})
		}
	})
	return all
}

func sharedAddresses(w world) (all []breach) {
	owner := map[netip.Addr]Change{}
	take := func(c Change, address string) {
		address, _, _ = strings.Cut(address, "/")
		ip, err := netip.ParseAddr(address)
		if err != nil {
			return
		}
		if other, taken := owner[ip]; taken {
			all = append(all, breach{c, fmt.Sprintf("address %s is also that of %s %s", ip, other.Kind(), other.Name())})
			return
		}
		owner[ip] = c
	}
	for _, c := range w.all {
		switch c.Kind() {
		case "VirtualMachine":
			each(dig(c.New.Inputs, "initialization", "ipConfigs"), func(ip map[string]any) { take(c, text(dig(ip, "ipv4", "address"))) })
		case "IPAddressPool":
			addresses, _ := dig(c.New.Inputs, "spec", "addresses").([]any)
			for _, a := range addresses {
				if strings.HasSuffix(text(a), "/32") {
					take(c, text(a))
				}
			}
		}
	}
	return all
}

// mayBePrivileged are the namespaces whose pods work on their nodes: network, volumes, metrics and
// logs of the nodes, devices, and the runner that builds with a container engine of its own.
var mayBePrivileged = []string{
	"metallb-system", "piraeus-datastore", "csi-nfs", "monitoring", "fluent-bit", "logging", "gitlab-runner", "gpu-operator", "vault-csi",
}

func privileged(w world) (all []breach) {
	for _, c := range w.all {
		if c.Kind() != "Namespace" {
			continue
		}
		level := text(dig(c.New.Inputs, "metadata", "labels", "pod-security.kubernetes.io/enforce"))
		switch name := text(dig(c.New.Inputs, "metadata", "name")); {
		case level == "":
			all = append(all, breach{c, "it says no Pod Security level"})
		case level == "privileged" && !slices.Contains(mayBePrivileged, name):
			all = append(all, breach{c, "it is not one of " + strings.Join(mayBePrivileged, ", ")})
		}
	}
	w.containers(func(c Change, container map[string]any) {
		if text(dig(container, "securityContext", "privileged")) == "true" {
			all = append(all, breach{c, fmt.Sprintf("container %s of our own is privileged", text(container["name"]))})
		}
	})
	return all
}

// secretNames end names of properties that hold secrets.
var secretNames = []string{"password", "passwd", "token", "secretkey", "privatekey", "apikey", "clientsecret"}

func plainSecrets(w world) (all []breach) {
	for _, c := range w.all {
		leaves("", c.New.Inputs, func(path string, v any) {
			s, isText := v.(string)
			name := strings.ToLower(path[strings.LastIndexAny(path, ".[")+1:])
			name = strings.Trim(name, `"]`)
			if reference.MatchString(path) || isText && variable.MatchString(s) { // names where the secret is
				return
			}
			if isText && s != "" && s != report.Masked && !unknown(v) && slices.ContainsFunc(secretNames, func(n string) bool { return strings.HasSuffix(name, n) }) {
				all = append(all, breach{c, fmt.Sprintf("%s is not a secret of the stack", path)}) // never the value
			}
		})
	}
	return all
}

// reference matches properties within a reference to a Secret, such as passwordSecret.password.
var reference = regexp.MustCompile(`(?i)secret(ref|keyref)?\.[a-z]+$`)

// variable matches a reference to an environment variable, such as $GRAFANA_PASSWORD.
var variable = regexp.MustCompile(`^\$\{?[A-Z][A-Z0-9_]*\}?$`)

// leaves calls f for every value that is neither map nor list.
func leaves(path string, v any, f func(string, any)) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			leaves(join(path, k), x, f)
		}
	case []any:
		for i, x := range v {
			leaves(fmt.Sprintf("%s[%d]", path, i), x, f)
		}
	default:
		f(path, v)
	}
}

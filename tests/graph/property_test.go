package graph_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/planned"
)

// property finds what breaks a promise in a graph.
type property func(g *Graph) []string

var properties = map[string]property{
	"URNs are unique":                               urnsUnique,
	"every resource has a layer":                    layered,
	"containers have requests and limits":           limited,
	"images are pinned":                             imagesPinned,
	"claims name a storage class that exists":       claimsHaveClass,
	"releases are pinned":                           releasesPinned,
	"custom resources come after their definitions": definedBefore,
	"host names lie in the domain":                  hostsInDomain,
	"addresses come from the configuration":         addressesConfigured,
	"secrets are marked secret":                     secretsMarked,
	"what cannot be rebuilt is protected":           protected,
	"there is one default storage class":            oneDefaultClass,
	"namespaces state their pod security":           podSecurity,
	"namespaces exist before what is in them":       namespaced,
	"published hosts answer":                        hostsAnswer,
	"nobody but the runner is an administrator":     administrators,
	"roles name what they allow":                    namedRights,
	"accounts without rights hand out no token":     quietAccounts,
	"namespaces are closed":                         closedNamespaces,
	"namespaces are as strict as they can be":       strict,
	"what is measured lets Prometheus in":           measurable,
	"the gate knows every kind":                     judged,
}

func TestProperties(t *testing.T) {
	for _, stack := range []string{"homelab", "sandbox"} {
		g := whole(t, stack)
		require.NotEmpty(t, g.All)
		for name, holds := range properties {
			t.Run(stack+"/"+name, func(t *testing.T) { require.Empty(t, holds(g)) })
		}
	}
}

func urnsUnique(g *Graph) (broken []string) {
	times := map[string]int{}
	for _, r := range g.All {
		times[r.URN]++
	}
	for urn, n := range times {
		if n > 1 {
			broken = append(broken, fmt.Sprintf("%s is registered %d times", urn, n))
		}
	}
	return broken
}

// layered: every resource belongs to a component; only layers hang on the stack itself.
func layered(g *Graph) (broken []string) {
	for _, r := range g.All {
		if planned.TypeOf(r.Parent) == "" && !strings.HasPrefix(r.Type, "streamforge:") {
			broken = append(broken, r.URN+" has no layer")
		}
	}
	return broken
}

func limited(g *Graph) (broken []string) {
	g.containers(func(path string, c resource.PropertyMap) {
		for _, field := range []string{"resources.requests.cpu", "resources.requests.memory", "resources.limits.memory"} {
			if _, ok := text(c, field); !ok {
				broken = append(broken, path+" has no "+field)
			}
		}
	})
	return broken
}

var pinned = regexp.MustCompile(`^[^:@\s]+(:[0-9]+/[^:@\s]+)?:[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*(@sha256:[0-9a-f]{64})?$`)

func imagesPinned(g *Graph) (broken []string) {
	g.containers(func(path string, c resource.PropertyMap) {
		if image, _ := text(c, "image"); !pinned.MatchString(image) {
			broken = append(broken, fmt.Sprintf("%s: image %q has no version", path, image))
		}
	})
	return broken
}

// containers visits every container of workloads that the program declares itself.
func (g *Graph) containers(visit func(path string, c resource.PropertyMap)) {
	g.walk(func(path string, o resource.PropertyMap) {
		for _, key := range []resource.PropertyKey{"containers", "initContainers"} {
			if list, ok := o[key]; ok && list.IsArray() {
				for i, c := range list.ArrayValue() {
					if c.IsObject() {
						visit(fmt.Sprintf("%s.%s[%d]", path, key, i), c.ObjectValue())
					}
				}
			}
		}
	})
}

func claimsHaveClass(g *Graph) (broken []string) {
	classes := map[string]bool{}
	for _, r := range g.All {
		if r.Type == releaseType {
			if class, ok := text(r.Inputs, "values.storageClass.name"); ok {
				classes[class] = true
			}
		}
		if r.Type == classType {
			class, _ := text(r.Inputs, "metadata.name")
			classes[class] = true
		}
	}
	g.walk(func(path string, o resource.PropertyMap) {
		class, asks := text(o, "storageClass")
		if o["accessModes"].IsArray() {
			class, _ = text(o, "storageClassName")
			asks = true // a claim without a class is broken too
		}
		if asks && !classes[class] {
			broken = append(broken, fmt.Sprintf("%s asks for storage class %q, which nothing makes", path, class))
		}
	})
	return broken
}

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	crdType     = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
	classType   = "kubernetes:storage.k8s.io/v1:StorageClass"
)

func releasesPinned(g *Graph) (broken []string) {
	for _, r := range g.All {
		if r.Type != releaseType {
			continue
		}
		chart, _ := text(r.Inputs, "chart")
		version, _ := text(r.Inputs, "version")
		known := slices.ContainsFunc(pins.AllCharts(), func(c pins.Chart) bool {
			return c.Version == version && strings.HasSuffix(chart, "/"+c.Name+"-"+c.Version+".tgz")
		})
		if !known {
			broken = append(broken, fmt.Sprintf("%s: chart %q version %q is not in pins", r.URN, chart, version))
		}
	}
	return broken
}

// chartOfGroup names the chart that brings the definitions of an API group; other groups are
// expected as CustomResourceDefinitions of the program itself.
var chartOfGroup = map[string]string{
	"metallb.io":                   pins.MetalLB.Name,
	"cert-manager.io":              pins.CertManager.Name,
	"piraeus.io":                   pins.Piraeus.Name,
	"database.arangodb.com":        pins.KubeArangoDB.Name,
	"backup.arangodb.com":          pins.KubeArangoDB.Name,
	"acid.zalan.do":                pins.PostgresOperator.Name,
	"kafka.strimzi.io":             pins.Strimzi.Name,
	"keda.sh":                      pins.KEDA.Name,
	"elasticsearch.k8s.elastic.co": pins.ECK.Name,
	"kibana.k8s.elastic.co":        pins.ECK.Name,
	"argoproj.io":                  pins.ArgoCD.Name,
	"secrets-store.csi.x-k8s.io":   pins.SecretsStoreCSI.Name,
}

// nativeGroups are served by the API server itself.
var nativeGroups = []string{"", "apps", "batch", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
	"networking.k8s.io", "discovery.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "admissionregistration.k8s.io"}

func definedBefore(g *Graph) (broken []string) {
	for _, r := range g.All {
		apiVersion, _ := text(r.Inputs, "apiVersion")
		kind, _ := text(r.Inputs, "kind")
		group, _, versioned := strings.Cut(apiVersion, "/")
		if !versioned || slices.Contains(nativeGroups, group) || !strings.HasPrefix(r.Type, "kubernetes:") {
			continue
		}
		if !g.reaches(r, func(d Resource) bool { return defines(d, group, kind) }) {
			broken = append(broken, fmt.Sprintf("%s does not wait for the definition of %s in %s", r.URN, kind, group))
		}
	}
	return broken
}

func defines(d Resource, group, kind string) bool {
	if chart, ok := chartOfGroup[group]; ok {
		source, _ := text(d.Inputs, "chart")
		return d.Type == releaseType && strings.Contains(source, "/"+chart+"-")
	}
	g, _ := text(d.Inputs, "spec.group")
	k, _ := text(d.Inputs, "spec.names.kind")
	return d.Type == crdType && g == group && k == kind
}

var (
	ipv4 = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`)
	// constants are addresses with a meaning of their own, the same at every site.
	constants = []string{"0.0.0.0", "127.0.0.1"}
)

func addressesConfigured(g *Graph) (broken []string) {
	return g.strings(func(path, value string) string {
		for _, found := range ipv4.FindAllString(value, -1) {
			address, err := netip.ParseAddr(found)
			derived := !address.Less(g.pool[0]) && !g.pool[1].Less(address)
			if err != nil || derived || slices.Contains(constants, found) {
				continue
			}
			if !g.configured[found] {
				return fmt.Sprintf("%s: %s does not come from the configuration", path, found)
			}
		}
		return ""
	})
}

// inCluster are names of Services: namespace-qualified, or so short that only the namespace itself
// and the pod resolve them.
var inCluster = regexp.MustCompile(`^([a-z0-9-]+|(\*\.)?[a-z0-9-]+\.[a-z0-9-]+\.svc(\.cluster\.local)?)$`)

func hostsInDomain(g *Graph) (broken []string) {
	check := func(path, host string) {
		if host != g.domain && !strings.HasSuffix(host, "."+g.domain) && !inCluster.MatchString(host) {
			broken = append(broken, fmt.Sprintf("%s: %s is not below %s", path, host, g.domain))
		}
	}
	g.walk(func(path string, o resource.PropertyMap) {
		if host, ok := text(o, "hostname"); ok && !strings.Contains(path, "VirtualMachine") {
			check(path, host)
		}
		for _, key := range []resource.PropertyKey{"hostnames", "dnsNames"} {
			if list, ok := o[key]; ok && list.IsArray() {
				for _, h := range list.ArrayValue() {
					if h.IsString() {
						check(path, h.StringValue())
					}
				}
			}
		}
	})
	return broken
}

// keyReference is where Kafka Connect's object names the key of a Secret, which is called password.
const keyReference = ".spec.authentication.passwordSecret"

// variable is how Grafana is told to take a value from its environment, or whether to use tokens of
// some kind at all.
var variable = regexp.MustCompile(`^(\$[A-Z][A-Z0-9_]+|true|false)$`)

var secretKey = regexp.MustCompile(`(?i)(password|token|secretkey|privatekey|kubeconfig|keypem)$`)

func secretsMarked(g *Graph) (broken []string) {
	g.walk(func(path string, o resource.PropertyMap) {
		kind, _ := text(o, "kind")
		for key, value := range o {
			field := path + "." + string(key)
			switch {
			case value.IsString() && secretKey.MatchString(string(key)) && !strings.HasSuffix(path, keyReference) &&
				!variable.MatchString(value.StringValue()):
				broken = append(broken, field+" is a plain string; wrap it with pulumi.ToSecret")
			case kind == "Secret" && (key == "data" || key == "stringData"):
				broken = append(broken, plain(field, value)...)
			}
		}
	})
	return broken
}

// plain lists what of a Kubernetes Secret's content is not a Pulumi secret. A value that holds no
// secret, such as a user name, may be plain.
func plain(path string, value resource.PropertyValue) (broken []string) {
	if !value.IsObject() {
		return nil
	}
	for key, v := range value.ObjectValue() {
		if v.IsString() && key != "username" && key != "tls.crt" && key != "ca.crt" {
			broken = append(broken, fmt.Sprintf("%s.%s of a Secret is plain", path, key))
		}
	}
	return broken
}

// guarded types hold what a new deployment would not bring back.
var guarded = []string{"proxmoxve:VM/virtualMachine:VirtualMachine", crdType, "kubernetes:core/v1:Namespace",
	"kubernetes:core/v1:PersistentVolumeClaim", "tls:index/selfSignedCert:SelfSignedCert",
	classType, "kubernetes:core/v1:PersistentVolume", "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
	"kubernetes:piraeus.io/v1:LinstorCluster", "kubernetes:apps/v1:StatefulSet",
	"kubernetes:kafka.strimzi.io/v1beta2:Kafka", "kubernetes:kafka.strimzi.io/v1beta2:KafkaNodePool",
	"kubernetes:kafka.strimzi.io/v1beta2:KafkaTopic",
	"kubernetes:database.arangodb.com/v1:ArangoDeployment", "kubernetes:acid.zalan.do/v1:postgresql",
	"kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch", "vault:index/mount:Mount"}

func protected(g *Graph) (broken []string) {
	for _, r := range g.All {
		if slices.Contains(guarded, r.Type) && !r.Protect && !r.Retain && !g.disposable {
			broken = append(broken, r.URN+" is neither protected nor retained")
		}
	}
	return broken
}

// judged: the gate has a class of danger for whatever the program declares.
func judged(g *Graph) (broken []string) {
	for _, r := range g.All {
		if _, reasons := gate.Assess(gate.Change{URN: r.URN, Type: r.Type, Op: "delete"}); slices.Contains(reasons, gate.Unlisted) {
			broken = append(broken, fmt.Sprintf("%s: internal/gate/kinds.go has no %s", r.URN, kindOf(r)))
		}
	}
	return broken
}

const defaultClass = "storageclass.kubernetes.io/is-default-class"

// oneDefaultClass: with none, a claim without a class waits for ever; of several, the newest is taken.
func oneDefaultClass(g *Graph) (broken []string) {
	found := []string{}
	for _, r := range g.All {
		annotations := r.Inputs["metadata"]
		if r.Type == classType && annotations.IsObject() && annotations.ObjectValue()["annotations"].IsObject() &&
			annotations.ObjectValue()["annotations"].ObjectValue()[defaultClass].DeepEquals(resource.NewStringProperty("true")) {
			found = append(found, r.Name)
		}
	}
	if len(found) != 1 {
		broken = append(broken, fmt.Sprintf("%d default storage classes: %v", len(found), found))
	}
	return broken
}

func podSecurity(g *Graph) (broken []string) {
	for _, r := range g.All {
		if r.Type != "kubernetes:core/v1:Namespace" {
			continue
		}
		labels := r.Inputs["metadata"].ObjectValue()["labels"]
		if !labels.IsObject() || !labels.ObjectValue().HasValue("pod-security.kubernetes.io/enforce") {
			broken = append(broken, r.URN+" has no pod-security.kubernetes.io/enforce label")
		}
	}
	return broken
}

// builtIn namespaces exist in every cluster.
var builtIn = []string{"default", "kube-system"}

func namespaced(g *Graph) (broken []string) {
	for _, r := range g.All {
		if !strings.HasPrefix(r.Type, "kubernetes:") {
			continue
		}
		ns, ok := text(r.Inputs, "metadata.namespace")
		if r.Type == releaseType {
			ns, ok = text(r.Inputs, "namespace")
		}
		if !ok || slices.Contains(builtIn, ns) {
			continue
		}
		if !g.reaches(r, func(d Resource) bool {
			name, _ := text(d.Inputs, "metadata.name")
			return d.Type == "kubernetes:core/v1:Namespace" && name == ns
		}) {
			broken = append(broken, fmt.Sprintf("%s does not wait for namespace %s", r.URN, ns))
		}
	}
	return broken
}

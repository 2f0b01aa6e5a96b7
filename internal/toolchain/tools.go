// Package toolchain builds the programs of bin/ from the pinned Go modules under
// tools/: the Pulumi CLI and its provider plugins, and the processes of the
// sandbox. It uses the standard library only, so that it compiles in seconds on a
// machine that has nothing but Go.
package toolchain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/pins"
)

// Tool is one program of bin/.
type Tool struct {
	Name     string   // file name in bin/
	Version  string   // what the program reports, without a leading v
	Module   string   // folder below tools/ that holds the go.mod
	Package  string   // what is built: an import path, or "." for the module's own main package
	Tags     string   // build tags, separated by commas
	LDFlags  string   // flags of the linker beyond -s -w, in practice -X name=value
	Generate []string // arguments of ./gen, which runs before the build; nil: there is no ./gen
	Disk     Disk     // measured with empty caches, in the order of Tools
}

// Disk is what building one tool takes, in megabytes.
type Disk struct {
	Build   uint64 // compiled packages, in GOCACHE
	Modules uint64 // sources, in GOMODCACHE
}

// Versions of the pinned modules; a test compares them with the go.mod files.
const (
	pulumiVersion     = "3.256.0"
	kubernetesVersion = "1.33.13"
	etcdVersion       = "3.6.5"
	kwokVersion       = "0.7.0"
	vaultVersion      = "1.21.1"
	k8sPluginVersion  = "4.25.0"
	pvePluginVersion  = "7.13.0"
	tlsPluginVersion  = "5.3.0"
	kcPluginVersion   = "5.2.1"
)

// Streamforge is the name of the project's own command line tool. It is built
// with the tools but is none of them: its sources are the root module.
const Streamforge = "streamforge"

// tfgen are the arguments with which a bridged provider's ./gen writes the schema
// and the bridge's metadata. Docs and examples would only be shown by a registry.
var tfgen = []string{"schema", "--out", "generated", "--skip-docs", "--skip-examples"}

// Tools lists every tool in the order in which they are built.
func Tools() []Tool {
	return []Tool{
		{Name: "pulumi", Version: pulumiVersion, Module: "pulumi",
			Package:  "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
			LDFlags:  "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v" + pulumiVersion,
			Generate: []string{}, // it takes none
			Disk:     Disk{Build: 1700, Modules: 1400}},
		{Name: "etcd", Version: etcdVersion, Module: "etcd",
			Package: "go.etcd.io/etcd/server/v3", Disk: Disk{Build: 120, Modules: 40}},
		// What saves etcd and brings it back: docs/howto-restore.md.
		{Name: "etcdctl", Version: etcdVersion, Module: "etcd",
			Package: "go.etcd.io/etcd/etcdctl/v3", Disk: Disk{Build: 10, Modules: 5}},
		{Name: "etcdutl", Version: etcdVersion, Module: "etcd",
			Package: "go.etcd.io/etcd/etcdutl/v3", Disk: Disk{Build: 5, Modules: 5}},
		kubernetes("kube-apiserver", Disk{Build: 2000, Modules: 300}),
		kubernetes("kube-controller-manager", Disk{Build: 600, Modules: 50}),
		kubernetes("kube-scheduler", Disk{Build: 20}),
		kubernetes("kubectl", Disk{Build: 200, Modules: 30}),
		{Name: "kwok", Version: kwokVersion, Module: "kwok",
			Package: "sigs.k8s.io/kwok/cmd/kwok", Disk: Disk{Build: 130, Modules: 50}},
		{Name: "pulumi-resource-proxmoxve", Version: pvePluginVersion, Module: "pulumi-resource-proxmoxve",
			Package: ".", Generate: tfgen, Disk: Disk{Build: 500, Modules: 270}},
		{Name: "pulumi-resource-tls", Version: tlsPluginVersion, Module: "pulumi-resource-tls",
			Package: ".", Generate: tfgen, Disk: Disk{Build: 10}},
		{Name: "pulumi-resource-keycloak", Version: kcPluginVersion, Module: "pulumi-resource-keycloak",
			Package: ".", Generate: tfgen, Disk: Disk{Build: 60, Modules: 30}},
		{Name: "vault", Version: vaultVersion, Module: "vault",
			Package: ".", Tags: "minimal", Disk: Disk{Build: 900, Modules: 1200}},
		{Name: "pulumi-resource-vault", Version: pins.VaultPlugin, Module: "pulumi-resource-vault",
			Package: ".", Generate: tfgen, Disk: Disk{Build: 150, Modules: 200}},
		{Name: "pulumi-resource-kubernetes", Version: k8sPluginVersion, Module: "pulumi-resource-kubernetes",
			Package: ".", Generate: []string{k8sPluginVersion},
			Disk: Disk{Build: 310, Modules: 110}},
	}
}

// kubernetes describes a program of Kubernetes itself.
func kubernetes(name string, disk Disk) Tool {
	const variable = "-X k8s.io/component-base/version."
	parts := strings.SplitN(kubernetesVersion, ".", 3)
	return Tool{
		Name: name, Version: kubernetesVersion, Module: "kubernetes",
		Package: "k8s.io/kubernetes/cmd/" + name,
		LDFlags: strings.Join([]string{
			variable + "gitVersion=v" + kubernetesVersion,
			variable + "gitMajor=" + parts[0],
			variable + "gitMinor=" + parts[1],
			variable + "gitTreeState=clean",
		}, " "),
		Disk: disk,
	}
}

// find returns the tools with these names in the order of Tools, all without names.
func find(names []string) ([]Tool, error) {
	all := Tools()
	if len(names) == 0 {
		return all, nil
	}
	for _, n := range names {
		if !slices.ContainsFunc(all, func(t Tool) bool { return t.Name == n }) {
			return nil, fmt.Errorf("tool %q: unknown: want one of %s", n, strings.Join(toolNames(all), ", "))
		}
	}
	return slices.DeleteFunc(all, func(t Tool) bool { return !slices.Contains(names, t.Name) }), nil
}

func toolNames(ts []Tool) []string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.Name
	}
	return names
}

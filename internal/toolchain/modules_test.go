package toolchain

import (
	"go/version"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/pins"
)

var requirement = regexp.MustCompile(`(?m)^\s*(?:require )?(\S+) (v\S+)(?: //.*)?$`)

// replacement of a module by another version of itself.
var replacement = regexp.MustCompile(`(?m)^\s*(?:replace )?(\S+) => (\S+) (v\S+)$`)

// requirements reads the versions of a go.mod.
func requirements(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	versions := map[string]string{}
	for _, m := range requirement.FindAllStringSubmatch(string(text), -1) {
		versions[m[1]] = m[2]
	}
	for _, m := range replacement.FindAllStringSubmatch(string(text), -1) {
		if m[1] == m[2] {
			versions[m[1]] = m[3]
		}
	}
	return versions
}

// What the tools report is what their modules are pinned to.
func TestVersionsAreThoseOfTheModules(t *testing.T) {
	for _, want := range []struct{ tool, module, version string }{
		{"pulumi", "github.com/pulumi/pulumi/pkg/v3", pulumiVersion},
		{"etcd", "go.etcd.io/etcd/server/v3", etcdVersion},
		{"etcd", "go.etcd.io/etcd/etcdctl/v3", etcdVersion},
		{"etcd", "go.etcd.io/etcd/etcdutl/v3", etcdVersion},
		{"kubernetes", "k8s.io/kubernetes", kubernetesVersion},
		{"kwok", "sigs.k8s.io/kwok", kwokVersion},
		{"vault", "github.com/hashicorp/vault", vaultVersion},
		{"pulumi-resource-kubernetes", "github.com/pulumi/pulumi-kubernetes/sdk/v4", k8sPluginVersion},
	} {
		got := requirements(t, filepath.Join("..", "..", "tools", want.tool, "go.mod"))
		assert.Equal(t, "v"+want.version, got[want.module], want.module)
	}
	root := requirements(t, filepath.Join("..", "..", "go.mod"))
	for module, version := range map[string]string{
		"github.com/pulumi/pulumi/sdk/v3":             pulumiVersion,
		"github.com/pulumi/pulumi-kubernetes/sdk/v4":  k8sPluginVersion,
		"github.com/muhlba91/pulumi-proxmoxve/sdk/v7": pvePluginVersion,
		"github.com/pulumi/pulumi-tls/sdk/v5":         tlsPluginVersion,
		"github.com/pulumi/pulumi-keycloak/sdk/v5":    kcPluginVersion,
		"k8s.io/client-go":                            "0." + strings.TrimPrefix(kubernetesVersion, "1."),
	} {
		assert.Equal(t, "v"+version, root[module], "the program's %s", module)
	}
	for _, plugin := range []struct{ folder, version string }{
		{"pulumi-resource-proxmoxve/bridge/bridge.go", pvePluginVersion},
		{"pulumi-resource-tls/bridge/bridge.go", tlsPluginVersion},
		{"pulumi-resource-keycloak/bridge/bridge.go", kcPluginVersion},
		{"pulumi-resource-vault/bridge/bridge.go", pins.VaultPlugin},
		{"pulumi-resource-kubernetes/main.go", k8sPluginVersion},
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", "tools", plugin.folder))
		require.NoError(t, err)
		assert.Regexp(t, `(?i)version += "`+regexp.QuoteMeta(plugin.version)+`"`, string(text), plugin.folder)
	}
}

// shared are the modules below much of what is compiled: where two modules of this
// repository ask for different versions of one of them, all of that is compiled
// twice. See docs/toolchain.md for how to bring them together again.
var shared = []string{
	"github.com/go-logr/logr", "github.com/gogo/protobuf", "github.com/pulumi/pulumi/sdk/v3",
	"go.opentelemetry.io/otel", "go.opentelemetry.io/otel/trace", "golang.org/x/crypto", "golang.org/x/net",
	"golang.org/x/sys", "golang.org/x/text", "google.golang.org/grpc", "google.golang.org/protobuf",
	"k8s.io/api", "k8s.io/apimachinery", "k8s.io/apiserver", "k8s.io/client-go", "k8s.io/kube-openapi",
	"k8s.io/utils", "sigs.k8s.io/json", "sigs.k8s.io/structured-merge-diff/v4", "sigs.k8s.io/yaml",
}

func TestSharedModulesAgree(t *testing.T) {
	files := []string{filepath.Join("..", "..", "go.mod")}
	for _, tool := range Tools() {
		files = append(files, filepath.Join("..", "..", "tools", tool.Module, "go.mod"))
	}
	slices.Sort(files)
	seen := map[string]map[string][]string{}
	for _, file := range slices.Compact(files) {
		for module, version := range requirements(t, file) {
			if !slices.Contains(shared, module) {
				continue
			}
			if seen[module] == nil {
				seen[module] = map[string][]string{}
			}
			seen[module][version] = append(seen[module][version], file)
		}
	}
	for _, module := range slices.Sorted(maps.Keys(seen)) {
		assert.Len(t, seen[module], 1, "%s is asked for in several versions: %v", module, seen[module])
	}
}

// The Go that the program asks for, which the images of the pipeline have, builds every tool: another one would
// be downloaded for the rest, which GOTOOLCHAIN=local forbids, and what they share be compiled twice.
func TestOneGoBuildsAll(t *testing.T) {
	line := regexp.MustCompile(`(?m)^go (\S+)$`)
	asked := func(module ...string) string {
		text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, append(module, "go.mod")...)...))
		require.NoError(t, err)
		found := line.FindSubmatch(text)
		require.NotNil(t, found, module)
		return "go" + string(found[1])
	}
	for _, tool := range Tools() {
		assert.LessOrEqual(t, version.Compare(asked("tools", tool.Module), asked()), 0, "tools/%s asks for a later Go than go.mod", tool.Module)
	}
}

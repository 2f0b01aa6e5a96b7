package pins

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fixed are pins that no bot moves, each with the reason.
var fixed = map[string]string{
	"MinIO":               "the last image that its makers have published",
	"MinIOClient":         "likewise",
	"GPUDriver":           "goes with the GPU operator, by NVIDIA's table",
	"GPUToolkit":          "likewise",
	"Kafka":               "goes with Strimzi, which names the versions it runs",
	"KafkaMetadata":       "goes up after Kafka, by hand",
	"KafkaConnect":        "goes with Strimzi and Kafka",
	"KafkaUI":             "the last image of its makers",
	"Kubernetes":          "goes with Kubespray, which names the versions it installs",
	"ProxmoxPluginServer": "is an address",
}

type matcher struct {
	files, matches []*regexp.Regexp
}

func matchers(t *testing.T) (all []matcher) {
	t.Helper()
	raw, err := os.ReadFile("../../renovate.json")
	require.NoError(t, err)
	var conf struct {
		CustomManagers []struct{ ManagerFilePatterns, MatchStrings []string }
	}
	require.NoError(t, json.Unmarshal(raw, &conf))
	for _, m := range conf.CustomManagers {
		var one matcher
		for _, p := range m.ManagerFilePatterns {
			one.files = append(one.files, regexp.MustCompile(strings.Trim(p, "/")))
		}
		for _, s := range m.MatchStrings {
			one.matches = append(one.matches, regexp.MustCompile(s))
		}
		all = append(all, one)
	}
	return all
}

// found gives how often the managers find each value in a file of the repository.
func found(all []matcher, file, content string) map[string]int {
	values := map[string]int{}
	for _, m := range all {
		for _, f := range m.files {
			if !f.MatchString(file) {
				continue
			}
			for _, re := range m.matches {
				for _, match := range re.FindAllStringSubmatch(content, -1) {
					values[match[re.SubexpIndex("currentValue")]]++
				}
			}
		}
	}
	return values
}

// version is the part of a pin that a bot would move.
func version(value string) string {
	value, _, _ = strings.Cut(value, "@")
	if i := strings.LastIndex(value, ":"); i >= 0 {
		value = value[i+1:]
	}
	return value
}

// TestRenovateFindsEveryPin: a version that no bot knows of grows old unseen.
func TestRenovateFindsEveryPin(t *testing.T) {
	all := matchers(t)
	for _, file := range []string{"pins.go", "plugins.go"} {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		values := found(all, "internal/pins/"+file, string(raw))
		tree, err := parser.ParseFile(token.NewFileSet(), file, raw, 0)
		require.NoError(t, err)
		for name, value := range pinned(tree) {
			if _, is := fixed[name]; is {
				continue
			}
			assert.NotZero(t, values[version(value)], "%s = %q has no comment that renovate.json understands", name, value)
		}
		assert.Equal(t, strings.Count(string(raw), "// renovate:"), sum(values), "each comment leads to one version")
	}
}

// pinned gives the exported pins of a file: bare strings, and the versions of charts and manifests.
func pinned(tree *ast.File) map[string]string {
	all := map[string]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !spec.Names[0].IsExported() {
			return true
		}
		switch v := spec.Values[0].(type) {
		case *ast.BasicLit:
			all[spec.Names[0].Name] = strings.Trim(v.Value, `"`)
		case *ast.CompositeLit:
			if lit, ok := v.Elts[1].(*ast.BasicLit); ok {
				all[spec.Names[0].Name] = strings.Trim(lit.Value, `"`)
			}
		}
		return true
	})
	return all
}

func TestRenovateFindsImagesOfPipelines(t *testing.T) {
	all := matchers(t)
	for _, file := range []string{"Dockerfile", "platform/Dockerfile", ".gitlab-ci.yml"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", file))
		require.NoError(t, err)
		comments := strings.Count(string(raw), "# renovate:")
		assert.NotZero(t, comments, file)
		assert.Equal(t, comments, sum(found(all, file, string(raw))), file)
	}
}

func TestPinWithoutACommentIsSeen(t *testing.T) {
	const content = "\t// renovate: datasource=docker depName=a/b\n\tA = \"docker.io/a/b:1.0\"\n\tB = \"docker.io/a/c:2.0\"\n"
	values := found(matchers(t), "internal/pins/pins.go", content)
	assert.Equal(t, map[string]int{"1.0": 1}, values)
}

func sum(values map[string]int) (n int) {
	for _, v := range values {
		n += v
	}
	return n
}

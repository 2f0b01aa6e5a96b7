package graph_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// instantiated is the size of object code, in bytes, above which a package of ours builds structs of a
// large SDK. The Go compiler instantiates the SDK's generic outputs anew in every package that does, or
// that only names a type with an SDK type in the signature of a method: seconds and tens of MB each.
const instantiated = 10 << 20 // bytes of object code

func TestNothingInstantiatesALargeSDK(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the program")
	}
	const own = "github.com/streamforge/infrastructure/"
	cmd := exec.Command("go", "list", "-trimpath", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", ".")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	require.NoError(t, err)
	var heavy []string
	for line := range strings.Lines(string(out)) {
		name, object, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(name, own) {
			continue
		}
		info, err := os.Stat(object)
		require.NoError(t, err)
		if info.Size() > instantiated {
			heavy = append(heavy, strings.TrimPrefix(name, own))
		}
	}
	assert.Empty(t, heavy, "use internal/kube, or take SDK types out of methods' signatures")
}

package proxmox

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"
)

// binaries is where "make tools" puts the CLI and the provider plugins.
func binaries(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "bin"))
	require.NoError(t, err)
	for _, tool := range []string{"pulumi", "pulumi-resource-proxmoxve"} {
		if _, err := os.Stat(filepath.Join(dir, tool)); err != nil {
			t.Skipf("%s is not built: run make tools to test against the real provider", tool)
		}
	}
	return dir
}

// newStack is a Pulumi stack in a file backend of the test's own.
func newStack(t *testing.T, s *site) auto.Stack {
	t.Helper()
	dir, bin := t.TempDir(), binaries(t)
	cli, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(bin)})
	require.NoError(t, err)
	st, err := auto.UpsertStackInlineSource(t.Context(), "test", "simulator", s.program, auto.Pulumi(cli), auto.EnvVars(map[string]string{
		"PATH":                     bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"PULUMI_BACKEND_URL":       "file://" + dir,
		"PULUMI_HOME":              dir,
		"PULUMI_CONFIG_PASSPHRASE": "test",
		"PULUMI_SKIP_UPDATE_CHECK": "1",
		"NO_PROXY":                 "127.0.0.1",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
	}))
	require.NoError(t, err)
	return st
}

// up deploys and returns how many resources each operation touched.
func up(t *testing.T, st auto.Stack, opts ...optup.Option) map[string]int {
	t.Helper()
	r, err := st.Up(t.Context(), append(opts, optup.SuppressProgress())...)
	require.NoError(t, err)
	return *r.Summary.ResourceChanges
}

// failUp deploys and returns the text of the failure it must end in.
func failUp(t *testing.T, st auto.Stack) string {
	t.Helper()
	_, err := st.Up(t.Context(), optup.SuppressProgress())
	require.Error(t, err)
	return err.Error()
}

func refresh(t *testing.T, st auto.Stack) map[string]int {
	t.Helper()
	r, err := st.Refresh(t.Context(), optrefresh.SuppressProgress())
	require.NoError(t, err)
	return *r.Summary.ResourceChanges
}

func destroy(t *testing.T, st auto.Stack) {
	t.Helper()
	_, err := st.Destroy(context.WithoutCancel(t.Context()), optdestroy.SuppressProgress())
	require.NoError(t, err)
}

func unchanged(t *testing.T, got map[string]int) {
	t.Helper()
	require.Len(t, got, 1, "changes: %v", got)
	require.Contains(t, got, string(apitype.OpSame))
}

func TestProviderLifecycle(t *testing.T) {
	f := newFixture(t, testOptions(t))
	s := newSite(f)
	st := newStack(t, s)
	t.Log(up(t, st))
	for _, r := range f.requests() {
		t.Log(r)
	}
	t.Log(f.VMs())
	t.Log(up(t, st))
	t.Log(refresh(t, st))
	destroy(t, st)
}

package upgrade_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/stacks/migrations"
	"github.com/streamforge/infrastructure/tests/need"
	"github.com/streamforge/infrastructure/tests/upgrade"
)

// keyring declares a component of that type and name with a key inside, whose name begins with it.
func keyring(typ, name string, renames ...migrations.Migration) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		if err := migrations.Register(ctx, renames); err != nil {
			return err
		}
		var c struct{ pulumi.ResourceState }
		if err := ctx.RegisterComponentResource(typ, name, &c); err != nil {
			return err
		}
		_, err := tls.NewPrivateKey(ctx, name+"-key", &tls.PrivateKeyArgs{Algorithm: pulumi.String("ED25519")}, pulumi.Parent(&c))
		return err
	}
}

// TestRename deploys a program and renames a component and its child with it: with a migration the engine
// sees nothing happen, without one the key would be made anew, and that is told.
func TestRename(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the engine: run without -short")
	}
	bin, err := filepath.Abs("../../bin")
	require.NoError(t, err)
	need.Toolchain(t, bin, "pulumi", "pulumi-resource-tls")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte("name: streamforge\nruntime: go\n"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "state"), 0o700))
	open := func(program pulumi.RunFunc) *engine.Stack {
		s, err := engine.Open(t.Context(), engine.Project{Dir: dir, Stack: "dev", Bin: bin, Private: true, Env: map[string]string{
			"PULUMI_BACKEND_URL": "file://" + filepath.Join(dir, "state"), "PULUMI_HOME": filepath.Join(dir, "home"),
			"PULUMI_CONFIG_PASSPHRASE": "one", "PULUMI_CONFIG_PASSPHRASE_FILE": "", "PULUMI_SKIP_UPDATE_CHECK": "1",
			"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
		}}, program)
		require.NoError(t, err)
		return s
	}
	judge := func(program pulumi.RunFunc) []string {
		seen := gate.NewCollector()
		_, err := open(program).Preview(t.Context(), engine.Options{Observe: seen.Observe})
		require.NoError(t, err)
		p := seen.Preview()
		require.True(t, p.Ended)
		return upgrade.Lost(gate.Judge{Stack: "dev", Approvals: &gate.Approvals{}, Now: time.Now()}.Report(p, nil))
	}
	_, err = open(keyring("streamforge:network:Ring", "ring")).Up(t.Context(), engine.Options{})
	require.NoError(t, err)

	first := migrations.Migration{Number: 1, Since: "v0.2.0", Old: "streamforge:network:Ring::ring", New: "streamforge:network:Keys::keys", Reason: "clearer"}
	assert.Empty(t, judge(keyring("streamforge:network:Keys", "keys", first)))
	second := migrations.Migration{Number: 2, Since: "v0.3.0", Old: first.New, New: "streamforge:security:Keys::all-keys", Reason: "moved"}
	assert.Empty(t, judge(keyring("streamforge:security:Keys", "all-keys", first, second)), "whoever comes from before both")

	said := strings.Join(judge(keyring("streamforge:network:Keys", "keys")), "\n")
	assert.Contains(t, said, "delete PrivateKey ring-key (streamforge:network:Ring$tls:index/privateKey:PrivateKey::ring-key)")
	assert.Contains(t, said, "add a migration to stacks/migrations")
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

func TestUndecided(t *testing.T) {
	require.Empty(t, undecided(nil, nil))
	require.Equal(t, "an earlier run was cut off while creating A a, updating B b", undecided([]string{"creating A a", "updating B b"}, nil))
	require.Equal(t, "an earlier run did not end well with C c", undecided(nil, []string{"C c"}))
	require.Equal(t, "an earlier run was cut off while creating A a; an earlier run did not end well with C c",
		undecided([]string{"creating A a"}, []string{"C c"}))
}

func TestAnyProviders(t *testing.T) {
	first, second := errors.New("unknown provider"), errors.New("credentials have expired")
	for name, c := range map[string]struct {
		program, state, want error
		runs                 int
	}{
		"the program's":   {nil, second, nil, 1},
		"the state's":     {first, nil, nil, 2},
		"neither of them": {first, second, first, 2},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			err := anyProviders(t.Context(), func(program bool) error {
				runs++
				if program {
					return c.program
				}
				return c.state
			})
			require.Equal(t, c.want, err)
			require.Equal(t, c.runs, runs)
		})
	}
}

// TestProxmoxThatIsNotThere: what a person reads whose Proxmox is down, or whose endpoint is wrong.
func TestProxmoxThatIsNotThere(t *testing.T) {
	dir := withTools(t)
	need.Toolchain(t, filepath.Join(dir, "bin"), "pulumi", "pulumi-resource-proxmoxve")
	gone := httptest.NewTLSServer(nil)
	gone.Close()
	site, err := os.ReadFile("../../Pulumi.homelab.yaml")
	require.NoError(t, err)
	const endpoint = "https://pve1.dmz.home:8006"
	require.Contains(t, string(site), endpoint)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.dev.yaml"), []byte(strings.Replace(string(site), endpoint, gone.URL, 1)), 0o600))
	engineCLI(t, dir, "stack", "init", "dev")
	engineCLI(t, dir, "config", "set", "--secret", "proxmoxToken", "streamforge@pve!pulumi=00000000-1111-2222-3333-444444444444", "-s", "dev")

	got := run(t, dir, "up", "-s", "dev", "--yes", "-q")
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "error: up of dev: ")
	require.Contains(t, got.err, "\n  compute.Compute: Pool proxmox-pool (create)\n")
	require.Contains(t, got.err, fmt.Sprintf("%s/api2/json/pools\": dial tcp %s: connect: connection refused", gone.URL, gone.Listener.Addr()))
	require.True(t, strings.HasSuffix(got.err, "\na server did not answer: `streamforge doctor -s dev` says which, and what to do\n"), got.err)
	require.NotContains(t, got.err, "4444")

	told := run(t, dir, "doctor", "-s", "dev")
	require.Contains(t, told.out, gone.URL+": dial tcp "+gone.Listener.Addr().String()+": connect: connection refused")
	require.Contains(t, told.out, "is that the host, and the port of its API (8006)? See compute.endpoint")
}

// TestDestroyLooksUpWhatWasBegun: a state without a resource is not empty when a run was killed in its first creation.
func TestDestroyLooksUpWhatWasBegun(t *testing.T) {
	dir := withTools(t)
	engineCLI(t, dir, "stack", "init", "dev")
	const pending = `{"type": "creating", "resource": {"urn": "urn:pulumi:dev::streamforge::a:index:Pool::k8s", "custom": true, "type": "a:index:Pool"}}`
	file := filepath.Join(dir, "state", ".pulumi", "stacks", "streamforge", "dev.json")
	var checkpoint map[string]any
	read := func() (latest map[string]any) {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, &checkpoint))
		latest, _ = checkpoint["checkpoint"].(map[string]any)["latest"].(map[string]any)
		return latest
	}
	read()["pending_operations"] = []any{json.RawMessage(pending)}
	raw, err := json.Marshal(checkpoint)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, raw, 0o600))

	got := run(t, dir, "destroy", "-s", "dev", "--yes")
	require.Zero(t, got.code, got.err)
	require.Contains(t, got.out, "an earlier run was cut off while creating Pool k8s: first looking what became of it\n")
	require.Empty(t, read()["pending_operations"])
	require.Equal(t, "stack dev has no resources\n", run(t, dir, "destroy", "-s", "dev", "--yes").out)
}

func TestCancelLeavesALivingRunItsLock(t *testing.T) {
	dir := withTools(t)
	engineCLI(t, dir, "stack", "init", "dev")
	host, err := os.Hostname()
	require.NoError(t, err)
	file := filepath.Join(dir, "state", ".pulumi", "locks", "organization", "streamforge", "dev", "a.json")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `{"pid": %d, "username": "ada", "hostname": %q}`, os.Getpid(), host), 0o600))
	got := run(t, dir, "cancel", "-s", "dev")
	require.Equal(t, exitLocked, got.code, got.err)
	require.Contains(t, got.err, "the run that holds it is alive (ada on ")
	require.FileExists(t, file)

	require.NoError(t, os.WriteFile(file, []byte(`{"pid": 1, "username": "ada", "hostname": "elsewhere"}`), 0o600))
	require.Equal(t, outcome{0, "stack dev is not locked any more\n", ""}, run(t, dir, "cancel", "-s", "dev"))
	require.NoFileExists(t, file)
}

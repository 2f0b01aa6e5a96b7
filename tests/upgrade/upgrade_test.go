package upgrade_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/internal/recorded"
	"github.com/streamforge/infrastructure/internal/report"
	"github.com/streamforge/infrastructure/tests/program"
	"github.com/streamforge/infrastructure/tests/upgrade"
)

var release = flag.String("record", "", "write what this release declares, such as v0.1.0, instead of comparing with it")

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

const homelab = "homelab"

// declared is what the program declares for the homelab, in the order of URNs.
func declared(t *testing.T) planned.Document {
	t.Helper()
	d := program.Whole(t, homelab).Document(strings.NewReplacer(program.Mirror(), "(charts)"))
	slices.SortFunc(d.Resources, func(a, b planned.Entry) int { return cmp.Compare(a.URN, b.URN) })
	return d
}

// graphs are the records, by release.
func graphs(t *testing.T) map[string]planned.Document {
	t.Helper()
	files, err := filepath.Glob("testdata/*/homelab.graph.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string]planned.Document{}
	for _, file := range files {
		d, err := planned.Read(file, homelab)
		require.NoError(t, err)
		all[filepath.Base(filepath.Dir(file))] = d
	}
	return all
}

// judged is the gate's verdict about an upgrade, offline.
func judged(base, head planned.Document) report.Report {
	return gate.Judge{Stack: homelab, Approvals: &gate.Approvals{}, Now: time.Now()}.Report(gate.FromGraph(head, &base), nil)
}

// TestReleases compares with what every release declared for the homelab. What the engine and the
// providers say of a deployed sandbox is in tests/e2e.
func TestReleases(t *testing.T) {
	head := declared(t)
	if *release != "" {
		raw, err := json.MarshalIndent(head, "", " ")
		require.NoError(t, err)
		dir := filepath.Join("testdata", *release)
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "homelab.graph.json"), append(raw, '\n'), 0o644))
	}
	for name, base := range graphs(t) {
		assert.Empty(t, upgrade.Lost(judged(base, head)), name)
	}
}

// TestLossesAreNamed: what a release had and the program has no more, or has in another form, is told.
func TestLossesAreNamed(t *testing.T) {
	head := declared(t)
	base := head
	base.Resources = slices.Clone(head.Resources)
	for i := range base.Resources {
		r := &base.Resources[i]
		switch {
		case strings.HasSuffix(r.URN, "core/v1:Namespace::kafka"):
			r.URN += "-former"
		case strings.HasSuffix(r.URN, "VirtualMachine::proxmox-k2w-1"):
			r.Inputs = maps.Clone(r.Inputs)
			r.Inputs["vmId"] = 999.0
		}
	}
	said := strings.Join(upgrade.Lost(judged(base, head)), "\n")
	assert.Contains(t, said, "delete Namespace kafka-former (")
	assert.Contains(t, said, "replace VirtualMachine proxmox-k2w-1 (")
	assert.Contains(t, said, "add a migration to stacks/migrations")
}

// TestMigrationsCountOffline: what has a former name is compared with what had that name.
func TestMigrationsCountOffline(t *testing.T) {
	head := declared(t)
	base := head
	base.Resources = slices.Clone(head.Resources)
	rename := strings.NewReplacer("streamforge:storage:MinIO", "streamforge:storage:Minio")
	for i := range base.Resources {
		r := &base.Resources[i]
		r.URN, r.Parent, r.Type = rename.Replace(r.URN), rename.Replace(r.Parent), rename.Replace(r.Type)
	}
	require.NotEmpty(t, upgrade.Lost(judged(base, head)))
	for i := range head.Resources {
		if r := &head.Resources[i]; r.Type == "streamforge:storage:MinIO" {
			r.Aliases = []string{rename.Replace(r.URN)}
		}
	}
	assert.Empty(t, upgrade.Lost(judged(base, head)))
}

// TestRecordsAreClean: nothing of the machine on which a record was made is in it, and nothing secret.
func TestRecordsAreClean(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.json")
	require.NoError(t, err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Less(t, len(raw), 2<<20, "%s: kept small enough to be read", file)
		for _, never := range []string{"-----BEGIN", "ciphertext", "/root/", ".sandbox/", ".sandbox/", "PRIVATE", "https://127.0.0.1:"} {
			i := strings.Index(string(raw), never)
			assert.Negative(t, i, "%s: %q: ...%.80s", file, never, raw[max(0, i-20):])
		}
	}
	states, err := filepath.Glob("testdata/*/sandbox.state.json")
	require.NoError(t, err)
	require.NotEmpty(t, states)
	for _, file := range states {
		state, err := recorded.Read(file)
		require.NoError(t, err)
		assert.Equal(t, filepath.Base(filepath.Dir(file)), state.Release)
		assert.Greater(t, len(state.Resources), 300, "%s: the whole platform", file)
	}
}

package engine

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// formats is a stack whose CLI is tapped.
type formats struct {
	*rig
	tap   *tap
	stack auto.Stack
	body  pulumi.RunFunc
}

func newFormats(t *testing.T) *formats {
	r := newRig(t)
	cmd, err := newCommand(t.Context(), r.project)
	require.NoError(t, err)
	f := &formats{rig: r, tap: &tap{command: cmd, file: filepath.Join(r.project.Dir, "events.jsonl")}}
	ws, err := auto.NewLocalWorkspace(t.Context(), auto.WorkDir(r.project.Dir), auto.Pulumi(f.tap),
		auto.Program(func(ctx *pulumi.Context) error { return f.body(ctx) }))
	require.NoError(t, err)
	f.stack, err = auto.UpsertStack(t.Context(), "dev", ws)
	require.NoError(t, err)
	require.NoError(t, f.stack.SetConfig(t.Context(), "plain", auto.ConfigValue{Value: "open"}))
	require.NoError(t, f.stack.SetConfig(t.Context(), "hidden", auto.ConfigValue{Value: hush, Secret: true}))
	return f
}

// hush is in every place in which a secret may stand.
const hush = "hush-hush"

// check compares what the CLI wrote with the golden files: events.jsonl, and of a preview digest.json.
func (f *formats) check(name string, fails bool) {
	f.t.Helper()
	assert.Equal(f.t, fails, f.tap.err != nil, "%s: %v", name, f.tap.err)
	events := scrubbed(f.t, f.tap.events, f.project.Dir, true)
	assert.NotContains(f.t, events, hush, "the CLI masks secrets in events")
	f.golden(name+".events.jsonl", events)
	if f.tap.digest != nil {
		digest := scrubbed(f.t, f.tap.digest, f.project.Dir, false)
		assert.NotContains(f.t, digest, hush, "the CLI masks secrets in digests")
		f.golden(name+".digest.json", digest)
	}
}

func (f *formats) golden(name, got string) {
	f.t.Helper()
	path := filepath.Join("testdata", "formats", name)
	if *update {
		require.NoError(f.t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(f.t, err)
	assert.Equal(f.t, string(want), got, "the CLI's format is another one: run with -update, look at the difference, "+
		"and see that internal/engine, internal/gate and internal/drift read it rightly")
}

func (f *formats) preview(name string, fails bool, body pulumi.RunFunc) {
	f.t.Helper()
	f.body = body
	_, err := f.stack.Preview(f.t.Context())
	require.Equal(f.t, fails, err != nil, "%v", err)
	f.check(name, fails)
}

func (f *formats) up(name string, fails bool, body pulumi.RunFunc) {
	f.t.Helper()
	f.body = body
	ch := make(chan events.EngineEvent)
	go func() {
		for range ch {
		}
	}()
	_, err := f.stack.Up(f.t.Context(), optup.EventStreams(ch))
	require.Equal(f.t, fails, err != nil, "%v", err)
	f.check(name, fails)
}

func (f *formats) refresh(name string, body pulumi.RunFunc) {
	f.t.Helper()
	f.body = body
	_, err := f.stack.PreviewRefresh(f.t.Context())
	require.NoError(f.t, err)
	f.check(name, false)
}

// TestFormats runs the CLI of bin/ through everything that it can say in a form that this program
// reads, and fails when a field, an operation or a kind of event is not as it was.
func TestFormats(t *testing.T) {
	f := newFormats(t)
	for _, name := range []string{"imported", "foreign"} {
		f.probe.set(name, resource.PropertyMap{"text": resource.NewProperty("there before")})
	}
	f.preview("create", false, first)
	f.up("up", false, first)
	f.preview("same", false, first)
	f.preview("outputs", false, outputsOnly)
	f.probe.set("plain", resource.PropertyMap{"text": resource.NewProperty("by hand")})
	f.probe.set("doomed", nil)
	f.refresh("refresh", first)
	f.preview("changes", false, second)
	f.preview("refused", true, refused)
	f.up("up-fails", true, failing)

	_, err := f.stack.Export(t.Context())
	require.NoError(t, err)
	f.golden("export.json", scrubbed(t, f.tap.stdout, f.project.Dir, false))
	_, err = f.stack.History(t.Context(), 0, 0)
	require.NoError(t, err)
	f.golden("history.json", scrubbed(t, f.tap.stdout, f.project.Dir, false))
}

// TestFormatsCover tells that the golden files have every operation and every kind of event that
// the gate and the audit may have to read.
func TestFormatsCover(t *testing.T) {
	files, err := filepath.Glob("testdata/formats/*.events.jsonl")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(raw)) {
			var e map[string]struct{ Metadata struct{ Op string } }
			_ = json.Unmarshal([]byte(line), &e) // numbers beside the event are no such thing
			for kind, body := range e {
				seen[kind], seen[body.Metadata.Op] = true, true
			}
		}
	}
	for _, want := range []string{
		"preludeEvent", "resourcePreEvent", "resOutputsEvent", "resOpFailedEvent", "diagnosticEvent", "summaryEvent", "cancelEvent",
		"same", "create", "update", "replace", "create-replacement", "delete-replaced", "delete", "read", "import", "refresh",
	} {
		assert.True(t, seen[want], want)
	}
}

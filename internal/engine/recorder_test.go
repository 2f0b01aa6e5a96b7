package engine

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// replay folds events that the real engine has sent, one second apart.
func replay(t *testing.T, op Operation, file string) (*recorder, []line) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", file+".jsonl"))
	require.NoError(t, err)
	defer f.Close()
	clock := time.Unix(0, 0)
	r := newRecorder(op, "/bin", func() time.Time { return clock })
	var lines []line
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var e apitype.EngineEvent
		require.NoError(t, json.Unmarshal(scan.Bytes(), &e))
		clock = clock.Add(time.Second)
		lines = append(lines, r.apply(events.EngineEvent{EngineEvent: e})...)
	}
	require.NoError(t, scan.Err())
	return r, lines
}

// golden compares a text with testdata/<name>.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		op     Operation
		file   string
		counts Counts
		result string
	}{
		{Up, "up-fails", Counts{"same": 2, "create": 1, "replace": 1}, "failed"},
		{Preview, "preview-replaces", Counts{"same": 3, "replace": 1}, "succeeded"},
		{RefreshPreview, "refresh-finds", Counts{"same": 2, "update": 1, "delete": 1}, "succeeded"},
		{Destroy, "destroy", Counts{"delete": 4}, "succeeded"},
	} {
		t.Run(c.file, func(t *testing.T) {
			r, lines := replay(t, c.op, c.file)
			s := r.summary()
			require.Equal(t, c.counts, s.Counts)
			require.Equal(t, c.result, s.Result)
			require.Empty(t, r.inFlight(), "every operation that began has ended")
			var b bytes.Buffer
			for _, l := range lines {
				b.WriteString(l.text + "\n")
			}
			b.WriteString("\n")
			require.NoError(t, WriteChanges(&b, s))
			b.WriteString("\n")
			require.NoError(t, WriteTable(&b, s))
			if len(s.Failures) > 0 {
				b.WriteString("\n" + failures(s.Failures) + "\n")
			}
			golden(t, c.file+".txt", b.String())
		})
	}
}

const urnThing = "urn:pulumi:dev::probe::streamforge:network:Foundation$streamforge:network:MetalLB$probe:index:Thing::x"

func event(op, kind string) events.EngineEvent {
	m := apitype.StepEventMetadata{
		Op: apitype.OpType(op), URN: urnThing, New: &apitype.StepEventStateMetadata{Custom: true},
	}
	switch kind {
	case "pre":
		return events.EngineEvent{EngineEvent: apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}}}
	case "failed":
		return events.EngineEvent{EngineEvent: apitype.EngineEvent{ResOpFailedEvent: &apitype.ResOpFailedEvent{Metadata: m}}}
	default:
		return events.EngineEvent{EngineEvent: apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: m}}}
	}
}

func diagnostic(severity, text string) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{
		DiagnosticEvent: &apitype.DiagnosticEvent{URN: urnThing, Severity: severity, Message: text},
	}}
}

func TestLiveBlock(t *testing.T) {
	clock := time.Unix(0, 0)
	r := newRecorder(Up, "/bin", func() time.Time { return clock })
	var out bytes.Buffer
	l := newLive(r, "dev", &out, Terminal{Size: func() (int, int) { return 60, 20 }})
	r.apply(event("create", "pre"))
	clock = clock.Add(75 * time.Second)
	r.apply(diagnostic("info", "[1/3] scheduling\nwaiting for the Deployment to become ready"))
	l.close()
	require.Equal(t, []string{
		"up of dev  1m15s  0 resources done, 1 in progress",
		"  network.Foundation        0 done  1 in progress",
		"    create   Thing x  1m15s  waiting for the Deployment to become ready",
	}, l.block(20))
	require.Equal(t, []string{"up of dev  1m15s  0 resources done, 1 in progress", "    and 2 more"}, l.block(2))
	require.Equal(t, "    create   Thing x  1m15s  waiting fo…", clip(l.block(20)[2], 41))
}

func TestLiveViewLeavesOnlyNews(t *testing.T) {
	r := newRecorder(Up, "/bin", time.Now)
	var out bytes.Buffer
	l := newLive(r, "dev", &out, Terminal{Size: func() (int, int) { return 80, 24 }})
	l.show(r.apply(event("create", "pre")))
	l.show(r.apply(diagnostic("warning", "old API")))
	l.show(r.apply(diagnostic("warning", "old API")))
	l.show(r.apply(diagnostic("error", "out of disk")))
	l.show(r.apply(event("create", "failed")))
	l.close()
	text := out.String()
	require.Equal(t, 1, bytes.Count(out.Bytes(), []byte("warning: Thing x: old API\n")), "the same warning comes once")
	require.Contains(t, text, "FAILED        network.Foundation    Thing x\n")
	require.Regexp(t, `\x1b\[\d+A\r\x1b\[J$`, text, "the block is off the screen at the end")
	require.Equal(t, "out of disk", r.summary().Failures[0].Message)
}

func TestPlainViewSaysWhatItWaitsFor(t *testing.T) {
	clock := time.Unix(0, 0)
	r := newRecorder(Up, "/bin", func() time.Time { return clock })
	require.Empty(t, r.waiting())
	r.apply(event("create", "pre"))
	clock = clock.Add(42 * time.Second)
	require.Equal(t, []line{{text: "    42s  waiting for  Thing x for 42s"}}, r.waiting())
	r.apply(diagnostic("info#err", "no node fits"))
	require.Equal(t, []line{{text: "    42s  waiting for  Thing x for 42s (no node fits)"}}, r.waiting())
	status := diagnostic("warning", "[Pending] no image yet")
	status.DiagnosticEvent.Ephemeral = true
	require.Empty(t, r.apply(status), "a status is no warning")
	require.Equal(t, []line{{text: "    42s  waiting for  Thing x for 42s ([Pending] no image yet)"}}, r.waiting())
}

func TestWarnings(t *testing.T) {
	r := newRecorder(Up, "/bin", time.Now)
	require.Empty(t, r.apply(diagnostic("warning", "[WARNING] Use another resource.: Deprecated")))
	lines := r.apply(diagnostic("warning", "two\nlines"))
	require.Len(t, lines, 1)
	require.Contains(t, lines[0].text, "warning: Thing x: two\n           lines")
	require.Len(t, r.summary().Warnings, 2, "the summary has them all")
}

func TestPluginsFromOurFolderAreNoNews(t *testing.T) {
	r := newRecorder(Up, "/repo/bin", time.Now)
	require.Empty(t, r.apply(diagnostic("warning", "using pulumi-resource-tls from $PATH at /repo/bin/pulumi-resource-tls")))
	require.NotEmpty(t, r.apply(diagnostic("warning", "using pulumi-resource-tls from $PATH at /usr/bin/pulumi-resource-tls")))
}

func TestLayers(t *testing.T) {
	for urn, want := range map[string]string{
		urnThing: "network.Foundation",
		"urn:pulumi:dev::probe::streamforge:storage:Volumes::volumes":   "storage.Volumes",
		"urn:pulumi:dev::probe::pulumi:providers:kubernetes::cluster":   RootLayer,
		"urn:pulumi:dev::probe::kubernetes:core/v1:Namespace::stranger": RootLayer,
	} {
		require.Equal(t, want, layerOf(urn), urn)
	}
	require.Equal(t, "Thing x", label(urnThing))
	require.Equal(t, "VirtualMachine k2w-1",
		label("urn:pulumi:dev::probe::streamforge:compute:Machines$proxmoxve:VM/virtualMachine:VirtualMachine::k2w-1"))
}

func TestPublished(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WritePublished(&b, Outputs{
		"published": {Value: map[string]any{"traefik.sandbox.test": "127.53.0.153", "dns.sandbox.test": "127.53.0.153"}},
		"nextStep":  {Value: "open https://traefik.sandbox.test"},
		"password":  {Value: "hush", Secret: true},
	}))
	golden(t, "published.txt", b.String())
	b.Reset()
	require.NoError(t, WritePublished(&b, Outputs{"nextStep": {Value: "hush", Secret: true}}))
	require.Empty(t, b.String())
}

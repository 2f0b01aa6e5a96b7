package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// rig is a stack in a folder of its own with a probe as its only provider.
type rig struct {
	t       *testing.T
	project Project
	probe   *probe
	things  map[string]pulumi.Map // what the program declares, by name
	refuse  error                 // what the program returns
	out     bytes.Buffer
}

type thing struct{ pulumi.CustomResourceState }

type component struct{ pulumi.ResourceState }

const projectFile = "# a comment that must stay\nname: probe\nruntime: go\n"

func newRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel() // nearly all the time goes into starting the CLI
	bin, err := filepath.Abs("../../bin")
	require.NoError(t, err)
	need.Toolchain(t, bin, "pulumi")
	p, attach := startProbe(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(projectFile), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "state"), 0o755))
	return &rig{t: t, probe: p, things: map[string]pulumi.Map{}, project: Project{
		Dir: dir, Stack: "dev", Bin: bin, LogDir: filepath.Join(dir, "logs"),
		Env: map[string]string{
			"PULUMI_BACKEND_URL": "file://" + filepath.Join(dir, "state"), "PULUMI_HOME": filepath.Join(dir, "home"),
			"PULUMI_CONFIG_PASSPHRASE": "one", "PULUMI_CONFIG_PASSPHRASE_FILE": "", "PULUMI_ACCESS_TOKEN": "",
			"PULUMI_DEBUG_PROVIDERS": attach, "PULUMI_SKIP_UPDATE_CHECK": "1",
			"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
		},
	}}
}

// program declares the things inside MetalLB inside Foundation, as the platform nests them.
func (r *rig) program(ctx *pulumi.Context) error {
	if r.refuse != nil {
		return r.refuse
	}
	layer, tool := &component{}, &component{}
	if err := ctx.RegisterComponentResource("streamforge:network:Foundation", "foundation", layer); err != nil {
		return err
	}
	if err := ctx.RegisterComponentResource("streamforge:network:MetalLB", "metallb", tool,
		pulumi.Parent(layer)); err != nil {
		return err
	}
	for name, props := range r.things {
		if err := ctx.RegisterResource("probe:index:Thing", name, props, &thing{}, pulumi.Parent(tool)); err != nil {
			return err
		}
	}
	if v, ok := ctx.GetConfig("probe:mirror"); ok {
		ctx.Export("mirror", pulumi.String(v))
	}
	ctx.Export("published", pulumi.ToMap(map[string]any{"web.sandbox.test": "127.53.0.153"}))
	ctx.Export("nextStep", pulumi.String("open https://web.sandbox.test"))
	ctx.Export("password", pulumi.ToSecret(pulumi.String("hush-hush")))
	return nil
}

// open makes the stack first if need be, as `pulumi stack init` does.
func (r *rig) open() *Stack {
	r.t.Helper()
	p := r.project
	p.Private = true
	s, err := Open(r.t.Context(), p, r.program)
	require.NoError(r.t, err)
	s.project.Private = r.project.Private
	return s
}

// resources counts what is in the state.
func (r *rig) resources(s *Stack) int {
	r.t.Helper()
	state, _, err := s.State(r.t.Context())
	require.NoError(r.t, err)
	return CountResources(state)
}

// TestOpenMakesOnlyAPrivateStack: a state that others have too may be the wrong one.
func TestOpenMakesOnlyAPrivateStack(t *testing.T) {
	r := newRig(t)
	_, err := Open(t.Context(), r.project, r.program)
	require.EqualError(t, err, "open stack dev: the state backend "+r.project.Env["PULUMI_BACKEND_URL"]+" holds no stack dev; "+ToStack("dev"))
	require.Equal(t, NotReady, KindOf(err))
	require.NoFileExists(t, filepath.Join(r.project.Dir, "Pulumi.dev.yaml"))
	l, err := NewLook(t.Context(), r.project)
	require.NoError(t, err)
	_, err = l.State(t.Context())
	require.ErrorIs(t, err, ErrNoStack)

	r.project.Private = true
	_, err = Open(t.Context(), r.project, r.program)
	require.NoError(t, err)
	r.project.Private = false
	_, err = Open(t.Context(), r.project, r.program)
	require.NoError(t, err)
}

func (r *rig) options() Options { return Options{Progress: &r.out} }

func text(s string) pulumi.Map { return pulumi.Map{"text": pulumi.String(s)} }

func TestUpPreviewAndDestroy(t *testing.T) {
	r := newRig(t)
	r.things["one"], r.things["two"] = text("1"), text("2")
	s, ctx := r.open(), t.Context()

	sum, err := s.Preview(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Counts{"create": 4}, sum.Counts)
	require.Zero(t, r.probe.created, "a preview creates nothing")

	sum, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Counts{"create": 4}, sum.Counts)
	require.Len(t, sum.Layers, 1)
	require.Equal(t, "network.Foundation", sum.Layers[0].Name)
	require.Contains(t, r.out.String(), "created       network.Foundation    Thing one")

	sum, err = s.Preview(ctx, Options{ExpectNoChanges: true})
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 4}, sum.Counts)

	r.things["one"] = text("other")
	sum, err = s.Preview(ctx, Options{ExpectNoChanges: true})
	require.Equal(t, Changes, KindOf(err))
	require.EqualError(t, err, "preview of dev: no changes were expected, but there are some: 1 to update")
	require.Equal(t, 1, sum.Changed())

	r.things["two"] = pulumi.Map{"kind": pulumi.String("new")}
	sum, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 2, "update": 1, "replace": 1}, sum.Counts)

	require.Equal(t, 4, r.resources(s))

	sum, err = s.Destroy(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Counts{"delete": 4}, sum.Counts)
	require.Empty(t, r.probe.things)

	got, err := os.ReadFile(filepath.Join(r.project.Dir, "Pulumi.yaml"))
	require.NoError(t, err)
	require.Equal(t, projectFile, string(got), "the project file is left as it was")
}

func TestRefreshFindsWhatOthersChanged(t *testing.T) {
	r := newRig(t)
	r.things["one"], r.things["two"] = text("1"), text("2")
	s, ctx := r.open(), t.Context()
	_, err := s.Up(ctx, r.options())
	require.NoError(t, err)

	_, err = s.RefreshPreview(ctx, Options{ExpectNoChanges: true})
	require.NoError(t, err)

	r.probe.set("one", resource.PropertyMap{"text": resource.NewProperty("by hand")})
	r.probe.set("two", nil)
	sum, err := s.RefreshPreview(ctx, Options{ExpectNoChanges: true})
	require.EqualError(t, err,
		"refresh --preview of dev: no changes were expected, but there are some: 1 changed, 1 vanished")
	require.Equal(t, Counts{"same": 2, "update": 1, "delete": 1}, sum.Counts)

	sum, err = s.Refresh(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, 2, sum.Changed())
	sum, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 2, "update": 1, "create": 1}, sum.Counts)
}

func TestFailedResource(t *testing.T) {
	r := newRig(t)
	r.things["good"] = text("1")
	r.things["bad"] = pulumi.Map{"fail": pulumi.String("disk is full\non pve1")}
	s := r.open()

	sum, err := s.Up(t.Context(), r.options())
	require.EqualError(t, err, "up of dev: 1 operation(s) failed\n"+
		"  network.Foundation: Thing bad (create)\n    disk is full\n    on pve1")
	require.Equal(t, Failed, KindOf(err))
	require.Equal(t, "failed", sum.Result)
	require.Equal(t, 1, sum.Layers[0].Failed)
	log, err := os.ReadFile(sum.Log)
	require.NoError(t, err)
	require.Contains(t, string(log), "**creating failed**")

	r.things["bad"] = text("now good")
	sum, err = s.Up(t.Context(), r.options())
	require.NoError(t, err, "the next run goes on")
	require.Equal(t, 1, sum.Counts["create"])
}

func TestProgramErrors(t *testing.T) {
	r := newRig(t)
	r.refuse = refusal{"configuration of stack dev refused, 2 problem(s):\n  a: b\n  c: d"}
	s := r.open()
	_, err := s.Preview(t.Context(), r.options())
	require.Equal(t, Failed, KindOf(err))
	require.EqualError(t, err, "preview of dev: "+r.refuse.Error())

	r.project.Refusal = func(err error) error {
		if _, ok := err.(refusal); ok { //nolint:errorlint // the program returns it bare
			return err
		}
		return nil
	}
	_, err = r.open().Up(t.Context(), r.options())
	require.Equal(t, Refused, KindOf(err))
	require.EqualError(t, err, "up of dev: "+r.refuse.Error())
}

type refusal struct{ text string }

func (r refusal) Error() string { return r.text }

func TestSecrets(t *testing.T) {
	r := newRig(t)
	r.things["one"] = pulumi.Map{"text": pulumi.ToSecret(pulumi.String("hush-hush")), "fail": pulumi.String("no")}
	s, ctx := r.open(), t.Context()
	_, ok, err := s.GetConfig(ctx, "token")
	require.NoError(t, err)
	require.False(t, ok)

	require.NoError(t, s.SetSecrets(ctx, map[string]string{"token": "hush-hush\nover lines"}))
	v, ok, err := s.GetConfig(ctx, "token")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "hush-hush\nover lines", v)
	file := filepath.Join(r.project.Dir, "Pulumi.dev.yaml")
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(before), "hush")
	require.NoError(t, s.SetSecrets(ctx, map[string]string{"token": "hush-hush\nover lines"}))
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "the same secret is not encrypted anew")

	_, err = s.Up(ctx, r.options())
	require.Error(t, err)
	r.things["one"]["fail"] = nil
	r.things["one"] = pulumi.Map{"text": pulumi.ToSecret(pulumi.String("hush-hush"))}
	sum, err := s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Output{Value: Masked, Secret: true}, sum.Outputs["password"])

	o, err := s.Outputs(ctx)
	require.NoError(t, err)
	require.Equal(t, Masked, o.Values(false)["password"])
	require.Equal(t, "hush-hush", o.Values(true)["password"])
	require.Nil(t, o.Plain("password"))
	require.Equal(t, "open https://web.sandbox.test", o.Plain("nextStep"))
	require.NotContains(t, r.out.String(), "hush")
	require.NoError(t, filepath.Walk(r.project.Dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		require.NotContains(t, string(content), "hush", path)
		return err
	}))
}

func TestWrongPassphrase(t *testing.T) {
	r := newRig(t)
	r.things["one"] = text("1")
	require.NoError(t, r.open().SetSecrets(t.Context(), map[string]string{"token": "x"}))
	r.project.Env["PULUMI_CONFIG_PASSPHRASE"] = "two"
	_, err := r.open().Up(t.Context(), r.options())
	require.EqualError(t, err, "up of dev: wrong passphrase: the stack's secrets do not open with it; "+
		"set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the one the stack was made with")

	r.project.Env["PULUMI_CONFIG_PASSPHRASE"] = ""
	_, err = r.open().Up(t.Context(), r.options())
	require.EqualError(t, err, "up of dev: no passphrase for the stack's secrets; "+
		"set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE")
}

func TestMissingPlugin(t *testing.T) {
	r := newRig(t)
	r.things["one"] = text("1")
	r.project.Env["PULUMI_DEBUG_PROVIDERS"] = ""
	_, err := r.open().Up(t.Context(), r.options())
	require.Equal(t, NotReady, KindOf(err))
	require.EqualError(t, err, "up of dev: the provider plugin probe is not in the tools folder nor in Pulumi's "+
		"plugin folder; build it with `make tools`, or with a stock Pulumi: `pulumi plugin install`")
}

func TestMissingCommand(t *testing.T) {
	r := newRig(t)
	r.project.Bin = t.TempDir()
	_, err := Open(t.Context(), r.project, r.program)
	require.Equal(t, NotReady, KindOf(err))
	require.ErrorContains(t, err, "no such file or directory; build the tools with `make tools`")
}

func TestOldCommand(t *testing.T) {
	r := newRig(t)
	r.project.Bin = t.TempDir()
	script := "#!/bin/sh\necho v3.100.0\n"
	require.NoError(t, os.WriteFile(filepath.Join(r.project.Bin, "pulumi"), []byte(script), 0o700)) //nolint:gosec // must run
	_, err := Open(t.Context(), r.project, r.program)
	require.Equal(t, NotReady, KindOf(err))
	require.ErrorContains(t, err, "/pulumi is version 3.100.0, needed is 3.256 or a later 3.x; build the tools with `make tools`")
}

func TestConfigFileStandsIn(t *testing.T) {
	r := newRig(t)
	s, ctx := r.open(), t.Context()
	require.NoError(t, s.stack.SetConfig(ctx, "mirror", auto.ConfigValue{Value: "upstream"}))
	require.NoError(t, s.SetSecrets(ctx, map[string]string{"token": "hush"}))
	file := filepath.Join(r.project.Dir, "Pulumi.dev.yaml")
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	other := filepath.Join(t.TempDir(), "Pulumi.dev.yaml")
	require.NoError(t, os.WriteFile(other, bytes.ReplaceAll(before, []byte("upstream"), []byte("oci://mirror")), 0o600))

	opts := r.options()
	opts.ConfigFile = other
	sum, err := s.Up(ctx, opts)
	require.NoError(t, err)
	require.Equal(t, "oci://mirror", sum.Outputs.Plain("mirror"))
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	sum, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, "upstream", sum.Outputs.Plain("mirror"))
}

// The engine's own debug log costs a fifth to a third of a run; see tools/pulumi.
func TestDebugLogIsAChoice(t *testing.T) {
	r := newRig(t)
	if target, err := os.Readlink(filepath.Join(r.project.Bin, "pulumi")); err == nil && strings.HasSuffix(target, "/pulumi") {
		t.Skipf("%s was not built here and always writes it", target)
	}
	logs := filepath.Join(r.project.Dir, "home", "logs", "*")
	written := func() int {
		files, err := filepath.Glob(logs)
		require.NoError(t, err)
		return len(files)
	}
	_, err := r.open().Preview(t.Context(), r.options())
	require.NoError(t, err)
	require.Zero(t, written())
	r.project.Env["PULUMI_DISABLE_AUTOMATIC_LOGS"] = "false"
	_, err = r.open().Preview(t.Context(), r.options())
	require.NoError(t, err)
	require.NotZero(t, written())
}

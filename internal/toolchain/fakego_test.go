package toolchain

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The test binary plays the go command when FAKE_GO names what it should do.
func TestMain(m *testing.M) {
	if mode := os.Getenv("FAKE_GO"); mode != "" {
		os.Exit(fakeGo(mode, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeGo answers `go env` and plays `go build`, and notes every build in FAKE_GO_CALLS.
func fakeGo(mode string, args []string) int {
	if args[0] == "env" {
		fmt.Printf(`{"GOVERSION":%q,"GOOS":"linux","GOARCH":"amd64","GOCACHE":"/gocache","GOMODCACHE":"/gomod",`+
			`"GOPROXY":"https://proxy","GOTOOLCHAIN":"local"}`, "go"+os.Getenv("FAKE_GO_VERSION"))
		return 0
	}
	out := args[slices.Index(args, "-o")+1]
	calls, err := os.OpenFile(os.Getenv("FAKE_GO_CALLS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 3
	}
	_, err = fmt.Fprintf(calls, "%s %s\n", filepath.Base(out), strings.Join(args, " "))
	if errors.Join(err, calls.Close()) != nil {
		return 3
	}
	fmt.Fprintln(os.Stderr, "go: downloading example.org/dep v1.0.0\nexample.org/dep/one\nexample.org/dep/two")
	switch mode {
	case "ok":
		return write(out, "#!/bin/sh\nmkdir -p generated && echo \"$@\" > generated/build.mod\n")
	case "hang":
		interrupts := make(chan os.Signal, 1)
		signal.Notify(interrupts, os.Interrupt)
		write(out, "half a fi")
		<-interrupts
		return 1
	default: // the text that the compiler ends with
		fmt.Fprintln(os.Stderr, mode)
		return 1
	}
}

func write(path, text string) int {
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		return 4
	}
	return 0
}

// bench is a repository with the tools' modules, a cache, and the fake go command.
type bench struct {
	*testing.T
	root, cache, calls string
	out                strings.Builder
}

func newBench(t *testing.T, mode string) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{T: t, root: filepath.Join(dir, "repo"), cache: filepath.Join(dir, "cache"), calls: filepath.Join(dir, "calls")}
	for _, tool := range Tools() {
		b.source(tool.Module, "go.sum", "sums of "+tool.Module)
	}
	b.mode(mode)
	t.Setenv("FAKE_GO_CALLS", b.calls)
	t.Setenv("FAKE_GO_VERSION", "1.99.0")
	t.Setenv("PATH", "/usr/bin:/bin")
	return b
}

func (b *bench) mode(mode string) { b.Setenv("FAKE_GO", mode) }

// source writes a file of a tool's module.
func (b *bench) source(module, name, text string) {
	b.Helper()
	path := filepath.Join(b.root, "tools", module, name)
	require.NoError(b, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(b, os.WriteFile(path, []byte(text), 0o600))
}

// builder fills the folder named bin in the repository.
func (b *bench) builder(bin string) *Builder {
	b.out.Reset()
	return &Builder{
		Root: b.root, Bin: filepath.Join(b.root, bin), Cache: b.cache, Out: io.Writer(&b.out), Go: os.Args[0],
		usage: func(string) (uint64, uint64, error) { return 1 << 30, 1, nil },
	}
}

// builds is how often the go command built something.
func (b *bench) builds() int {
	text, err := os.ReadFile(b.calls)
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(b, err)
	return strings.Count(string(text), "\n")
}

// files lists a folder.
func (b *bench) files(dir string) []string {
	b.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(b, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

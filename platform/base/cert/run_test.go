package cert_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const host = "grafana.dmz.home"

// TestMain turns the test binary into kubectl when the script calls it by that name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "kubectl" {
		os.Exit(kubectlMain())
	}
	os.Exit(m.Run())
}

// bench is one machine: a PATH with the fake kubectl and an empty output folder.
type bench struct {
	t    *testing.T
	root string // temporary
	out  string // value of --out
	env  []string
}

// result is what one run of the script left behind.
type result struct {
	code           int
	stdout, stderr string
}

func newBench(t *testing.T, mode string) *bench {
	t.Helper()
	t.Parallel()
	root := t.TempDir()
	b := &bench{t: t, root: root, out: filepath.Join(root, "out")}
	for _, dir := range []string{"bin", "state", "out"} {
		require.NoError(t, os.Mkdir(filepath.Join(root, dir), 0o755))
	}
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(root, "bin", "kubectl")))
	b.env = []string{
		"PATH=" + filepath.Join(root, "bin") + ":" + os.Getenv("PATH"), "HOME=" + root,
		"FAKE_DIR=" + filepath.Join(root, "state"), "FAKE_MODE=" + mode,
	}
	return b
}

// command prepares a run; `--name` and `--out` are given unless args begin with "-".
func (b *bench) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	b.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "./script.sh", args...)
	cmd.Env = b.env
	return cmd
}

// run calls the script with exactly these arguments.
func (b *bench) run(args ...string) result {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := b.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(b.t, err)
	}
	return result{cmd.ProcessState.ExitCode(), b.plain(stdout.String()), b.plain(stderr.String())}
}

// issue asks for the usual certificate.
func (b *bench) issue(more ...string) result {
	b.t.Helper()
	return b.run(append([]string{"--name", host, "--ip", "192.168.1.153", "--out", b.out}, more...)...)
}

var volatile = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`home-[0-9a-f]{8}\b`), "home-ID"},
	{regexp.MustCompile(`[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4} GMT`), "DATE"},
	{regexp.MustCompile(`([0-9A-F]{2}:){31}[0-9A-F]{2}`), "SHA256"},
}

// plain takes out of a text what differs from run to run.
func (b *bench) plain(text string) string {
	text = strings.ReplaceAll(text, b.root, "TMP")
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	return text
}

// files lists the output folder, hidden names included, as "mode name".
func (b *bench) files() []string {
	b.t.Helper()
	list := []string{}
	entries, err := os.ReadDir(b.out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(b.t, err)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(b.t, err)
		list = append(list, info.Mode().String()+" "+e.Name())
	}
	return list
}

// calls lists the verbs that kubectl was called with.
func (b *bench) calls() []string {
	data, err := os.ReadFile(filepath.Join(b.root, "state", "calls"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(b.t, err)
	var verbs []string
	for line := range strings.Lines(string(data)) {
		verb, _, _ := strings.Cut(line, ":")
		verbs = append(verbs, verb)
	}
	return verbs
}

func (b *bench) read(path ...string) string {
	b.t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{b.root}, path...)...))
	require.NoError(b.t, err)
	return string(data)
}

func (b *bench) write(path, text string) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(filepath.Join(b.root, path), []byte(text), 0o600))
}

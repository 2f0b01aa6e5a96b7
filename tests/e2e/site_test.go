// Package e2e_test uses streamforge as a person does: as a process, in a copy of the repository's
// stack files, against a sandbox of its own.
package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/toolchain"
	"github.com/streamforge/infrastructure/tests/need"
)

// streamforge is the tool as it stands in the tree, built by TestMain.
var streamforge string

// repo is the root of the repository.
var repo string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	var err error
	if repo, err = filepath.Abs("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	cleanUpOnSignal(dir)
	streamforge = filepath.Join(dir, "streamforge")
	build := exec.Command("go", "build", "-trimpath", "-o", streamforge, "./cmd/streamforge")
	build.Dir = repo
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%s\n", out, err)
		return 1
	}
	return m.Run()
}

// site is a folder that looks like the repository to streamforge.
type site struct {
	t    *testing.T
	root string
	tool string // streamforge, or another build of it
	sb   *sandbox.Sandbox
}

// newSite copies the stack files into a folder of its own and moves the LAN to 127.53.<net>.0/24,
// so that several sandboxes run beside each other. The sandbox is stopped when the test ends.
func newSite(t *testing.T, net int) *site {
	t.Helper()
	t.Parallel() // every site has a network, a folder and ports of its own
	if testing.Short() {
		t.Skip("needs the toolchain and a sandbox: run without -short")
	}
	if err := toolchain.Check(filepath.Join(repo, "bin")); err != nil && !onlyStreamforge(err) {
		need.Missing(t, err.Error())
	}
	unlessInterrupted()
	s := &site{t: t, root: t.TempDir(), tool: streamforge}
	require.NoError(t, os.Symlink(filepath.Join(repo, "bin"), filepath.Join(s.root, "bin")))
	for _, file := range []string{"Pulumi.yaml", "Pulumi.sandbox.yaml"} {
		raw, err := os.ReadFile(filepath.Join(repo, file))
		require.NoError(t, err)
		raw = bytes.ReplaceAll(raw, []byte("127.53.0."), fmt.Appendf(nil, "127.53.%d.", net))
		require.NoError(t, os.WriteFile(filepath.Join(s.root, file), raw, 0o644))
	}
	var err error
	s.sb, err = sandbox.Open(s.root)
	require.NoError(t, err)
	sites.Store(s, nil)
	t.Cleanup(func() {
		defer sites.Delete(s)
		if t.Failed() {
			s.keepLogs()
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, s.sb.Stop(ctx))
	})
	return s
}

// onlyStreamforge: the tests build their own, so the one in bin/ may be missing or old.
func onlyStreamforge(err error) bool {
	return strings.Contains(err.Error(), ": streamforge ") && !strings.Contains(err.Error(), ";")
}

func (s *site) keepLogs() {
	logs, _ := filepath.Glob(filepath.Join(s.sb.Dir(), "logs", "*"))
	for _, file := range logs {
		raw, _ := os.ReadFile(file)
		s.t.Logf("%s ends:\n%s", filepath.Base(file), raw[max(0, len(raw)-1500):])
	}
}

// result is what a command left behind.
type result struct {
	code int
	out  string // standard output and standard error together
}

// run runs streamforge in the site and waits for it, as long as a busy machine may take.
func (s *site) run(args ...string) result {
	s.t.Helper()
	unlessInterrupted()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.tool, args...)
	cmd.Dir = s.root
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(s.t, err)
	}
	return result{code: cmd.ProcessState.ExitCode(), out: string(out)}
}

// ok runs streamforge and expects it to succeed.
func (s *site) ok(args ...string) string {
	s.t.Helper()
	r := s.run(args...)
	require.Zero(s.t, r.code, "streamforge %s:\n%s", strings.Join(args, " "), r.out)
	return r.out
}

// unchanged expects neither the program nor the world to have anything to say.
func (s *site) unchanged() {
	s.t.Helper()
	s.ok("preview", "-s", "sandbox", "--expect-no-changes")
	s.ok("refresh", "-s", "sandbox", "--expect-no-changes")
}

// edit changes a section of the committed stack file.
func (s *site) edit(section string, change func(values map[string]any)) {
	s.t.Helper()
	path := filepath.Join(s.root, "Pulumi.sandbox.yaml")
	raw, err := os.ReadFile(path)
	require.NoError(s.t, err)
	var file map[string]map[string]any
	require.NoError(s.t, yaml.Unmarshal(raw, &file))
	change(file["config"]["streamforge:"+section].(map[string]any))
	raw, err = yaml.Marshal(file)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(path, raw, 0o644))
}

// machinesOnly leaves out everything in the cluster.
func (s *site) machinesOnly() {
	s.t.Helper()
	s.edit("handover", func(v map[string]any) { v["cluster"], v["vault"] = false, false })
}

// kubectlCode runs kubectl and gives its exit code.
func (s *site) kubectlCode(args ...string) int {
	s.t.Helper()
	cmd := s.kubectlCommand(args)
	_ = cmd.Run() // the code says all
	return cmd.ProcessState.ExitCode()
}

// kubectl asks the sandbox's API server.
func (s *site) kubectl(args ...string) string {
	s.t.Helper()
	out, err := s.kubectlCommand(args).CombinedOutput()
	require.NoError(s.t, err, "kubectl %s:\n%s", strings.Join(args, " "), out)
	return string(out)
}

func (s *site) kubectlCommand(args []string) *exec.Cmd {
	return exec.Command(filepath.Join(repo, "bin", "kubectl"), append([]string{"--kubeconfig", s.sb.AdminKubeconfig()}, args...)...)
}

package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3"

	"github.com/streamforge/infrastructure/internal/process"
)

// killAfter is how long a CLI that was told to end at once may take before it is killed.
const killAfter = 10 * time.Second

// noDebugLog keeps the engine from writing a debug log below PULUMI_HOME, see tools/pulumi.
const noDebugLog = "PULUMI_DISABLE_AUTOMATIC_LOGS=true"

// calls counts those of all commands of this process, so that what one call has left is never taken for another's.
var calls atomic.Int64

// command runs the Pulumi CLI for the Automation API. It replaces the API's own runner in one
// point: a cancelled context there kills the CLI after ten seconds, which loses the state of
// every resource that takes longer. Here the engine gets one interrupt and all the time it needs;
// only abort ends it early.
type command struct {
	path    string
	env     []string
	version semver.Version

	owner   owner
	call    atomic.Int64    // the latest
	abort   <-chan struct{} // closed when the running operation must end at once
	log     io.Writer       // takes the full output of operations; nil means none
	verbose io.Writer       // takes the output of operations as it comes; nil means none
	last    result          // of the latest run
	brief   bool            // an operation runs, see spared
}

// result is what a run of the CLI left.
type result struct{ stdout, stderr string }

// newCommand finds the CLI in the project's tools folder and asks for its version.
func newCommand(ctx context.Context, p Project) (*command, error) {
	bin, err := filepath.Abs(p.Bin)
	if err != nil {
		return nil, fmt.Errorf("tools folder %s: %w", p.Bin, err)
	}
	self, _ := process.Identify(os.Getpid()) // only Linux can; elsewhere nobody looks for it
	c := &command{path: filepath.Join(bin, "pulumi"), env: environ(os.Environ(), p.Env, bin),
		owner: owner{Process: self, Dir: p.Dir, Stack: p.Stack}}
	out, _, _, err := c.Run(ctx, p.Dir, nil, nil, nil, nil, "version")
	if err != nil {
		return nil, notReady("pulumi command", fmt.Sprintf("%s does not run: %v", c.path, err),
			"build the tools with `make tools`")
	}
	if c.version, err = semver.ParseTolerant(strings.TrimSpace(out)); err != nil {
		return nil, notReady("pulumi command", fmt.Sprintf("%s reports version %q: %v", c.path, out, err),
			"build the tools with `make tools`")
	}
	// Events and options of the engine are those of the SDK's minor version; later ones keep them.
	if need := sdk.Version; c.version.Major != need.Major || c.version.Minor < need.Minor {
		return nil, notReady("pulumi command", fmt.Sprintf("%s is version %s, needed is %d.%d or a later %d.x",
			c.path, c.version, need.Major, need.Minor, need.Major), "build the tools with `make tools`")
	}
	return c, nil
}

// environ lays over over base, base over what is best for an engine, and puts bin first in PATH.
func environ(base []string, over map[string]string, bin string) []string {
	path := os.Getenv("PATH")
	if p, ok := over["PATH"]; ok {
		path = p
	}
	env := append([]string{noDebugLog, process.Collector}, slices.DeleteFunc(slices.Clone(base), func(kv string) bool {
		key, _, _ := strings.Cut(kv, "=")
		_, replaced := over[key]
		return replaced || key == "PATH"
	})...)
	for k, v := range over {
		if v != "" && k != "PATH" {
			env = append(env, k+"="+v)
		}
	}
	return append(env, "PATH="+bin+string(os.PathListSeparator)+path, "PULUMI_AUTOMATION_API=true")
}

// Version is the CLI's version.
func (c *command) Version() semver.Version { return c.version }

// Run executes the CLI and returns its output and exit code, -2 when it could not be run at all.
func (c *command) Run(ctx context.Context, dir string, stdin io.Reader, stdouts, stderrs []io.Writer,
	env []string, args ...string) (string, string, int, error) {
	if answer, ok := c.spared(args); ok {
		return answer, "", 0, nil
	}
	c.last = result{} // what an earlier run printed explains nothing about this one
	if err := ctx.Err(); err != nil {
		return "", "", -2, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(c.path, append([]string{"--non-interactive"}, args...)...)
	cmd.Dir, cmd.Stdin = dir, stdin
	mine := c.owner
	mine.Call = calls.Add(1)
	c.call.Store(mine.Call)
	cmd.Env = append(slices.Concat(c.env, env), mine.String())
	cmd.Stdout = io.MultiWriter(append(c.tees(args), append(stdouts, &stdout)...)...)
	cmd.Stderr = io.MultiWriter(append(c.tees(args), append(stderrs, &stderr)...)...)
	// A group of its own: else Ctrl-C on a terminal reaches the CLI twice, once from the terminal
	// and once from here, and the second one means "drop everything".
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = killAfter // plugins may hold the pipes open after the CLI has ended
	if err := cmd.Start(); err != nil {
		return "", "", -2, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	err := c.wait(ctx, cmd.Process, done)
	if err != nil {
		c.killCall(mine) // an engine that did not end well may leave its plugins behind
	}
	c.last = result{stdout.String(), stderr.String()}
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return c.last.stdout, c.last.stderr, 0, nil
	case errors.As(err, &exit):
		return c.last.stdout, c.last.stderr, exit.ExitCode(), err
	default:
		return c.last.stdout, c.last.stderr, -2, err
	}
}

// spared answers what the Automation API asks for after an operation and nobody here reads: the stack's history, and
// the values of secret outputs, whose names the question before has told. Each would have the CLI read the whole state
// once more.
func (c *command) spared(args []string) (answer string, ok bool) {
	if !c.brief || len(args) < 2 || args[0] != "stack" {
		return "", false
	}
	switch {
	case args[1] == "history":
		return "[]", true
	case args[1] == "output" && slices.Contains(args, "--show-secrets"):
		return c.last.stdout, true
	}
	return "", false
}

// tees are the extra readers of an operation's output. Other commands have none: their output may
// hold secrets in clear.
func (c *command) tees(args []string) []io.Writer {
	var ws []io.Writer
	if len(args) == 0 || !slices.Contains([]string{"up", "preview", "refresh", "destroy"}, args[0]) {
		return nil
	}
	if c.log != nil {
		ws = append(ws, heedless{c.log})
	}
	if c.verbose != nil {
		ws = append(ws, heedless{c.verbose})
	}
	return ws
}

// heedless goes on when nobody reads any more, such as a `tee` that Ctrl-C has ended too, or when the disk of the log
// is full: an error would close the pipe of the CLI, which is still at work and dies of that.
type heedless struct{ to io.Writer }

func (h heedless) Write(p []byte) (int, error) {
	_, _ = h.to.Write(p)
	return len(p), nil
}

// wait returns when the process has ended: by itself, after the interrupt that a cancelled
// context sends, or after the second interrupt and the kill that abort sends.
func (c *command) wait(ctx context.Context, p *os.Process, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	_ = p.Signal(os.Interrupt) // an error means that it has just ended
	select {
	case err := <-done:
		return err
	case <-c.abort: // nil without Options.Abort: waits for the engine however long it takes
	}
	_ = p.Signal(os.Interrupt)
	kill := time.NewTimer(killAfter)
	defer kill.Stop()
	select {
	case err := <-done:
		return err
	case <-kill.C:
	}
	_ = p.Kill() // its plugins are killed by the caller
	return <-done
}

package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/streamforge/infrastructure/internal/process"
)

// progressEnv tells the supervisor that descriptor 3 is a pipe for its messages.
const progressEnv = "STREAMFORGE_SANDBOX_PROGRESS"

// message is one line of that pipe. The last one is Ready or Error.
type message struct {
	Line  string `json:"line,omitempty"`
	Ready bool   `json:"ready,omitempty"`
	Error string `json:"error,omitempty"`
}

// launch starts the supervisor in a session of its own, passes its progress on, and
// returns when it is ready.
func (s *Sandbox) launch(ctx context.Context, o Options) error {
	self, err := filepath.Abs(o.Self)
	if err != nil || o.Self == "" {
		return fmt.Errorf("supervisor: path %q of the streamforge binary is not usable", o.Self)
	}
	logFile := filepath.Join(s.logs(), "supervisor.log")
	log, err := process.OpenLog(logFile)
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	defer log.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	defer reader.Close()
	cmd := exec.Command(self, "sandbox", "serve", "--root", s.root)
	cmd.Env = append(os.Environ(), progressEnv+"=1")
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.root, log, log
	cmd.ExtraFiles = []*os.File{writer}
	cmd.SysProcAttr = process.Detached()
	err = cmd.Start()
	_ = writer.Close() // the supervisor holds the other copy: the pipe ends with it
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()

	result := make(chan error, 1)
	go func() { result <- follow(reader, o.Out) }()
	select {
	case err = <-result:
	case <-ctx.Done():
		_ = cmd.Process.Signal(os.Interrupt) // it stops what it started; waited for below
		<-exited
		return errors.Join(ctx.Err(), s.endNow())
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		tail, _ := process.Tail(logFile, 12) // the error stands without it
		return fmt.Errorf("supervisor: %w; end of %s:\n    %s", <-exited, logFile, strings.Join(tail, "\n    "))
	}
	if err != nil {
		<-exited
	}
	return err
}

// follow copies progress until the supervisor is ready, has given up, or is gone
// (io.ErrUnexpectedEOF).
func follow(r io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return fmt.Errorf("supervisor: message %q: %w", lines.Text(), err)
		}
		switch {
		case m.Ready:
			return nil
		case m.Error != "":
			return errors.New(m.Error)
		default:
			say(out, "%s", m.Line)
		}
	}
	return io.ErrUnexpectedEOF
}

// announcer writes messages to the launcher, which may have gone.
type announcer struct{ w io.WriteCloser }

func newAnnouncer() announcer {
	if os.Getenv(progressEnv) == "" {
		return announcer{}
	}
	const inherited = 3
	syscall.CloseOnExec(inherited) // or the children would hold it open too
	return announcer{w: os.NewFile(inherited, "progress")}
}

func (a announcer) send(m message) {
	if a.w == nil {
		return
	}
	if raw, err := json.Marshal(m); err == nil {
		_, _ = a.w.Write(append(raw, '\n')) // the launcher has gone: nobody is left to tell
	}
}

func (a announcer) line(format string, args ...any) {
	a.send(message{Line: fmt.Sprintf(format, args...)})
}

func (a announcer) close() {
	if a.w != nil {
		_ = a.w.Close()
	}
}

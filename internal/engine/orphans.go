package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
)

// ownerEnv names, in the environment of the CLI and so of all that the CLI starts, the run it belongs
// to. Provider plugins are in process groups of their own and outlive a CLI that was killed: this is
// how they are found.
const ownerEnv = "STREAMFORGE_RUN"

// owner is the value of ownerEnv.
type owner struct {
	Process process.ID `json:"process"` // that called the CLI
	Call    int64      `json:"call"`    // which of its calls
	Dir     string     `json:"dir"`     // of the project
	Stack   string     `json:"stack"`
}

func (o owner) String() string {
	raw, _ := json.Marshal(o) // numbers and text only
	return ownerEnv + "=" + string(raw)
}

// orphan is a process that belongs to a run.
type orphan struct {
	process.ID
	name string // of its program
}

// belonging lists the processes whose owner fits. Those of other users cannot be seen, and where
// there is no /proc nobody is found.
func belonging(fits func(owner) bool) (found []orphan) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is well formed
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			continue
		}
		id, err := process.Identify(pid)
		if err != nil {
			continue // it has ended
		}
		env, err := os.ReadFile(file)
		if err != nil {
			continue // likewise, or another user's
		}
		for kv := range bytes.SplitSeq(env, []byte{0}) {
			value, is := bytes.CutPrefix(kv, []byte(ownerEnv+"="))
			var o owner
			if is && json.Unmarshal(value, &o) == nil && fits(o) {
				path, _ := os.Readlink(filepath.Join(filepath.Dir(file), "exe")) // empty: it has just ended
				found = append(found, orphan{id, filepath.Base(path)})
			}
		}
	}
	return found
}

// killCall kills what one call of the CLI has left behind.
func (c *command) killCall(o owner) {
	for _, p := range belonging(func(of owner) bool { return of == o }) {
		_ = p.Signal(syscall.SIGKILL) // gone or not ours any more: both are well
	}
}

// graceOfOrphans is how long a CLI whose program is gone may take to save what it was doing.
const graceOfOrphans = time.Minute

// EndOrphans ends what killed runs of this stack have left on this machine and says what it was. A CLI
// whose program is gone cannot go on; it is interrupted, saves what it did and lets go of its lock.
// Every run does this first; who reads the state before a run, calls it before that.
func (s *Stack) EndOrphans() string {
	left := belonging(func(o owner) bool {
		return o.Dir == s.cmd.owner.Dir && o.Stack == s.cmd.owner.Stack && !o.Process.Alive()
	})
	if len(left) == 0 {
		return ""
	}
	// The CLI first: it ends its plugins itself.
	slices.SortStableFunc(left, func(a, b orphan) int { return strings.Compare(a.name, b.name) })
	var names []string
	for _, p := range left {
		if p.name == "pulumi" {
			_ = p.Signal(syscall.SIGINT) // as below
			p.waitFor(graceOfOrphans)
		}
		_ = p.Signal(syscall.SIGKILL) // an error means that it has just ended
		names = append(names, fmt.Sprintf("%s (%d)", p.name, p.PID))
	}
	return "ended what a killed run has left behind: " + strings.Join(names, ", ")
}

// waitFor waits until the process is gone, at most for limit.
func (p orphan) waitFor(limit time.Duration) {
	deadline := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond) // not our child: the system offers nothing to wait on
	defer tick.Stop()
	for p.Alive() {
		select {
		case <-tick.C:
		case <-deadline:
			return
		}
	}
}

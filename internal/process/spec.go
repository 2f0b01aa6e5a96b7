package process

import (
	"fmt"
	"time"
)

// Spec says how one child process is run.
type Spec struct {
	Name    string   // unique in the sandbox, e.g. kube-apiserver
	Path    string   // absolute path of the binary
	Args    []string // without the binary itself
	Env     []string // the whole environment: nothing is inherited, so that ETCD_* or KUBECONFIG of the caller cannot leak in
	Dir     string   // working directory
	LogFile string   // output of the process; the previous run's is kept beside it with the suffix .1
	Address string   // where it answers, for people

	Ready       Check         // nil means ready at once
	ReadyWithin time.Duration // 0 means 60 s
	StopWithin  time.Duration // time between SIGTERM and SIGKILL, 0 means 10 s
}

func (s Spec) readyWithin() time.Duration {
	if s.ReadyWithin == 0 {
		return time.Minute
	}
	return s.ReadyWithin
}

func (s Spec) stopWithin() time.Duration {
	if s.StopWithin == 0 {
		return 10 * time.Second
	}
	return s.StopWithin
}

// Exit is the end of a process that nobody asked to end.
type Exit struct {
	Name    string
	Status  string        // as the system tells it, e.g. "exit status 1" or "signal: killed"
	After   time.Duration // how long it lived
	LogFile string
	Tail    []string // last lines of the log
}

// Error names the process, its status, and shows the end of its log.
func (e *Exit) Error() string {
	text := fmt.Sprintf("%s: ended with %q after %s; end of %s:", e.Name, e.Status, e.After.Round(100*time.Millisecond), e.LogFile)
	if len(e.Tail) == 0 {
		return text + " (empty)"
	}
	for _, line := range e.Tail {
		text += "\n    " + line
	}
	return text
}

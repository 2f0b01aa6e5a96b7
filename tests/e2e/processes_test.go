package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// watchProcesses looks again and again at what every process of the site shows to whoever may read
// /proc: its arguments and its environment. The result ends that and gives all that was seen, by
// what it is and of which process.
func (s *site) watchProcesses() (seen func() map[string][]byte) {
	all := map[string][]byte{}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond) // a process that lives for less was not started by a run
		defer tick.Stop()
		for {
			s.look(all)
			select {
			case <-stop:
				s.look(all)
				return
			case <-tick.C:
			}
		}
	}()
	return func() map[string][]byte {
		close(stop)
		<-stopped
		return all
	}
}

// look adds what is there in this moment. Processes that end meanwhile are left out.
func (s *site) look(all map[string][]byte) {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		arguments, _ := os.ReadFile(filepath.Join(p, "cmdline"))
		environment, _ := os.ReadFile(filepath.Join(p, "environ"))
		folder, _ := os.Readlink(filepath.Join(p, "cwd"))
		own := []byte(s.root + "/")
		if folder != s.root && !strings.HasPrefix(folder, s.root+"/") && !bytes.Contains(arguments, own) && !bytes.Contains(environment, own) {
			continue
		}
		program, _, _ := bytes.Cut(arguments, []byte{0})
		id := fmt.Sprintf("%s %s", filepath.Base(string(program)), filepath.Base(p))
		for what, text := range map[string][]byte{"arguments": arguments, "environment": environment} {
			if len(text) > 0 {
				all[what+" of "+id] = text
			}
		}
	}
}

package engine

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var lockLine = regexp.MustCompile(`created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)`)

// lock is one lock of a file or bucket backend.
type lock struct {
	user, host string
	pid        int
	since      time.Time
}

func parseLocks(out string) []lock {
	var ls []lock
	for _, m := range lockLine.FindAllStringSubmatch(out, -1) {
		pid, _ := strconv.Atoi(m[3]) // the expression lets only digits through
		since, _ := time.Parse(time.RFC3339, m[4])
		ls = append(ls, lock{m[1], m[2], pid, since})
	}
	return ls
}

// dead tells whether the lock's process ran on this host and is gone.
func (l lock) dead() bool {
	host, err := os.Hostname()
	return err == nil && host == l.host && errors.Is(syscall.Kill(l.pid, 0), syscall.ESRCH)
}

// locked tells who holds the stack's lock, since when, and whether that run is still there.
func (s *Stack) locked(what, out string) *Problem {
	if !strings.Contains(out, "the stack is currently locked by") &&
		!strings.Contains(out, "Another update is currently in progress") {
		return nil
	}
	p := &Problem{
		Kind: Locked, What: what, Why: "the stack is locked by another run",
		WayOut: "wait until that run has ended",
	}
	var who []string
	gone := true
	for _, l := range parseLocks(out) {
		text := fmt.Sprintf("%s on %s, process %d, since %s",
			l.user, l.host, l.pid, l.since.Local().Format("2006-01-02 15:04:05"))
		if l.dead() {
			text += ", which no longer runs"
		} else {
			gone = false
		}
		who = append(who, text)
	}
	release := "`streamforge cancel -s " + s.project.Stack + "` (or `pulumi cancel`) releases the lock"
	switch {
	case len(who) == 0:
		p.WayOut += "; if it is dead, " + release
	case gone:
		p.Why += " (" + strings.Join(who, "; ") + ")"
		p.WayOut, p.deadLock = release, true
	default:
		p.Why += " (" + strings.Join(who, "; ") + ")"
		p.WayOut += "; if it is dead, " + release
	}
	return p
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
)

var lockLine = regexp.MustCompile(`created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)`)

// lock is one lock of a file or bucket backend.
type lock struct {
	user, host string
	pid        int
	since      time.Time
	file       string // that it is, where that was read; all that is known of a lock that was written in part
}

func parseLocks(out string) []lock {
	var ls []lock
	for _, m := range lockLine.FindAllStringSubmatch(out, -1) {
		pid, _ := strconv.Atoi(m[3]) // the expression lets only digits through
		since, _ := time.Parse(time.RFC3339, m[4])
		ls = append(ls, lock{user: m[1], host: m[2], pid: pid, since: since})
	}
	return ls
}

// here tells whether the lock's process runs, or ran, on this host.
func (l lock) here() bool {
	host, err := os.Hostname()
	return err == nil && host == l.host
}

// dead tells whether the lock's process ran on this host and is gone.
func (l lock) dead() bool { return l.here() && process.Gone(l.pid) }

// damaged tells whether the lock was written in part only.
func (l lock) damaged() bool { return l.host == "" }

// String says who holds the lock since when, and whether that run is gone.
func (l lock) String() string {
	if l.damaged() {
		return "nobody knows who, " + l.file + " is damaged"
	}
	text := fmt.Sprintf("%s on %s, process %d, since %s",
		l.user, l.host, l.pid, l.since.Local().Format("2006-01-02 15:04:05"))
	if l.dead() {
		text += ", which no longer runs"
	}
	return text
}

// locked finds in what the CLI printed who holds the stack's lock. Of a damaged lock it says only that JSON ends.
func (s *Stack) locked(ctx context.Context, what, out string) *Problem {
	if strings.Contains(out, "unexpected end of JSON input") {
		if locks, err := s.locks(ctx); err == nil && slices.ContainsFunc(locks, lock.damaged) {
			return lockedBy(what, s.project.Stack, locks)
		}
	}
	if !strings.Contains(out, "the stack is currently locked by") &&
		!strings.Contains(out, "Another update is currently in progress") {
		return nil
	}
	return lockedBy(what, s.project.Stack, parseLocks(out))
}

// lockedBy tells who holds the stack's lock, as far as that is known, since when, and whether that run is still there.
func lockedBy(what, stack string, locks []lock) *Problem {
	p := &Problem{
		Kind: Locked, What: what, Why: "the stack is locked by another run",
		WayOut: "wait until that run has ended",
	}
	var who []string
	gone := true
	for _, l := range locks {
		gone = gone && l.dead()
		who = append(who, l.String())
	}
	release := "`streamforge cancel -s " + stack + "` (or `pulumi cancel`) releases the lock"
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

// Unlock releases the lock that a dead run has left behind, after ending what else it left, and says what that
// was. Who holds the lock and lives on this machine keeps it; a damaged lock is nobody's.
func (s *Stack) Unlock(ctx context.Context) (ended string, err error) {
	ended = s.EndOrphans()
	what := "release the lock of " + s.project.Stack
	locks, err := s.locks(ctx)
	if err != nil {
		return ended, err
	}
	for _, l := range locks {
		if l.here() && !l.dead() {
			return ended, &Problem{Kind: Locked, What: what, Why: "the run that holds it is alive (" + l.String() + ")",
				WayOut: fmt.Sprintf("wait until it has ended, or stop it by `kill -INT %d`; "+
					"if that is another process by now, `pulumi cancel -s %s` releases the lock all the same", l.pid, s.project.Stack)}
		}
	}
	if err := s.stack.Cancel(ctx); err != nil {
		return ended, s.explain(ctx, what, err, nil)
	}
	return ended, nil
}

// shed removes the locks of dead runs of this machine and no other: `pulumi cancel` would remove that of a run which
// did the same a moment ago, too. Where the state is not in a folder, the locks stand.
func (s *Stack) shed(ctx context.Context) error {
	locks, err := s.locks(ctx)
	if err != nil {
		return err
	}
	for _, l := range locks {
		if !l.dead() {
			continue
		}
		if err := os.Remove(l.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("lock of a dead run: %w", err)
		}
	}
	return nil
}

// locks reads the locks on the stack, as Look does; none where only a run can see them.
func (s *Stack) locks(ctx context.Context) ([]lock, error) {
	l := &Look{Project: s.project, cmd: s.cmd}
	b, err := l.Backend(ctx)
	if err != nil {
		return nil, err
	}
	all, _, err := l.locks(b)
	return all, err
}

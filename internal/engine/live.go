package engine

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// frame is the time between two frames of the live view.
const frame = 150 * time.Millisecond

// live draws a block of lines that shows the state of the run, and redraws it in place. Only
// important news scrolls by above it.
type live struct {
	rec   *recorder
	title string
	term  Terminal

	mu    sync.Mutex
	out   io.Writer
	drawn int // lines on the screen that the next frame replaces
	done  chan struct{}
	gone  sync.WaitGroup
}

func newLive(r *recorder, stack string, out io.Writer, t Terminal) *live {
	l := &live{rec: r, title: string(r.op) + " of " + stack, term: t, out: out, done: make(chan struct{})}
	l.gone.Go(l.draw)
	return l
}

func (l *live) draw() {
	tick := time.NewTicker(frame)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.mu.Lock()
			l.redraw(nil)
			l.mu.Unlock()
		case <-l.done:
			return
		}
	}
}

func (l *live) show(lines []line) {
	var keep []string
	for _, n := range lines {
		if n.important {
			keep = append(keep, n.text)
		}
	}
	if len(keep) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.redraw(keep)
}

// close takes the block off the screen: the closing table says it all again.
func (l *live) close() {
	close(l.done)
	l.gone.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprint(l.out, l.erase())
	l.drawn = 0
}

// erase moves to the first line of the block and clears everything below.
func (l *live) erase() string {
	if l.drawn == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", l.drawn)
}

// redraw replaces the block in one write, so that a terminal does not flicker.
func (l *live) redraw(above []string) {
	var b strings.Builder
	b.WriteString(l.erase())
	for _, text := range above {
		b.WriteString(text + "\n")
	}
	columns, rows := l.term.Size()
	lines := l.block(max(rows-2, 3))
	for i, text := range lines {
		text = clip(text, columns)
		if l.term.Color && i == 0 {
			text = "\x1b[1m" + text + "\x1b[0m"
		}
		b.WriteString(text + "\n")
	}
	l.drawn = len(lines)
	fmt.Fprint(l.out, b.String())
}

// block is the state of the run in at most rows lines: a head, the layers, what is under way.
func (l *live) block(rows int) []string {
	sum, active := l.rec.summary(), l.rec.inFlight()
	lines := []string{fmt.Sprintf("%s  %s  %d resources done, %d in progress",
		l.title, elapsed(sum.Duration), sum.Counts.Total(), len(active))}
	for _, a := range sum.Layers {
		text := fmt.Sprintf("  %-22s %4d done", a.Name, a.Counts.Total())
		if a.Failed > 0 {
			text += fmt.Sprintf("  %d failed", a.Failed)
		}
		if a.running > 0 {
			text += fmt.Sprintf("  %d in progress", a.running)
		}
		lines = append(lines, text)
	}
	now := l.rec.now()
	for _, a := range active {
		text := fmt.Sprintf("    %-8s %s  %s", a.op, label(a.urn), elapsed(now.Sub(a.since)))
		if a.message != "" {
			text += "  " + a.message
		}
		lines = append(lines, text)
	}
	if len(lines) > rows {
		more := len(lines) - rows + 1
		lines = append(lines[:rows-1], fmt.Sprintf("    and %d more", more))
	}
	return lines
}

// clip shortens a line to the terminal's width: a wrapped line would spoil the count of lines.
func clip(text string, columns int) string {
	runes := []rune(text)
	if columns < 2 || len(runes) < columns {
		return text
	}
	return string(runes[:columns-2]) + "…"
}

package toolchain

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	repaint   = time.Second      // how often the line of a terminal is drawn anew
	heartbeat = 30 * time.Second // how often a plain log hears that a build goes on
)

// progress prints one line per tool: on a terminal it changes in place, in a log
// the beginning, a sign of life now and then, and the end are lines of their own.
type progress struct {
	out   io.Writer
	live  bool
	total int

	mu       sync.Mutex
	index    int    // of the tool, from 1
	name     string // of the tool
	activity string // empty: nothing runs
	detail   func() string
	since    time.Time
	stop     chan struct{}
}

// next begins the line of a tool.
func (p *progress) next(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.index++
	p.name = name
}

// begin says what goes on now and keeps the elapsed time in view until end.
// detail may be nil.
func (p *progress) begin(activity string, detail func() string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.halt()
	p.activity, p.detail, p.since, p.stop = activity, detail, time.Now(), make(chan struct{})
	p.draw(0)
	every := heartbeat
	if p.live {
		every = repaint
	}
	go p.run(time.NewTicker(every), p.stop)
}

// run draws until stop is closed.
func (p *progress) run(t *time.Ticker, stop chan struct{}) {
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			p.mu.Lock()
			if p.stop == stop {
				p.draw(time.Since(p.since))
			}
			p.mu.Unlock()
		}
	}
}

// end closes the line of the tool with its result.
func (p *progress) end(result string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.halt()
	p.print(result, "\n")
}

// abort leaves the line of the tool as it is.
func (p *progress) abort() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.halt(); p.live {
		p.write("\n")
	}
}

func (p *progress) halt() {
	if p.stop != nil {
		close(p.stop)
		p.stop = nil
	}
}

func (p *progress) draw(elapsed time.Duration) {
	text := p.activity + "…"
	if elapsed > 0 {
		text += " " + short(elapsed)
		if p.detail != nil {
			if d := p.detail(); d != "" {
				text += ", " + d
			}
		}
	}
	if p.live {
		p.print(text, "")
		return
	}
	p.print(text, "\n")
}

// print writes the line; on a terminal over what stood there.
func (p *progress) print(text, end string) {
	start := ""
	if p.live {
		start = "\r\x1b[K"
	}
	count := fmt.Sprintf("[%*d/%d]", len(fmt.Sprint(p.total)), p.index, p.total)
	padding := strings.Repeat(" ", max(0, nameWidth-len(p.name)))
	p.write(start + count + " " + p.name + padding + "  " + text + end)
}

// write ignores errors: a terminal that went away must not stop a build.
func (p *progress) write(s string) { _, _ = io.WriteString(p.out, s) }

// nameWidth is the length of the longest name.
var nameWidth = func() (n int) {
	for _, t := range Tools() {
		n = max(n, len(t.Name))
	}
	return n
}()

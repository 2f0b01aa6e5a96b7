package toolchain

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// output keeps what a build writes, passes it on to the log, and tells from it
// how far the build is: go build -v names each package it compiles.
type output struct {
	log io.Writer

	mu       sync.Mutex
	all      bytes.Buffer
	line     []byte
	packages int
	fetching string // module that is being downloaded; empty: none
}

// Write is called with any part of the stream.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all.Write(b)
	o.line = append(o.line, b...)
	for {
		line, rest, found := bytes.Cut(o.line, []byte("\n"))
		if !found {
			break
		}
		o.see(string(line))
		o.line = rest
	}
	return o.log.Write(b)
}

// see takes note of one whole line.
func (o *output) see(line string) {
	module, downloads := strings.CutPrefix(line, "go: downloading ")
	switch {
	case downloads:
		o.fetching, _, _ = strings.Cut(module, " ")
	case isPackage(line):
		o.fetching = ""
		o.packages++
	}
}

// progress is a few words for the line on the terminal.
func (o *output) progress() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.fetching != "":
		return "downloading " + o.fetching
	case o.packages > 0:
		return fmt.Sprintf("%d packages", o.packages)
	}
	return ""
}

// String is the whole output.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.String()
}

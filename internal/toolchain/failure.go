package toolchain

import (
	"fmt"
	"strings"
	"time"
)

// tailLines is how much of the compiler's output an error message shows.
const tailLines = 20

// Failure is a build that did not succeed, with all a reader needs to go on.
type Failure struct {
	Tool  string        // name in bin/
	Step  string        // what ran, such as "go build"
	Err   error         // how it ended
	After time.Duration // how long it ran; 0: not worth telling
	Tail  string        // end of its output; may be empty
	Cause string        // likely cause and the way out; empty: none is recognised
	Log   string        // file with the whole output; empty: there is none
}

func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: %v", f.Tool, f.Step, f.Err)
	if f.After > 0 {
		fmt.Fprintf(&b, " after %s", short(f.After))
	}
	for line := range strings.Lines(f.Tail) {
		b.WriteString("\n  | " + strings.TrimRight(line, "\n"))
	}
	if f.Cause != "" {
		b.WriteString("\nlikely cause: " + f.Cause)
	}
	if f.Log != "" {
		b.WriteString("\nwhole output: " + f.Log)
	}
	return b.String()
}

// Unwrap gives access to how the step ended.
func (f *Failure) Unwrap() error { return f.Err }

// suspicions are ordered: the first whose text occurs in the output wins.
var suspicions = []struct {
	texts []string
	cause func(goEnv) string
}{
	{[]string{"no space left on device", "disk quota exceeded"}, func(e goEnv) string {
		return fmt.Sprintf("the disk is full; what grows is %s and %s: free space there (go clean -cache empties "+
			"the first) or point GOCACHE and GOMODCACHE to another disk", e.GOCACHE, e.GOMODCACHE)
	}},
	{[]string{"(running go 1.", "requires go >= ", "note: module requires Go"}, func(e goEnv) string {
		return fmt.Sprintf("Go is too old (%s): install a newer one, or allow its download with GOTOOLCHAIN=auto (now %q)",
			e.GOVERSION, e.GOTOOLCHAIN)
	}},
	{[]string{"missing go.sum entry", "checksum mismatch", "updates to go.mod needed"}, func(goEnv) string {
		return "go.mod and go.sum do not fit together: run go get for the module that is named, in its folder below tools/"
	}},
	{[]string{"dial tcp", "no such host", "i/o timeout", "TLS handshake", "connection refused", "connection reset",
		"proxyconnect", "403 Forbidden", "407 Proxy", "502 Bad Gateway", "503 Service", "504 Gateway",
		"module lookup disabled"}, func(e goEnv) string {
		return fmt.Sprintf("a module cannot be downloaded (GOPROXY=%s): check the network, HTTPS_PROXY and GOPROXY, "+
			"then run it again; what was downloaded is kept", e.GOPROXY)
	}},
	{[]string{"signal: killed", "cannot allocate memory", "out of memory"}, func(goEnv) string {
		return "memory ran out: a build needs up to 3 GB; close other programs, or build with GOMAXPROCS=1"
	}},
	{[]string{"permission denied", "read-only file system"}, func(e goEnv) string {
		return fmt.Sprintf("a folder cannot be written; Go writes to %s and %s", e.GOCACHE, e.GOMODCACHE)
	}},
}

// suspect names the likely cause of a failed step by its output.
func suspect(output string, env goEnv) string {
	for _, s := range suspicions {
		for _, text := range s.texts {
			if strings.Contains(output, text) {
				return s.cause(env)
			}
		}
	}
	return ""
}

// tail returns the last lines of output that say something: with -v go build
// names each package it compiles on a line of its own, and each download.
func tail(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) != "" && !isPackage(line) && !strings.HasPrefix(line, "go: downloading ") {
			lines = append(lines, line)
		}
	}
	if n := len(lines) - tailLines; n > 0 {
		lines = lines[n:]
	}
	return strings.Join(lines, "\n")
}

// isPackage says whether a line is just an import path.
func isPackage(line string) bool {
	return line != "" && !strings.ContainsAny(line, " :\t")
}

// short prints a duration in whole seconds: 1m40s.
func short(d time.Duration) string { return d.Round(time.Second).String() }

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// edit replaces one piece of a file.
type edit struct{ file, old, new string }

// apply refuses a file in which the piece does not stand exactly once: a new version must be looked at.
func (e edit) apply(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(e.file))
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := bytes.Count(src, []byte(e.old)); n != 1 {
		return fmt.Errorf("what is to be edited occurs %d times in the known form, want 1: is the edit still needed?", n)
	}
	return os.WriteFile(path, bytes.Replace(src, []byte(e.old), []byte(e.new), 1), 0o644)
}

var edits = []edit{groupWrites, optionalLog}

// groupWrites lets one write of the state serve everybody who waits for one. The engine writes the whole
// state before and after each resource that it makes, one write after the other, and the 32 resources
// that are in work at a time queue up for it: the time of `up` then grows with the square of the
// number of resources. Nothing is lost when the engine is killed, since whoever asked still goes on only
// after a write that holds what was asked for.
var groupWrites = edit{"backend/snapshot.go", `			var err error
			if request.mutator() {
				err = sm.saveSnapshot()
				hasElidedWrites = false
			} else {
				hasElidedWrites = true
			}
			request.result <- err
`, `			served, write := []mutationRequest{request}, request.mutator()
			for waiting := true; waiting; {
				select {
				case next := <-mutationRequests:
					served, write = append(served, next), next.mutator() || write
				default:
					waiting = false
				}
			}
			var err error
			if write {
				err = sm.saveSnapshot()
			}
			hasElidedWrites = !write
			for _, r := range served {
				r.result <- err
			}
`}

// optionalLog makes the engine's debug log, with the inputs of every resource at every step, a matter of
// choice: it takes a fifth to a third of the processor time of a run, and streamforge keeps a log
// of its own. The caller goes on without a log, as it does when none can be written.
var optionalLog = edit{"logging/encrypted.go", `	logsDir, err := workspace.GetPulumiPath("logs")
	if err != nil {
`, `	if os.Getenv("PULUMI_DISABLE_AUTOMATIC_LOGS") == "true" {
		return nil, fmt.Errorf("PULUMI_DISABLE_AUTOMATIC_LOGS is true")
	}
	logsDir, err := workspace.GetPulumiPath("logs")
	if err != nil {
`}

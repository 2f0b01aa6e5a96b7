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

var edits = []edit{lastWrite, groupWrites, joinCheckpoint, noTraces, optionalLog, keepNote}

// groupWrites lets one write of the state serve everybody who waits for one. The engine writes the whole
// state before and after each resource that it makes, one write after the other, and the 32 resources
// that are in work at a time queue up for it: the time of `up` then grows with the square of the
// number of resources. Nothing is lost when the engine is killed, since whoever asked still goes on only
// after a write that holds what was asked for. Between two writes there is a rest of twice the time that
// the first took, at most 50 ms, in which more of them gather: otherwise the writer keeps a processor busy
// that the plugins want.
var groupWrites = edit{"backend/snapshot.go", `			var err error
			if request.mutator() {
				err = sm.saveSnapshot()
				hasElidedWrites = false
			} else {
				hasElidedWrites = true
			}
			request.result <- err
`, `			served, write := []mutationRequest{request}, request.mutator()
			if write {
				time.Sleep(time.Until(rested))
			}
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
				began := time.Now()
				err = sm.saveSnapshot()
				rested = time.Now().Add(min(2*time.Since(began), 50*time.Millisecond))
			}
			hasElidedWrites = !write
			for _, r := range served {
				r.result <- err
			}
`}

// lastWrite is what groupWrites remembers from one write to the next.
var lastWrite = edit{"backend/snapshot.go", `	hasElidedWrites := true

	// Service each mutation request in turn.
`, `	hasElidedWrites := true
	var rested time.Time

`}

// joinCheckpoint puts the encoded state into its envelope as it is. The encoder would read and check
// every byte of it a second time, which takes a sixth of a write.
var joinCheckpoint = edit{"backend/diy/state.go", `func (compactJSONMarshaler) Marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
`, `func (compactJSONMarshaler) Marshal(v any) ([]byte, error) {
	if c, ok := v.(*apitype.VersionedCheckpoint); ok && len(c.Checkpoint) > 0 {
		envelope := *c
		envelope.Checkpoint = json.RawMessage("0")
		b, err := json.Marshal(envelope)
		if err != nil {
			return nil, err
		}
		return append(append(bytes.TrimSuffix(b, []byte("0}")), c.Checkpoint...), '}'), nil
	}
	var buf bytes.Buffer
`}

// noTraces keeps out of the state where in the program each resource was declared, down to the runtime: twenty
// stack frames, a third of the state, in every write, and nothing reads them. One position per resource
// stays.
var noTraces = edit{"resource/deploy/source_eval.go", `	stack := s.newStackTrace(req.GetStackTrace())
`, `	var stack stackTrace
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

// keepNote leaves the note that a creation was begun in the state when its answer was lost: the engine takes it away
// after every failure, and then nothing tells that the thing may have been made, and that the server will refuse to
// make it again. Only what fails after the request was sent is on the list. A connection that was refused and 503 are
// not, nor is a server's own "timeout", since there nothing was made: what then has the id is somebody else's. Nor are
// creations that half took effect, which are in the state, and the engine's own providers.
var keepNote = edit{"engine/update.go", `	return ctx.(SnapshotMutation).End(step, err == nil ||
`, `	if err != nil && status != resource.StatusPartialFailure && step.Provider() != "" &&
		(step.Op() == deploy.OpCreate || step.Op() == deploy.OpCreateReplacement) {
		for _, lost := range []string{
			"EOF", "read tcp", "connection reset", "broken pipe", "server closed idle connection", // of HTTP
			"transport is closing",                                                          // of the plugin, which ended
			"deadline exceeded", "Client.Timeout", "awaiting response headers", "context canceled", // nobody waited for it
			"Bad Gateway", "Gateway Timeout", "Gateway Time-out", // of a proxy before the server
		} {
			if strings.Contains(err.Error(), lost) {
				return nil
			}
		}
	}
	return ctx.(SnapshotMutation).End(step, err == nil ||
`}

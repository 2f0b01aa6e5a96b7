package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What the real CLI (v3.256.0) writes.
const (
	outNoBackend = "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions\n"
	outService   = "error: [409] Conflict: Another update is currently in progress.\n"
	outOther     = "Diagnostics:\n  pulumi:pulumi:Stack (x-dev):\n    error: the disk is full\n"
	outNoStack   = "error: no stack named 'dev' found\n"
	outBadFile   = "error: unable to open PULUMI_CONFIG_PASSPHRASE_FILE: open /none: no such file or directory\n"
)

func TestExplainKnownOutput(t *testing.T) {
	for _, c := range []struct {
		name, out string
		kind      Kind
		want      string
	}{
		{"no backend", outNoBackend, NotReady,
			"up: no state backend is chosen; run `pulumi login file://DIR` (or s3://..., postgres://...), or set PULUMI_BACKEND_URL"},
		{"locked in the service", outService, Locked,
			"up: the stack is locked by another run; wait until that run has ended; if it is dead, " +
				"`streamforge cancel -s dev` (or `pulumi cancel`) releases the lock"},
		{"no stack", outNoStack, NotReady, "up: the state backend postgres://db:5432/states holds no stack dev; if it is the wrong one, " +
			"set PULUMI_BACKEND_URL; a new stack begins with `pulumi stack init dev`, see docs/deploy.md"},
		{"unknown", outOther, Failed, "up: the disk is full"},
		{"no passphrase file", outBadFile, Failed,
			"up: unable to open PULUMI_CONFIG_PASSPHRASE_FILE: open /none: no such file or directory; " +
				"point PULUMI_CONFIG_PASSPHRASE_FILE at the file with the passphrase"},
		{"silent", "", Failed, "up: exit status 255"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Project{Stack: "dev", Env: map[string]string{"PULUMI_BACKEND_URL": "postgres://me:hush@db:5432/states?password=hush"}}
			s := &Stack{project: p, cmd: &command{last: result{stderr: c.out}}}
			err := s.explain(t.Context(), "up", errors.New("exit status 255\ncode: 255\n"), nil)
			require.EqualError(t, err, c.want)
			require.Equal(t, c.kind, KindOf(err))
		})
	}
	require.NoError(t, (&Stack{}).explain(t.Context(), "up", nil, nil))
}

func TestExplainCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := (&Stack{}).explain(ctx, "preview of dev", errors.New("x"), &Summary{Operation: Preview})
	require.EqualError(t, err, "preview of dev: cancelled; run it again to go on from there")
	require.ErrorIs(t, err, context.Canceled)
}

func TestExplainNamesTheResourceWhenTheEngineHungUp(t *testing.T) {
	s := &Stack{program: programRun{err: fmt.Errorf("storage: %w", status.Error(codes.Canceled, "context canceled"))}, cmd: &command{}}
	sum := &Summary{Failures: []Failure{{Label: "PersistentVolume data", Layer: "storage.Blocks", Op: "create", Message: "no such kind"}}}
	require.EqualError(t, s.explain(t.Context(), "up", errors.New("exit status 1"), sum),
		"up: 1 operation(s) failed\n  storage.Blocks: PersistentVolume data (create)\n    no such kind")
	require.EqualError(t, s.explain(t.Context(), "up", errors.New("exit status 1"), &Summary{}),
		"up: storage: rpc error: code = Canceled desc = context canceled")
}

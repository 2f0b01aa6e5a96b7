package engine

import (
	"context"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestCancelSavesTheState(t *testing.T) {
	r := newRig(t)
	r.things["quick"] = text("1")
	r.things["slow"] = pulumi.Map{"sleepMs": pulumi.Int(60_000)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	waited := make(chan error, 1)
	go func() {
		w, stop := context.WithTimeout(ctx, 30*time.Second)
		defer stop()
		waited <- r.probe.waitCreates(w, 2)
		cancel()
	}()
	s := r.open()
	sum, err := s.Up(ctx, r.options())
	require.NoError(t, <-waited)
	require.Equal(t, Cancelled, KindOf(err))
	require.Equal(t, "cancelled", sum.Result)
	require.EqualError(t, err, "up of dev: cancelled, 3 change(s) made and saved, 1 operation(s) stopped: Thing slow; "+
		"run it again to go on from there")

	require.Equal(t, 3, r.resources(s), "what was done is in the state")
	r.things["slow"] = text("quick now")
	sum, err = s.Up(t.Context(), r.options())
	require.NoError(t, err, "no lock and no pending operation is left")
	require.Equal(t, Counts{"same": 3, "create": 1}, sum.Counts)
}

func TestAbortEndsAStubbornRun(t *testing.T) {
	r := newRig(t)
	r.project.Private = true
	r.things["slow"] = pulumi.Map{"sleepMs": pulumi.Int(600_000), "stubborn": pulumi.Bool(true)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	abort := make(chan struct{})
	go func() {
		if r.probe.waitCreates(ctx, 1) == nil {
			cancel()
			<-r.probe.cancelled // the first interrupt has reached the provider
			close(abort)
		}
	}()
	s := r.open()
	begin := time.Now()
	opts := r.options()
	opts.Abort = abort
	_, err := s.Up(ctx, opts)
	require.Equal(t, Cancelled, KindOf(err))
	require.Less(t, time.Since(begin), 40*time.Second)
	require.ErrorContains(t, err, "unfinished, and nobody knows whether it took effect: create Thing slow; run it again")

	r.things["slow"] = text("quick now")
	const warning = "warning: an earlier run was cut off while creating Thing slow; nobody knows whether that " +
		"took effect: `streamforge up` first looks, or `streamforge refresh --clear-pending`\n"
	state, _, err := s.State(t.Context())
	require.NoError(t, err)
	cutOffIn, _ := Unfinished(state)
	require.Equal(t, []string{"creating Thing slow"}, cutOffIn)
	sum, err := s.Up(t.Context(), r.options())
	require.NoError(t, err)
	require.Equal(t, 1, sum.Counts["create"])
	require.Contains(t, r.out.String(), warning)

	opts = r.options()
	opts.ClearPending = true
	_, err = s.Refresh(t.Context(), opts)
	require.NoError(t, err)
	r.out.Reset()
	_, err = s.Up(t.Context(), r.options())
	require.NoError(t, err)
	require.NotContains(t, r.out.String(), "warning")
}

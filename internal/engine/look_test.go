package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestLookChangesNothing(t *testing.T) {
	r := newRig(t)
	l, err := NewLook(t.Context(), r.project)
	require.NoError(t, err)
	b, err := l.Backend(t.Context())
	require.NoError(t, err)
	require.Equal(t, r.project.Env["PULUMI_BACKEND_URL"], b.URL)
	_, err = l.State(t.Context())
	require.ErrorIs(t, err, ErrNoStack)
	_, err = l.Config(t.Context())
	require.ErrorIs(t, err, ErrNoStack)

	r.things["a"] = pulumi.Map{}
	s := r.open()
	require.NoError(t, s.SetSecrets(t.Context(), map[string]string{"key": "MARKED"}))
	_, err = s.Up(t.Context(), r.options())
	require.NoError(t, err)
	d, err := l.State(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, d.Resources)
	values, err := l.Config(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]string{"probe:key": "MARKED"}, values)

	held, known, err := l.Lock(b)
	require.NoError(t, err)
	require.True(t, known)
	require.Nil(t, held)
	r.putLockAt("elsewhere/dev/other.json", os.Getpid()) // a stack of this name in another project
	held, _, err = l.Lock(b)
	require.NoError(t, err)
	require.Nil(t, held)
	r.putLock(os.Getpid())
	held, _, err = l.Lock(b)
	require.NoError(t, err)
	require.False(t, held.Dead())
	r.putLock(deadPID(t))
	held, _, err = l.Lock(b)
	require.NoError(t, err)
	require.True(t, held.Dead())
	require.Contains(t, held.Why, ", which no longer runs")
	_, known, err = l.Lock(Backend{URL: "s3://states"})
	require.NoError(t, err)
	require.False(t, known)
}

// TestLookEndsWithItsContext: a backend that hangs must not hang who looks.
func TestLookEndsWithItsContext(t *testing.T) {
	r := newRig(t)
	l, err := NewLook(t.Context(), r.project)
	require.NoError(t, err)
	hangs := filepath.Join(t.TempDir(), "pulumi")
	require.NoError(t, os.WriteFile(hangs, []byte("#!/bin/sh\ntrap '' INT\nexec sleep 300\n"), 0o700))
	l.cmd.path = hangs
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err = l.State(ctx)
	require.Error(t, err)
	require.Less(t, time.Since(begin), time.Minute)
}

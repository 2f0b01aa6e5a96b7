package engine

import (
	"maps"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// TestBackends runs a stack on each of the places a state may live in, the servers real ones.
func TestBackends(t *testing.T) {
	for name, start := range map[string]func(*testing.T) map[string]string{
		"folder": func(*testing.T) map[string]string { return nil }, "PostgreSQL": postgres, "S3": s3,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			maps.Copy(r.project.Env, start(t))
			r.things["one"] = text("1")
			s, ctx := r.open(), t.Context()
			sum, err := s.Up(ctx, r.options())
			require.NoError(t, err)
			require.Equal(t, Counts{"create": 3}, sum.Counts)
			sum, err = s.Up(ctx, r.options())
			require.NoError(t, err)
			require.Equal(t, Counts{"same": 3}, sum.Counts)
			sum, err = s.Preview(ctx, Options{ExpectNoChanges: true})
			require.NoError(t, err)
			require.Equal(t, Counts{"same": 3}, sum.Counts)
			r.twoAtOnce(t)
			_, err = s.Destroy(ctx, r.options())
			require.NoError(t, err)
		})
	}
}

// twoAtOnce starts a second run while the first is at work: it says who is, and changes nothing.
func (r *rig) twoAtOnce(t *testing.T) {
	first, second := r.open(), r.open()
	r.things["slow"] = pulumi.Map{"sleepMs": pulumi.Int(600_000), "stubborn": pulumi.Bool(true)}
	ended := make(chan error, 1)
	go func() {
		_, err := first.Up(t.Context(), Options{})
		ended <- err
	}()
	require.NoError(t, r.probe.waitCreates(t.Context(), 2))
	_, err := second.Up(t.Context(), r.options())
	require.Equal(t, Locked, KindOf(err), "%v", err)
	host, _ := os.Hostname()
	require.Regexp(t, `^up of dev: the stack is locked by another run \(\S+ on `+host+`, process \d+, since `+
		`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\); wait until that run has ended; if it is dead, `+
		"`streamforge cancel -s dev` \\(or `pulumi cancel`\\) releases the lock$", err.Error())
	r.probe.finish()
	require.NoError(t, <-ended)
	_, err = second.Up(t.Context(), r.options())
	require.NoError(t, err, "and when the first is done, the second may")
}

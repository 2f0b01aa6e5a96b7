package doctor

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func always(f Finding) func(context.Context) Finding {
	return func(context.Context) Finding { return f }
}

func TestRunKeepsTheOrderAndWaitsForNobody(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	got := Run(t.Context(), []Check{
		{Group: "machine", Name: "deaf", Within: time.Millisecond, Look: func(context.Context) Finding { <-never; return Fine("late") }},
		{Group: "machine", Name: "slow", Within: time.Millisecond, Look: func(ctx context.Context) Finding {
			<-ctx.Done()
			return Bad("do", "what the network says of a deadline: %v", ctx.Err())
		}},
		{Group: "machine", Name: "good", Look: always(Fine("version %d", 3))},
		{Group: "stack dev", Name: "bad", Look: always(Bad("do this", "is broken"))},
	})
	late := "look whether what it asks hangs, and run `streamforge doctor` again"
	require.Equal(t, []Finding{
		{"machine", "deaf", Problem, "no answer within 1ms", late},
		{"machine", "slow", Problem, "no answer within 1ms", late},
		{"machine", "good", OK, "version 3", ""},
		{"stack dev", "bad", Problem, "is broken", "do this"},
	}, got)
	require.Equal(t, 3, Count(got, Problem))
	require.Zero(t, Count(got, Warning))
}

func TestCancelledIsNoProblem(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := Run(ctx, []Check{{Group: "machine", Name: "a", Look: func(ctx context.Context) Finding {
		return Bad("", "%v", ctx.Err())
	}}})
	require.Equal(t, Skipped, got[0].Level)
}

func TestText(t *testing.T) {
	var b strings.Builder
	require.NoError(t, WriteText(&b, []Finding{
		{"machine", "go", OK, "go1.26.0", ""},
		{"machine", "java", Warning, "there is none", "install it"},
		{"stack dev", "configuration", Problem, "2 problems\n  site: wrong\n  charts: wrong", "edit Pulumi.dev.yaml"},
	}))
	require.Equal(t, strings.TrimPrefix(`
machine
  ok       go             go1.26.0
  warning  java           there is none; install it
stack dev
  problem  configuration  2 problems
                            site: wrong
                            charts: wrong
                          edit Pulumi.dev.yaml
`, "\n"), b.String())
}

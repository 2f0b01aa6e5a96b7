package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// TestShort is `make chaos` in small: one run of each fault that left something behind before
// `streamforge up` looked for it. The net is one that no other test uses.
func TestShort(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the toolchain and two sandboxes: run without -short")
	}
	need.Toolchain(t, "../../bin", "pulumi", "pulumi-resource-kubernetes", "pulumi-resource-proxmoxve",
		"pulumi-resource-tls", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
	chosen, err := choose("engine,cli,provider,stale-lock")
	require.NoError(t, err)
	rig, err := newRig(t.Context(), "../..", 2, 77)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rig.close()) })
	outcomes, err := rig.all(t.Context(), []uint64{40, 41, 42, 43}, chosen, t.Output(),
		func([]outcome) error { return nil })
	require.NoError(t, err)
	for _, o := range outcomes {
		require.NoError(t, o.err, o.line())
	}
}

func TestReport(t *testing.T) {
	missed := outcome{seed: 9, fault: "etcd", at: point{3, 40 * time.Millisecond}, exit: 1, done: 7, felt: true, err: errTest("a|b\nmore")}
	stale := outcome{seed: 8, fault: "stale-lock", at: point{1, 0}, exit: -1, done: 5, open: 2, did: []string{"refreshed"}, needed: []string{"streamforge cancel"}}
	chosen, err := choose("etcd,stale-lock")
	require.NoError(t, err)
	text, err := report([]outcome{missed, stale}, chosen, 63, true, time.Now())
	require.NoError(t, err)
	page := string(text)
	require.Contains(t, page, "**1 of 2 runs converged; 0 of them needed nothing but the next `up`.**")
	require.Contains(t, page, "63 resources of the providers proxmoxve, kubernetes and tls ")
	require.Contains(t, page, "\n    go run ./tests/chaos -faults FAULT -seeds SEED -report ''\n")
	require.Contains(t, missed.line(), "again: go run ./tests/chaos -faults etcd -seeds 9 -report ''")
	require.Contains(t, page, "| 9 | etcd | 3 operations + 40 ms |  | yes | 1 | 7, 0 | up |  | **missed**: a/b |")
	require.Contains(t, page, "| 8 | stale-lock | 1 operations + 0 ms |  | no | -1 | 5, 2 | streamforge cancel, up | refreshed | converged |")
	require.Contains(t, page, "| stale-lock | the machine that ran `up` is gone for good; its lock stays | 1 | 0 | 1 | streamforge cancel |")
	require.EqualError(t, verdict([]outcome{missed, stale}), "1 of 2 runs did not converge")
}

type errTest string

func (e errTest) Error() string { return string(e) }

func TestASeedIsARun(t *testing.T) {
	want := expected{operations: 51, early: 15}
	for seed, says := range map[uint64]string{
		7:   "disk-full at 8 operations + 201 ms",
		102: "simulator at 1 operations + 247 ms",
		106: "refused at 11 operations + 188 ms",
		107: "answer-lost at from the start",
	} {
		f, _, random := drawn(seed, faults)
		assert.Equal(t, says, fmt.Sprintf("%s at %s", f.name, f.point(random, want)), "seed %d", seed)
	}
	for seed := range uint64(60) { // what a row of a report repeats, with and without root
		for _, chosen := range [][]fault{faults, possibleWithoutRoot(t)} {
			f, turn, random := drawn(seed, chosen)
			alone, turnAlone, randomAlone := drawn(seed, []fault{f})
			assert.Equal(t, []any{f.name, turn, random.Uint64()}, []any{alone.name, turnAlone, randomAlone.Uint64()})
		}
	}
	list, err := plan(3, 100, "")
	require.NoError(t, err)
	require.Equal(t, []uint64{100, 101, 102}, list)
	list, err = plan(3, 100, "5, 6")
	require.NoError(t, err)
	require.Equal(t, []uint64{5, 6}, list)
	_, err = choose("flood")
	require.EqualError(t, err, `fault "flood": there is none of that name`)
}

func possibleWithoutRoot(t *testing.T) []fault {
	t.Helper()
	left, err := possible(faults, false)
	require.NoError(t, err)
	return left
}

// TestPointsLieInTheRun: those of Proxmox while machines are made, none at the very end.
func TestPointsLieInTheRun(t *testing.T) {
	want := expected{operations: 51, early: 15}
	for seed := range uint64(600) {
		f, _, random := drawn(seed, faults)
		p := f.point(random, want)
		require.LessOrEqual(t, p.after, 48)
		if f.name == "refused" {
			require.Less(t, p.after, 15, "the last machine is made by then")
		}
	}
}

func TestEveryThirdDiskIsFullForLongerThanTheEngineTries(t *testing.T) {
	var long int
	for seed := range uint64(360) {
		f, turn, random := drawn(seed, faults)
		if f.name != "disk-full" {
			continue
		}
		full := (&strike{turn: turn, random: random}).fullFor()
		require.GreaterOrEqual(t, full, 5*time.Second)
		require.LessOrEqual(t, full, 90*time.Second)
		if full > retried {
			long++
		}
	}
	require.Equal(t, 10, long, "of 30")

	only, err := choose("disk-full")
	require.NoError(t, err)
	long = 0
	for seed := range uint64(12) {
		if _, turn, random := drawn(seed, only); (&strike{turn: turn, random: random}).fullFor() > retried {
			long++
		}
	}
	require.Equal(t, 4, long, "of 12, where no other fault is drawn")
}

func TestARunThatMetNothingIsDoneAgain(t *testing.T) {
	var runs, cleared int
	empty := func() error { cleared++; return nil }
	require.NoError(t, untilStruck(func() (bool, error) { runs++; return runs == 3, nil }, empty))
	require.Equal(t, []int{3, 2}, []int{runs, cleared})
	require.EqualError(t, untilStruck(func() (bool, error) { return false, nil }, empty), "fault: it met nothing in 5 runs")
	require.EqualError(t, untilStruck(func() (bool, error) { return false, errTest("broken") }, empty), "broken")
	require.EqualError(t, untilStruck(func() (bool, error) { return false, nil }, func() error { return errTest("full") }), "full")
}

// TestInterrupted strikes at a script in the place of streamforge.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	tool := filepath.Join(dir, "tool")
	s := &site{root: dir, tool: tool}
	run := func(script string, after int, do func(context.Context, *strike) error) (result, bool, error) {
		require.NoError(t, os.WriteFile(tool, []byte("#!/bin/sh\nfor i in 1 2 3; do echo \"  0.1s  created  x  y\"; done\n"+script), 0o700)) //nolint:gosec // must run
		return s.interrupted(t.Context(), fault{strike: do}, point{after: after}, &strike{site: s})
	}
	killed := func(_ context.Context, k *strike) error { return k.kill(process{pid: k.up}) }

	r, struck, err := run("exec sleep 60", 3, killed)
	require.NoError(t, err)
	require.True(t, struck)
	require.Equal(t, -1, r.code)

	r, struck, err = run("exit 3", 4, killed)
	require.NoError(t, err)
	require.False(t, struck, "the run was over before")
	require.Equal(t, 3, r.code)

	_, struck, err = run("", 2, func(_ context.Context, k *strike) error {
		<-k.over
		return errNothing
	})
	require.NoError(t, err)
	require.False(t, struck, "nothing was there to strike")

	ctx, cancel := context.WithCancel(t.Context())
	returned := false
	require.NoError(t, os.WriteFile(tool, []byte("#!/bin/sh\necho \"  0.1s  created  x  y\"\nexec sleep 60\n"), 0o700)) //nolint:gosec // must run
	_, _, err = s.interrupted(ctx, fault{strike: func(_ context.Context, k *strike) error {
		cancel()
		<-k.over
		returned = true
		return nil
	}}, point{after: 1}, &strike{site: s})
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, returned, "the folder is deleted next")
}

func TestAKillMeetsAProcess(t *testing.T) {
	ended := exec.CommandContext(t.Context(), "true")
	require.NoError(t, ended.Run())
	k := &strike{}
	require.ErrorIs(t, k.kill(), errNothing)
	require.ErrorIs(t, k.kill(process{pid: ended.Process.Pid}), errNothing)
	require.False(t, k.felt)
	alive := exec.CommandContext(t.Context(), "sleep", "60")
	require.NoError(t, alive.Start())
	require.NoError(t, k.kill(process{pid: ended.Process.Pid}, process{pid: alive.Process.Pid}))
	require.True(t, k.felt)
	require.Error(t, alive.Wait())
}

func TestPossible(t *testing.T) {
	full, err := choose("disk-full")
	require.NoError(t, err)
	left, err := possible(full, true)
	require.NoError(t, err)
	require.Len(t, left, 1)
	_, err = possible(full, false)
	require.ErrorContains(t, err, "run as root, or choose others by -faults")
	require.Len(t, possibleWithoutRoot(t), len(faults)-1)
}

func TestDiffer(t *testing.T) {
	require.Equal(t, "missing b, too many a", differ([]string{"a", "a", "c"}, []string{"a", "b", "c"}))
}

func TestCounter(t *testing.T) {
	c := newCounter(2)
	for _, piece := range []string{"   0.4s  warning: x\n   1.0s  crea", "ted       a  VirtualMachine b\n  2m10s  updated  a  c\n", "   3s  FAILED  a\n"} {
		_, err := c.Write([]byte(piece))
		require.NoError(t, err)
	}
	require.Equal(t, 2, c.count)
	require.Equal(t, 1, c.machine)
	<-c.reached
}

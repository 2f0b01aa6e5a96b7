package main

import (
	"testing"
	"time"

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
	missed := outcome{seed: 9, fault: "etcd", at: point{3, 40 * time.Millisecond}, exit: 1, done: 7, err: errTest("a|b\nmore")}
	stale := outcome{seed: 8, fault: "stale-lock", at: point{1, 0}, exit: -1, done: 5, open: 2, did: []string{"refreshed"}, needed: []string{"streamforge cancel"}}
	chosen, err := choose("etcd,stale-lock")
	require.NoError(t, err)
	text, err := report([]outcome{missed, stale}, chosen, 63, true, time.Now())
	require.NoError(t, err)
	page := string(text)
	require.Contains(t, page, "**1 of 2 runs converged; 0 of them needed nothing but the next `up`.**")
	require.Contains(t, page, "| 9 | etcd | 3 operations + 40 ms |  | 1 | 7, 0 | up |  | **missed**: a/b |")
	require.Contains(t, page, "| 8 | stale-lock | 1 operations + 0 ms |  | -1 | 5, 2 | streamforge cancel, up | refreshed | converged |")
	require.Contains(t, page, "| stale-lock | the machine that ran `up` is gone for good; its lock stays | 1 | 1 | streamforge cancel |")
	require.EqualError(t, verdict([]outcome{missed, stale}), "1 of 2 runs did not converge")
}

type errTest string

func (e errTest) Error() string { return string(e) }

func TestASeedIsARun(t *testing.T) {
	first, second := source(7), source(7)
	require.Equal(t, first.IntN(1000), second.IntN(1000))
	list, err := plan(3, 100, "")
	require.NoError(t, err)
	require.Equal(t, []uint64{100, 101, 102}, list)
	list, err = plan(3, 100, "5, 6")
	require.NoError(t, err)
	require.Equal(t, []uint64{5, 6}, list)
	_, err = choose("flood")
	require.EqualError(t, err, `fault "flood": there is none of that name`)
}

func TestDiffer(t *testing.T) {
	require.Equal(t, "missing b, too many a", differ([]string{"a", "a", "c"}, []string{"a", "b", "c"}))
}

func TestCounter(t *testing.T) {
	c := newCounter(2)
	for _, piece := range []string{"   0.4s  warning: x\n   1.0s  crea", "ted       a  b\n  2m10s  updated  a  c\n", "   3s  FAILED  a\n"} {
		_, err := c.Write([]byte(piece))
		require.NoError(t, err)
	}
	require.Equal(t, 2, c.count)
	<-c.reached
}

package sandbox

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watcher acts once when a word shows in the progress.
type watcher struct {
	word string
	then func()
	once sync.Once
}

func (w *watcher) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.word) {
		w.once.Do(w.then)
	}
	return len(p), nil
}

func TestCancelledStartLeavesNothing(t *testing.T) {
	l := newLab(t)
	l.opt.APIAddress = labAddress.Next()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var rec *record
	l.opt.Out = &watcher{word: "etcd ", then: func() {
		rec = l.record(t)
		cancel()
	}}
	assert.ErrorIs(t, l.s.Start(ctx, l.opt), context.Canceled)
	require.NotNil(t, rec, "etcd must have been announced")
	l.allGone(t, rec)
	assert.Equal(t, Stopped, l.status(t).State)
}

func TestProcessThatCannotStartIsExplained(t *testing.T) {
	l := newLab(t)
	l.opt.APIAddress = labAddress.Next()
	require.NoError(t, os.MkdirAll(l.s.path("etcd", "member", "snap"), 0o700))
	require.NoError(t, os.WriteFile(l.s.path("etcd", "member", "snap", "db"), []byte("no database"), 0o600))
	err := l.s.Start(context.Background(), l.opt)
	require.ErrorContains(t, err, `sandbox start: etcd: ended with "exit status`)
	assert.ErrorContains(t, err, "end of "+l.s.path("logs", "etcd.log")+":\n    ")
	assert.Equal(t, Stopped, l.status(t).State)
	p, err := l.s.loadPorts()
	require.NoError(t, err)
	for name := range p {
		assert.NoError(t, listenable(p.address(name, l.opt.APIAddress)), name)
	}
}

func TestTwoStartsAtOnceMakeOneSandbox(t *testing.T) {
	l := newLab(t)
	l.opt.APIAddress = labAddress.Next()
	var outputs [2]bytes.Buffer
	var both sync.WaitGroup
	for i := range outputs {
		both.Go(func() {
			o := l.opt
			o.Out = &outputs[i]
			assert.NoError(t, l.s.Start(context.Background(), o))
		})
	}
	both.Wait()
	text := outputs[0].String() + outputs[1].String()
	assert.Equal(t, 1, strings.Count(text, "sandbox is ready"), text)
	assert.Equal(t, 1, strings.Count(text, "already running"), text)
	assert.Equal(t, 1, strings.Count(text, "waiting for another"), text)
}

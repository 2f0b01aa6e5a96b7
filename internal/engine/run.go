package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Options shape one operation.
type Options struct {
	// Progress takes the progress; nil means quiet.
	Progress io.Writer
	// Terminal is set when Progress is a terminal on which a live view may be drawn.
	Terminal *Terminal
	// Verbose passes the engine's own output on to Progress instead of ours.
	Verbose bool
	// ExpectNoChanges makes changes a Problem of kind Changes. Previews only.
	ExpectNoChanges bool
	// ConfigFile stands in for Pulumi.<stack>.yaml in this run. Empty means the stack's own file.
	ConfigFile string
	// Replace names, by URN, resources that are made anew although nothing about them changed, and so
	// does what is made of them where that follows. Up and Preview only.
	Replace []string
	// ClearPending drops the creations that an earlier run has left pending, or looks them up where
	// Project.IDs tells how. Refresh only.
	ClearPending bool
	// RunProgram makes a refresh run the program first, so that providers are configured as it says now.
	RunProgram bool
	// Observe is handed every event of the engine, in order, from one goroutine. Secrets in it are masked.
	Observe func(apitype.EngineEvent)
	// Abort, when closed after the context was cancelled, ends the engine at once: what is being
	// made at that moment may be lost to the state.
	Abort <-chan struct{}
}

// parallel is how many resources the engine works on at once. Nearly all of that is waiting for
// other machines; the engine's own choice, four per processor, would hold a laptop back.
const parallel = 32

// engineCall runs one operation of the Automation API with an event channel.
type engineCall func(ctx context.Context, ch chan<- events.EngineEvent) error

// Up makes the world as the program says.
func (s *Stack) Up(ctx context.Context, o Options) (Summary, error) {
	var res auto.UpResult
	sum, err := s.run(ctx, Up, o, func(ctx context.Context, ch chan<- events.EngineEvent) (err error) {
		res, err = s.stack.Up(ctx, optup.EventStreams(ch), optup.ShowSecrets(false), optup.ConfigFile(o.ConfigFile),
			optup.Parallel(parallel), optup.Replace(o.Replace))
		return err
	})
	sum.Outputs = outputs(res.Outputs)
	return sum, err
}

// Preview says what Up would do and changes nothing.
func (s *Stack) Preview(ctx context.Context, o Options) (Summary, error) {
	return s.run(ctx, Preview, o, func(ctx context.Context, ch chan<- events.EngineEvent) error {
		_, err := s.stack.Preview(ctx, optpreview.EventStreams(ch), optpreview.ConfigFile(o.ConfigFile),
			optpreview.Parallel(parallel), optpreview.Replace(o.Replace))
		return err
	})
}

// Destroy deletes every resource of the stack. The stack and its configuration stay.
func (s *Stack) Destroy(ctx context.Context, o Options) (Summary, error) {
	return s.run(ctx, Destroy, o, func(ctx context.Context, ch chan<- events.EngineEvent) error {
		_, err := s.stack.Destroy(ctx, optdestroy.EventStreams(ch), optdestroy.ShowSecrets(false),
			optdestroy.ConfigFile(o.ConfigFile), optdestroy.Parallel(parallel))
		return err
	})
}

// run does one operation, and does it again when all that stood in its way is the lock of a dead
// run on a state that nobody else has.
func (s *Stack) run(ctx context.Context, op Operation, o Options, call engineCall) (Summary, error) {
	s.say(o, s.EndOrphans())
	sum, err := s.once(ctx, op, o, call)
	var p *Problem
	if !s.project.Private || !errors.As(err, &p) || !p.deadLock {
		return sum, err
	}
	s.say(o, "releasing the lock of a run that no longer exists")
	if err := s.shed(ctx); err != nil {
		return sum, err
	}
	return s.once(ctx, op, o, call)
}

// say tells of something beside the run; nothing is not told.
func (s *Stack) say(o Options, text string) {
	if o.Progress != nil && text != "" {
		fmt.Fprintln(o.Progress, text)
	}
}

// once does one operation.
func (s *Stack) once(ctx context.Context, op Operation, o Options, call engineCall) (Summary, error) {
	s.program.err, s.cmd.last = nil, result{}
	log, path, err := openLog(s.project.LogDir, s.project.Stack, op)
	if err != nil {
		return Summary{}, err
	}
	defer log.Close()
	s.cmd.abort, s.cmd.log, s.cmd.verbose = o.Abort, log, nil
	if o.Verbose {
		s.cmd.verbose = o.Progress
	}
	rec := newRecorder(op, s.project.Bin, time.Now)
	v := newView(rec, s.project.Stack, o)
	s.cmd.brief = true
	err = follow(ctx, rec, v, o.Observe, call)
	s.cmd.brief = false
	v.close()

	sum := rec.summary()
	sum.Stack, sum.Log = s.project.Stack, path
	if err != nil {
		if ctx.Err() != nil {
			sum.Result = "cancelled"
		} else {
			sum.Result = "failed"
		}
		return sum, s.explain(ctx, string(op)+" of "+s.project.Stack, err, &sum)
	}
	if o.ExpectNoChanges && sum.Changed() > 0 {
		return sum, &Problem{Kind: Changes, What: string(op) + " of " + s.project.Stack,
			Why: "no changes were expected, but there are some: " + describe(op, sum.Counts)}
	}
	return sum, nil
}

// follow runs call and hands its events to the recorder and the view. The channel is closed by the
// Automation API, unless the CLI ended before it had sent any event.
func follow(ctx context.Context, rec *recorder, v view, observe func(apitype.EngineEvent), call engineCall) error {
	ch := make(chan events.EngineEvent)
	ended, folded := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(folded)
		for {
			select {
			case e, open := <-ch:
				if !open {
					return
				}
				v.show(rec.apply(e))
				if observe != nil {
					observe(e.EngineEvent)
				}
			case <-ended:
				return // every event was handed over before the call returned
			}
		}
	}()
	err := call(ctx, ch)
	close(ended)
	<-folded
	return err
}

package engine

import (
	"context"

	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Project says where a stack lives and with which tools it is run.
type Project struct {
	// Dir is the folder that holds Pulumi.yaml and Pulumi.<stack>.yaml. Neither is rewritten,
	// except for the configuration values that a caller sets.
	Dir string
	// Stack is the stack's name.
	Stack string
	// Bin is the folder of the `pulumi` command and of the provider plugins; it comes first in PATH.
	Bin string
	// Env is laid over the environment of this process. An empty value removes the variable.
	Env map[string]string
	// Private says that the state belongs to this machine alone. The stack is then created when it is not there
	// yet, and a lock whose process no longer runs is released without asking.
	Private bool
	// Refusal finds, in an error that the program returned, the refusal of its configuration, and
	// returns nil where there is none. Nil means that the program refuses nothing.
	Refusal func(error) error
	// IDs names, by type token, the input that a resource's id is equal to. A creation of such a type that a
	// killed run has left pending can be looked up.
	IDs map[string]string
	// LogDir takes the full output of every operation, one file each. Empty means no log.
	LogDir string
}

// Stack is an opened stack. It is not safe for concurrent use.
type Stack struct {
	project Project
	cmd     *command
	stack   auto.Stack
	program programRun
}

// programRun remembers how the program ended, because the engine passes on only the text.
type programRun struct {
	body pulumi.RunFunc
	err  error
}

func (p *programRun) run(ctx *pulumi.Context) error {
	p.err = p.body(ctx)
	return p.err
}

// Open selects the project's stack. The program runs in this process whenever an operation needs it. Errors are of
// type *Problem.
func Open(ctx context.Context, p Project, program pulumi.RunFunc) (*Stack, error) {
	if _, err := os.Stat(filepath.Join(p.Dir, "Pulumi.yaml")); err != nil {
		return nil, notReady("open stack "+p.Stack, "no project file: "+err.Error(), "")
	}
	cmd, err := newCommand(ctx, p)
	if err != nil {
		return nil, err
	}
	s := &Stack{project: p, cmd: cmd, program: programRun{body: program}}
	ws, err := auto.NewLocalWorkspace(ctx, auto.WorkDir(p.Dir), auto.Program(s.program.run), auto.Pulumi(cmd))
	if err != nil {
		return nil, fmt.Errorf("open stack %s: %w", p.Stack, err)
	}
	// A state that others have too may be the wrong one: to create a stack there would hide that.
	open := auto.SelectStack
	if p.Private {
		open = auto.UpsertStack // not UpsertStackInlineSource: that one would write a Pulumi.yaml of its own
	}
	if s.stack, err = open(ctx, p.Stack, ws); err != nil {
		return nil, s.explain(ctx, "open stack "+p.Stack, err, nil)
	}
	return s, nil
}

// Name is the stack's name.
func (s *Stack) Name() string { return s.project.Stack }

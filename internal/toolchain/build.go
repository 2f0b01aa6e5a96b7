package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// build compiles t into the cache. The binary appears there under its final name
// only when it is complete; whatever else the build wrote is removed in any case.
func (b *Builder) build(ctx context.Context, t Tool, a artifact, env goEnv) error {
	if !b.SkipSpaceCheck {
		if err := checkSpace(t, env, b.Cache, b.usage); err != nil {
			return err
		}
	}
	work, err := os.MkdirTemp(a.dir, "work-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // what is left is pruned with the artifact
	src, tmp := filepath.Join(work, "src"), filepath.Join(work, "tmp")
	if err := errors.Join(os.Mkdir(tmp, 0o755), stage(b.moduleDir(t), src)); err != nil {
		return err
	}
	log, err := os.Create(a.log())
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // a broken log is no reason to fail

	s := steps{b: b, tool: t.Name, dir: src, env: env, environ: buildEnv(tmp), log: log}
	if t.Generate != nil {
		if err := s.generate(ctx, t, filepath.Join(work, "gen")); err != nil {
			return err
		}
	}
	bin := filepath.Join(work, t.Name)
	if err := s.compile(ctx, "building", s.flags(t), t.LDFlags, bin, t.Package); err != nil {
		return err
	}
	if err := os.Chmod(bin, 0o555); err != nil {
		return err
	}
	return os.Rename(bin, a.path())
}

// steps runs the commands of one build in its staged folder.
type steps struct {
	b       *Builder
	tool    string
	dir     string
	env     goEnv
	environ []string
	log     *os.File
}

// generate builds the module's ./gen and runs it.
func (s steps) generate(ctx context.Context, t Tool, gen string) error {
	if err := s.compile(ctx, "building its generator", nil, "", gen, "./gen"); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(s.dir, generated), 0o755); err != nil {
		return err
	}
	return s.run(ctx, "generating", gen, t.Generate...)
}

// flags are those that the tool and what was generated for it ask for.
func (s steps) flags(t Tool) (flags []string) {
	if t.Tags != "" {
		flags = append(flags, "-tags="+t.Tags)
	}
	if mod := filepath.Join(generated, "build.mod"); !isMissing(filepath.Join(s.dir, mod)) {
		flags = append(flags, "-modfile="+mod)
	}
	return flags
}

func (s steps) compile(ctx context.Context, activity string, flags []string, ldflags, out, pkg string) error {
	args := append([]string{"build", "-v"}, flags...)
	if ldflags != "" {
		ldflags = " " + ldflags
	}
	return s.run(ctx, activity, s.b.goCommand(), append(args, "-ldflags=-s -w"+ldflags, "-o", out, pkg)...)
}

// run executes one command to its end. When ctx ends, the whole process group is
// interrupted: go build stops its compilers and removes their files.
func (s steps) run(ctx context.Context, activity, name string, args ...string) error {
	out := &output{log: s.log}
	if _, err := fmt.Fprintf(s.log, "$ %s %q\n", name, args); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.environ, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second

	s.b.line.begin(activity, out.progress)
	start := time.Now()
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, err := io.WriteString(s.log, err.Error()+"\n"); err != nil {
		return err
	}
	text := out.String()
	return &Failure{
		Tool: s.tool, Step: activity, Err: err, After: time.Since(start),
		Tail: tail(text), Cause: suspect(text+err.Error(), s.env), Log: s.log.Name(),
	}
}

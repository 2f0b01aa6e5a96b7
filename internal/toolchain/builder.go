package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Builder fills a bin/ folder.
type Builder struct {
	Root           string    // repository, the folder that holds tools/
	Bin            string    // folder for the programs; created when missing
	Cache          string    // folder for the artifacts of all clones, see DefaultCache
	Out            io.Writer // where progress goes
	Live           bool      // Out is a terminal whose last line may be drawn over
	BuildPulumi    bool      // build the Pulumi CLI even when a suitable one is installed
	SkipSpaceCheck bool      // begin builds that may fill the disk

	Go    string    // go command; empty: go on PATH
	usage diskUsage // of the disks
	line  *progress
}

// Interrupted is returned by Run when its context ended.
type Interrupted struct {
	During string   // tool that was being built
	Done   []string // tools that are in bin/ by then
}

func (i *Interrupted) Error() string {
	done := "nothing was ready yet"
	if len(i.Done) > 0 {
		done = "ready: " + strings.Join(i.Done, ", ")
	}
	return fmt.Sprintf("interrupted while building %s; %s; what was compiled is kept, the next run goes on from there",
		i.During, done)
}

// extra is something in bin/ that is no tool of a Go module below tools/.
type extra struct {
	name    string
	provide func(context.Context) (string, error)
}

// extras are those that names ask for, all without names, in the order in which they follow the tools.
func (b *Builder) extras(names []string) []extra {
	all := []extra{{Keycloak, b.provideKeycloak}, {Streamforge, b.buildOwn}}
	if len(names) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(e extra) bool { return !slices.Contains(names, e.name) })
}

// Run brings the named tools into bin/, all with Keycloak and streamforge itself without names.
// It builds only what is neither in bin/ nor in the cache. The error is a
// *Failure when a build failed and *Interrupted when ctx ended.
func (b *Builder) Run(ctx context.Context, names ...string) error {
	extras := b.extras(names)
	wanted := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return slices.ContainsFunc(extras, func(e extra) bool { return e.name == n })
	})
	var tools []Tool
	if len(names) == 0 || len(wanted) > 0 {
		var err error
		if tools, err = find(wanted); err != nil {
			return err
		}
	}
	b.line = &progress{out: b.Out, live: b.Live, total: len(tools) + len(extras)}
	if b.usage == nil {
		b.usage = statDisk
	}
	if err := errors.Join(os.MkdirAll(b.Bin, 0o755), os.MkdirAll(b.Cache, 0o755)); err != nil {
		return err
	}
	var done []string
	for _, t := range tools {
		if err := b.step(ctx, t.Name, done, func() (string, error) { return b.provide(ctx, t) }); err != nil {
			return err
		}
		done = append(done, t.Name)
	}
	for _, e := range extras {
		if err := b.step(ctx, e.name, done, func() (string, error) { return e.provide(ctx) }); err != nil {
			return err
		}
	}
	return prune(b.Cache, time.Now())
}

// step prints the line of one tool around do, which returns its result in a few words.
func (b *Builder) step(ctx context.Context, name string, done []string, do func() (string, error)) error {
	b.line.next(name)
	result, err := do()
	if err == nil {
		b.line.end(result)
		return nil
	}
	b.line.abort()
	if ctx.Err() != nil {
		return &Interrupted{During: name, Done: done}
	}
	var f *Failure
	if errors.As(err, &f) && len(done) > 0 {
		return fmt.Errorf("%w\nready: %s", err, strings.Join(done, ", "))
	}
	return err
}

// provide brings one tool into bin/ in the cheapest way.
func (b *Builder) provide(ctx context.Context, t Tool) (string, error) {
	if t.Name == "pulumi" && !b.BuildPulumi {
		if found, ok := installedPulumi(ctx, b.Bin); ok {
			return b.link(t, found)
		}
	}
	env, err := readGoEnv(ctx, b.goCommand(), b.moduleDir(t))
	if err != nil {
		return "", err
	}
	sources, err := sourceHash(b.moduleDir(t))
	if err != nil {
		return "", err
	}
	k := key(t, sources, env)
	if b.current(t, k) {
		return "up to date", nil
	}
	a := artifact{dir: filepath.Join(b.Cache, k), name: t.Name}
	start := time.Now()
	result := "cached"
	if !a.exists() {
		unlock, err := lock(ctx, filepath.Join(a.dir, "lock"), func() { b.line.begin("waiting for another build of it", nil) })
		if err != nil {
			return "", err
		}
		defer unlock()
		if !a.exists() { // another clone may have finished it meanwhile
			if err := b.build(ctx, t, a, env); err != nil {
				return "", err
			}
			result = "built " + short(time.Since(start))
		}
	}
	if err := a.install(b.Bin); err != nil {
		return "", fmt.Errorf("%s: put into %s: %w", t.Name, b.Bin, err)
	}
	return result, record(b.Bin, t.Name, entry{Version: t.Version, Key: k, Sources: sources})
}

// current says whether bin/ already holds exactly this artifact.
func (b *Builder) current(t Tool, key string) bool {
	m, err := readManifest(b.Bin)
	return err == nil && m[t.Name].Key == key && problem(b.Bin, t, m) == ""
}

// buildOwn builds the project's command line tool. go build does nothing when it
// is up to date, so it needs no key.
func (b *Builder) buildOwn(ctx context.Context) (string, error) {
	env, err := readGoEnv(ctx, b.goCommand(), b.Root)
	if err != nil {
		return "", err
	}
	log, err := os.Create(filepath.Join(b.Cache, Streamforge+".log"))
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	bin, err := filepath.Abs(filepath.Join(b.Bin, Streamforge))
	if err != nil {
		return "", err
	}
	start := time.Now()
	s := steps{b: b, tool: Streamforge, dir: b.Root, env: env, environ: buildEnv(""), log: log}
	if err := s.compile(ctx, "building", nil, "", bin, "./cmd/"+Streamforge); err != nil {
		return "", err
	}
	return "built " + short(time.Since(start)), nil
}

func (b *Builder) moduleDir(t Tool) string { return filepath.Join(b.Root, "tools", t.Module) }

func (b *Builder) goCommand() string {
	if b.Go != "" {
		return b.Go
	}
	return "go"
}

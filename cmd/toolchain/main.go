// Command toolchain builds the programs of bin/ or checks them:
//
//	go run ./cmd/toolchain [flags] [TOOL...]
//
// Exit codes: 0 everything is in place, 1 a build or a check failed, 2 wrong
// usage, 130 interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/streamforge/infrastructure/internal/toolchain"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx)
	stop()
	os.Exit(code)
}

func run(ctx context.Context) int {
	b := &toolchain.Builder{Out: os.Stdout}
	var check, list, plain bool
	flag.StringVar(&b.Root, "root", ".", "repository, the folder that holds tools/")
	flag.StringVar(&b.Bin, "bin", "", "folder for the programs (default: bin in the repository)")
	flag.BoolVar(&check, "check", false, "build nothing, say whether the programs are up to date")
	flag.BoolVar(&list, "list", false, "build nothing, list tools and versions")
	flag.BoolVar(&plain, "plain", false, "never draw over a line, as in a log")
	flag.BoolVar(&b.BuildPulumi, "build-pulumi", os.Getenv("STREAMFORGE_BUILD_PULUMI") != "",
		"build the Pulumi CLI even when a suitable one is installed (also: STREAMFORGE_BUILD_PULUMI=1)")
	flag.BoolVar(&b.SkipSpaceCheck, "skip-space-check", false, "build even when the disk may become full")
	flag.Parse()
	if b.Bin == "" {
		b.Bin = filepath.Join(b.Root, "bin")
	}
	b.Live = !plain && isTerminal(os.Stdout)

	if list {
		for _, t := range toolchain.Tools() {
			fmt.Printf("%-28s %s\n", t.Name, t.Version)
		}
		return 0
	}
	var err error
	if check {
		err = toolchain.Check(b.Bin, flag.Args()...)
	} else {
		err = build(ctx, b)
	}
	var interrupted *toolchain.Interrupted
	switch {
	case err == nil:
		return 0
	case errors.As(err, &interrupted):
		fmt.Fprintln(os.Stderr, err)
		return 130
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func build(ctx context.Context, b *toolchain.Builder) (err error) {
	if b.Cache, err = toolchain.DefaultCache(); err != nil {
		return err
	}
	return b.Run(ctx, flag.Args()...)
}

// isTerminal says whether lines may be drawn over: not in CI, where a pseudo
// terminal often ends in a log file.
func isTerminal(f *os.File) bool {
	fi, err := f.Stat()
	return err == nil && fi.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb" && os.Getenv("CI") == ""
}

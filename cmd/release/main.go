// Command release builds the files of a release from the commit that is checked out:
//
//	go run ./cmd/release -version v0.1.0
//
// It makes no tag and publishes nothing; see docs/howto-release.md. Exit codes: 0 built, 1 refused or
// not built, 2 wrong usage.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/streamforge/infrastructure/internal/release"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	r := release.Release{Out: os.Stdout}
	platforms := flag.String("platforms", strings.Join(release.Platforms(), ","), "what to build for")
	flag.StringVar(&r.Root, "root", ".", "working copy")
	flag.StringVar(&r.Version, "version", "", "tag, such as v0.1.0")
	flag.StringVar(&r.Dist, "dist", "dist", "folder for the files, emptied first")
	flag.BoolVar(&r.Tagged, "tagged", false, "the tag exists and is this commit, as in a pipeline of the tag")
	flag.BoolVar(&r.Cold, "cold", false, "build the second time with an empty cache, which takes minutes a platform")
	flag.Parse()
	r.Platforms = strings.Split(*platforms, ",")
	var err error
	if r.Root, err = filepath.Abs(r.Root); err != nil {
		return err
	}
	return r.Run(ctx)
}

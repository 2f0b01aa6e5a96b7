// Command record writes what a release left in the sandbox of this working copy: `make record`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/streamforge/infrastructure/tests/upgrade"
)

func main() {
	version := flag.String("version", "", "the release, such as v0.1.0")
	root := flag.String("root", ".", "the working copy with the deployed sandbox")
	to := flag.String("to", "tests/upgrade/testdata", "folder of the records")
	flag.Parse()
	if err := record(context.Background(), *version, *root, *to); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func record(ctx context.Context, version, root, to string) error {
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(version) {
		return fmt.Errorf("release %q: not a version such as v0.1.0: give VERSION=", version)
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return fmt.Errorf("working copy %s: %w", root, err)
	}
	site, err := upgrade.Site(ctx, abs)
	if err != nil {
		return err
	}
	state, err := site.Record(version)
	if err != nil {
		return err
	}
	dir := filepath.Join(to, version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("record of %s: %w", version, err)
	}
	file := filepath.Join(dir, "sandbox.state.json")
	fmt.Printf("%s: %d resources\n", file, len(state.Resources))
	return state.Write(file)
}

// Package need is how a test asks for what not every machine has. Where that is missing the test is
// skipped; with STREAMFORGE_REQUIRE=1, as in CI once every program is installed, it fails, so that no
// test goes away unseen.
package need

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/streamforge/infrastructure/internal/toolchain"
)

// Program gives the path of a program that the test runs.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "needs "+name+", which is not on PATH; .ci/run names its package")
	}
	return path
}

// Toolchain wants these tools, or all without names, in the folder where make tools puts them.
func Toolchain(t testing.TB, bin string, names ...string) {
	t.Helper()
	if err := toolchain.Check(bin, names...); err != nil {
		Missing(t, err.Error())
	}
}

// Missing ends a test for want of what CI has.
func Missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("STREAMFORGE_REQUIRE") == "1" {
		t.Fatalf("%s (with STREAMFORGE_REQUIRE=1 it must be there)", why)
	}
	LeftOut(t, why)
}

// LeftOut skips a test for want of what CI does without too. Where STREAMFORGE_LEFT_OUT names a file,
// the test and the reason are added to it: `make test` prints them.
func LeftOut(t testing.TB, why string) {
	t.Helper()
	if file := os.Getenv("STREAMFORGE_LEFT_OUT"); file != "" {
		if err := note(file, t.Name(), why); err != nil {
			t.Fatalf("STREAMFORGE_LEFT_OUT: %v", err)
		}
	}
	t.Skip(why)
}

// note adds a line with the two last folders of the package, which tell it from others.
func note(file, test, why string) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintf(f, "%s/%s %s: %s\n", filepath.Base(filepath.Dir(dir)), filepath.Base(dir), test, why)
	return err
}

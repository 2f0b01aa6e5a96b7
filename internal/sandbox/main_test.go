package sandbox

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test binary play the streamforge command as the supervisor:
// <binary> sandbox serve --root DIR.
func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == "sandbox" && os.Args[2] == "serve" {
		os.Exit(serveMain(os.Args[4]))
	}
	os.Exit(m.Run())
}

func serveMain(root string) int {
	s, err := Open(root)
	if err == nil {
		err = s.Serve(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

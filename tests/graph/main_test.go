package graph_test

import (
	"flag"
	"os"
	"testing"

	"github.com/streamforge/infrastructure/tests/program"
)

var update = flag.Bool("update", false, "write the golden file instead of comparing with it")

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

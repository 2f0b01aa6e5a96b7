package doctor

import (
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMachine(t *testing.T) {
	const gib = 1 << 30
	dir := t.TempDir()
	for name, c := range map[string]struct {
		got   Finding
		level Level
		text  string
	}{
		"go new enough":       {judgeGo("go1.26.0", "go1.25.11"), OK, "go1.26.0"},
		"go without a go.mod": {judgeGo("go1.20", ""), OK, "go1.20"},
		"go that fetches":     {judgeGo("go1.24.1", "go1.25.11"), Warning, "go1.24.1, needed is go1.25.11, which the go command downloads"},
		"go too old":          {judgeGo("go1.20.3", "go1.25.11"), Problem, "go1.20.3, needed is go1.25.11"},
		"optional tool":       {Tool("no-such-tool", "scripts are not checked", false, "install it"), Warning, "not on PATH: scripts are not checked"},
		"needed tool":         {Tool("no-such-tool", "nothing is built", true, "install it"), Problem, "not on PATH: nothing is built"},
		"disk":                {Disk(1, "it", filepath.Join(dir, "not", "there")), OK, "free: "},
		"full disk":           {Disk(1<<60, "building the tools", dir), Problem, "building the tools needs up to 1073741824.0 GiB"},
		"memory":              {Memory(strings.NewReader("MemTotal: 9 kB\nMemAvailable: 4194304 kB\n"), 2*gib, "the sandbox"), OK, "4.0 GiB available"},
		"little memory":       {Memory(strings.NewReader("MemAvailable: 1048576 kB\n"), 2*gib, "the sandbox"), Warning, "1.0 GiB available; the sandbox takes up to 2.0 GiB"},
		"unknown memory":      {Memory(strings.NewReader(""), gib, "it"), Skipped, "does not say"},
		"files":               {judgeFiles(1 << 20), OK, "1048576 for each process"},
		"few files":           {judgeFiles(1024), Warning, "a process may open 1024 files; the sandbox wants 4096"},
		"loopback":            {Loopback(netip.MustParseAddr("127.53.83.10")), OK, "127.53.83.10 can be listened on"},
		"foreign address":     {Loopback(netip.MustParseAddr("192.0.2.10")), Problem, "cannot listen on 192.0.2.10"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.level, c.got.Level, c.got.Text)
			require.Contains(t, c.got.Text, c.text)
			if c.level == Warning || c.level == Problem {
				require.NotEmpty(t, c.got.WayOut)
			}
		})
	}
}

func TestGoOfThisMachine(t *testing.T) {
	require.Equal(t, OK, Go(t.Context(), "module x\n\ngo 1.21\n").Level)
	t.Setenv("PATH", t.TempDir())
	got := Go(t.Context(), "go 1.25.11\n")
	require.Equal(t, Bad("install go1.25.11 or later from https://go.dev/dl",
		"there is no go on PATH, and the toolchain is built with it"), got)
}

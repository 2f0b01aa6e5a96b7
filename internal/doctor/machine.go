package doctor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"go/version"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/streamforge/infrastructure/internal/process"
)

var goLine = regexp.MustCompile(`(?m)^go (\S+)$`)

// Go compares the go command on PATH with the line of a go.mod, empty for none.
func Go(ctx context.Context, mod string) Finding {
	least := ""
	if m := goLine.FindStringSubmatch(mod); m != nil {
		least = "go" + m[1]
	}
	cmd := exec.CommandContext(ctx, "go", "env", "GOVERSION")
	cmd.Dir, cmd.Env = os.TempDir(), append(os.Environ(), "GOTOOLCHAIN=local") // else it answers for the folder, or downloads another
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return Bad("install "+strings.TrimSpace(least+" or later from https://go.dev/dl"), "there is no go on PATH, and the toolchain is built with it")
	}
	if err != nil {
		return Bad("look what `go env GOVERSION` says", "go does not run: %v", err)
	}
	return judgeGo(strings.TrimSpace(string(out)), least)
}

// judgeGo: from 1.21 on the go command fetches a later one by itself where it may.
func judgeGo(have, least string) Finding {
	switch {
	case least == "" || version.Compare(have, least) >= 0:
		return Fine("%s", have)
	case version.Compare(have, "go1.21") >= 0:
		return Warn("install it from https://go.dev/dl where the network does not allow that", "%s, needed is %s, which the go command downloads", have, least)
	}
	return Bad("install it from https://go.dev/dl", "%s, needed is %s", have, least)
}

// Tool looks for a program on PATH; without it, lost is what does not work.
func Tool(name, lost string, needed bool, wayOut string) Finding {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return Fine("%s", path)
	case needed:
		return Bad(wayOut, "not on PATH: %s", lost)
	}
	return Warn(wayOut, "not on PATH: %s", lost)
}

// Disk looks at the free space below folders, which need not exist yet.
func Disk(needed uint64, why string, folders ...string) Finding {
	var texts []string
	least := ^uint64(0)
	for _, dir := range folders {
		free, err := process.FreeBytes(existing(dir))
		if err != nil {
			return Skip("free space of %s is not known: %v", dir, err)
		}
		texts = append(texts, fmt.Sprintf("%s in %s", size(free), dir))
		least = min(least, free)
	}
	text := "free: " + strings.Join(texts, ", ")
	if least < needed {
		return Bad("free some space, or set XDG_CACHE_HOME, GOCACHE and GOMODCACHE to another disk", "%s; %s needs up to %s", text, why, size(needed))
	}
	return Fine("%s", text)
}

// existing is the nearest folder above that is there.
func existing(dir string) string {
	for dir != "/" && dir != "." {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
		dir = dir[:max(1, strings.LastIndexByte(dir, '/'))]
	}
	return dir
}

func size(bytes uint64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }

// Memory compares what /proc/meminfo says is available with what why needs.
func Memory(meminfo io.Reader, needed uint64, why string) Finding {
	for lines := bufio.NewScanner(meminfo); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 2 || words[0] != "MemAvailable:" {
			continue
		}
		kib, err := strconv.ParseUint(words[1], 10, 64)
		if err != nil {
			break
		}
		if kib<<10 < needed {
			return Warn("end what is not needed, or run it on a larger machine", "%s available; %s takes up to %s", size(kib<<10), why, size(needed))
		}
		return Fine("%s available", size(kib<<10))
	}
	return Skip("the system does not say how much is available")
}

// leastFiles is what etcd and the API server hold open at most, with room for watches.
const leastFiles = 4096

// OpenFiles looks at how many files a process may hold open. Go programs raise the soft limit to the
// hard one themselves.
func OpenFiles() Finding {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return Skip("the limit is not known: %v", err)
	}
	return judgeFiles(uint64(limit.Max))
}

func judgeFiles(most uint64) Finding {
	if most < leastFiles {
		return Warn("raise it: `ulimit -Hn`, or LimitNOFILE of the service that runs this",
			"a process may open %d files; the sandbox wants %d", most, leastFiles)
	}
	return Fine("%d for each process", most)
}

// Loopback tries to listen on an address of the sandbox's network.
func Loopback(at netip.Addr) Finding {
	l, err := net.Listen("tcp", netip.AddrPortFrom(at, 0).String())
	if err != nil {
		return Bad("on systems other than Linux give it to the loopback device, for example `sudo ifconfig lo0 alias "+at.String()+"`",
			"the sandbox's API server cannot listen on %s: %v", at, err)
	}
	_ = l.Close() // nothing was sent
	return Fine("%s can be listened on", at)
}

package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// installed is a Pulumi CLI that the machine already has.
type installed struct{ path, version string }

// installedPulumi looks on PATH, past bin itself, for a Pulumi CLI that can stand
// in for ours: the same major version, the same minor version or a later one.
func installedPulumi(ctx context.Context, bin string) (installed, bool) {
	own, err := filepath.EvalSymlinks(bin)
	if err != nil {
		own = bin
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if real, err := filepath.EvalSymlinks(dir); err != nil || real == own {
			continue
		}
		path, err := filepath.Abs(filepath.Join(dir, "pulumi"))
		if err != nil {
			continue
		}
		if fi, err := os.Stat(path); err != nil || !fi.Mode().IsRegular() || fi.Mode().Perm()&0o111 == 0 {
			continue
		}
		version, ok := askVersion(ctx, path)
		return installed{path, version}, ok && suits(version, pulumiVersion)
	}
	return installed{}, false
}

// askVersion runs `pulumi version`.
func askVersion(ctx context.Context, path string) (string, bool) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = append(os.Environ(), "PULUMI_SKIP_UPDATE_CHECK=1")
	out, err := cmd.Output()
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), err == nil
}

// suits says whether version has the major number of least and is not below it.
func suits(version, least string) bool {
	have, want := numbers(version), numbers(least)
	if have == nil || have[0] != want[0] {
		return false
	}
	if have[1] != want[1] {
		return have[1] > want[1]
	}
	return have[2] >= want[2]
}

// numbers splits "3.256.0" and is nil for anything else, pre-releases included.
func numbers(version string) []int {
	parts := strings.Split(version, ".")
	if len(parts) != 3 {
		return nil
	}
	n := make([]int, 3)
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil {
			return nil
		}
	}
	return n
}

// link points bin/ to an installed program instead of building one.
func (b *Builder) link(t Tool, found installed) (string, error) {
	err := replaceFile(filepath.Join(b.Bin, t.Name), func(tmp string) error { return os.Symlink(found.path, tmp) })
	if err != nil {
		return "", fmt.Errorf("%s: link to %s: %w", t.Name, found.path, err)
	}
	return fmt.Sprintf("installed %s (%s)", found.version, found.path),
		record(b.Bin, t.Name, entry{Version: found.version, External: found.path})
}

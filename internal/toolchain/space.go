package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// scratch is what the linker's temporary files and the finished binary take
// beside the two caches, in megabytes.
const scratch = 700

// diskUsage tells the free megabytes of the file system that holds dir, and an
// identity that is equal for folders on the same file system.
type diskUsage func(dir string) (free, device uint64, err error)

// statDisk asks the nearest existing parent of dir, which need not exist yet.
func statDisk(dir string) (free, device uint64, err error) {
	for {
		_, err = os.Stat(dir)
		parent := filepath.Dir(dir)
		if err == nil || parent == dir {
			break
		}
		dir = parent
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, 0, fmt.Errorf("disk space of %s: %w", dir, err)
	}
	var st syscall.Stat_t
	if err := syscall.Stat(dir, &st); err != nil {
		return 0, 0, fmt.Errorf("disk space of %s: %w", dir, err)
	}
	return fs.Bavail * uint64(fs.Bsize) >> 20, uint64(st.Dev), nil
}

// checkSpace refuses to begin a build that would fill a disk. The figures are
// those of empty caches: nothing tells how much of them is there already.
func checkSpace(t Tool, env goEnv, cache string, usage diskUsage) error {
	type disk struct {
		free, need uint64
		dirs       []string
	}
	disks := map[uint64]*disk{}
	var order []uint64
	for _, want := range []struct {
		dir  string
		need uint64
	}{{env.GOCACHE, t.Disk.Build}, {env.GOMODCACHE, t.Disk.Modules}, {cache, scratch}} {
		free, dev, err := usage(want.dir)
		if err != nil {
			return err
		}
		d := disks[dev]
		if d == nil {
			d = &disk{free: free}
			disks[dev] = d
			order = append(order, dev)
		}
		d.need += want.need
		d.dirs = append(d.dirs, want.dir)
	}
	for _, dev := range order {
		if d := disks[dev]; d.free < d.need {
			return fmt.Errorf("%s: not enough disk space: the build needs up to %d MB in %s, %d MB are free there: "+
				"free some, point GOCACHE, GOMODCACHE or %s to another disk, or build anyway with -skip-space-check",
				t.Name, d.need, strings.Join(d.dirs, " and "), d.free, CacheVariable)
		}
	}
	return nil
}

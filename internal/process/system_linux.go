package process

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/prometheus/procfs"
)

// childAttr puts a child into a group of its own, so that Ctrl-C in a terminal reaches
// only the parent, and has the kernel kill it when the parent dies without a word.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// Detached makes a process the leader of its own session: it outlives the terminal.
func Detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// Identify reads the identity of a running process; an error means that it is gone.
func Identify(pid int) (ID, error) {
	stat, err := statOf(pid)
	if err != nil {
		return ID{}, err
	}
	if over(stat) {
		return ID{}, fmt.Errorf("pid %d: already dead", pid)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ID{}, err
	}
	return ID{PID: pid, StartTime: stat.Starttime, Boot: strings.TrimSpace(string(boot))}, nil
}

// over tells a process that executes no more.
func over(stat procfs.ProcStat) bool { return stat.State == "Z" || stat.State == "X" }

func ended(pid int) bool {
	stat, err := statOf(pid)
	return err == nil && over(stat)
}

func statOf(pid int) (procfs.ProcStat, error) {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return procfs.ProcStat{}, err
	}
	return p.Stat()
}

// Memory is the resident memory of a process in bytes, 0 when it is gone.
func Memory(pid int) int64 {
	stat, err := statOf(pid)
	if err != nil {
		return 0
	}
	return int64(stat.ResidentMemory())
}

// FreeBytes is the space an ordinary user has left on the file system of path.
func FreeBytes(path string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

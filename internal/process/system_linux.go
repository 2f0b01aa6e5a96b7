package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
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
	fields, err := statFields(pid)
	if err != nil {
		return ID{}, err
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return ID{}, fmt.Errorf("pid %d: already dead", pid)
	}
	started, err := strconv.ParseUint(fields[19], 10, 64)
	if err != nil {
		return ID{}, fmt.Errorf("pid %d: start time: %w", pid, err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ID{}, err
	}
	return ID{PID: pid, StartTime: started, Boot: strings.TrimSpace(string(boot))}, nil
}

// statFields returns /proc/PID/stat from its third field (state) on: the second is the
// command in parentheses and may hold anything.
func statFields(pid int) ([]string, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	end := strings.LastIndexByte(string(raw), ')')
	fields := strings.Fields(string(raw[end+1:]))
	if end < 0 || len(fields) < 22 {
		return nil, fmt.Errorf("pid %d: unknown form of /proc stat", pid)
	}
	return fields, nil
}

// Memory is the resident memory of a process in bytes, 0 when it is gone.
func Memory(pid int) int64 {
	fields, err := statFields(pid)
	if err != nil {
		return 0
	}
	pages, err := strconv.ParseInt(fields[21], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// FreeBytes is the space an ordinary user has left on the file system of path.
func FreeBytes(path string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// worker is a program, with the processor time of all its processes.
type worker struct {
	program string
	time    time.Duration
}

// workers does something and tells what processor time the machine's programs took meanwhile, most first. A
// process is looked at ten times a second, so the last moment of one that ends is missed. Empty where
// there is no /proc.
func workers(do func() error) ([]worker, error) {
	ended := make(chan error, 1)
	began, latest := times(), map[string]time.Duration{}
	go func() { ended <- do() }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		for process, t := range times() {
			latest[process] = t
		}
		select {
		case <-tick.C:
			continue
		case err := <-ended:
			return summed(began, latest), err
		}
	}
}

func summed(began, latest map[string]time.Duration) (all []worker) {
	sums := map[string]time.Duration{}
	for process, t := range latest {
		program, _, _ := strings.Cut(process, " ")
		sums[program] += t - began[process]
	}
	for program, t := range sums {
		all = append(all, worker{program, t})
	}
	slices.SortFunc(all, func(a, b worker) int {
		return cmp.Or(cmp.Compare(b.time, a.time), strings.Compare(a.program, b.program))
	})
	return all
}

// times is the processor time of every process so far, by the name of its program and its number.
func times() map[string]time.Duration {
	const tick = 10 * time.Millisecond // of /proc, on every architecture that Go knows
	all := map[string]time.Duration{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		program, _, _ := strings.Cut(string(command), "\x00")
		user, err1 := strconv.Atoi(fields[11])
		system, err2 := strconv.Atoi(fields[12])
		if program == "" || err1 != nil || err2 != nil {
			continue // of the kernel, or on its way out
		}
		all[filepath.Base(program)+" "+filepath.Base(filepath.Dir(file))] = time.Duration(user+system) * tick
	}
	return all
}

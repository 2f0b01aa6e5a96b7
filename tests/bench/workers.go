package main

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// worker is a program, with the processor time of all its processes.
type worker struct {
	program string
	time    time.Duration
}

// workers does something and tells what processor time the machine's programs took meanwhile, most first. A
// process is looked at twice a second, so the last moment of one that ends is missed. Empty where
// there is no /proc.
func workers(do func() error) ([]worker, error) {
	began, latest := times(), map[string]time.Duration{}
	look := func() { maps.Copy(latest, times()) }
	ended := make(chan error, 1)
	go func() { ended <- do() }()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			look()
		case err := <-ended:
			look()
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
	all := map[string]time.Duration{}
	processes, _ := procfs.AllProcs() // an error means none: there is no /proc
	for _, p := range processes {
		stat, err1 := p.Stat()
		command, err2 := p.CmdLine()
		if err1 != nil || err2 != nil || len(command) == 0 {
			continue // of the kernel, or on its way out
		}
		all[fmt.Sprintf("%s %d", filepath.Base(command[0]), p.PID)] = time.Duration(stat.CPUTime() * float64(time.Second))
	}
	return all
}

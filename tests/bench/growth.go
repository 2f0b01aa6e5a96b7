package main

import (
	"math"
	"os/exec"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
)

// point is one run of an operation.
type point struct {
	Machines int     `json:"machines"`
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"cpu"`   // seconds of processor time of the process and its descendants
	Bytes    int64   `json:"bytes"` // most that the process and its descendants held in memory at once
}

func (p point) took() float64 { return p.Seconds }

// curve is how an operation of one tool grows with the number of machines.
type curve struct {
	Tool      string  `json:"tool"`
	Operation string  `json:"operation"`
	Points    []point `json:"points"`
}

// exponent is the slope of the straight line that fits the points best on logarithmic scales: 1 means
// that twice the machines take twice the time.
func (c curve) exponent() float64 {
	var n, sx, sy, sxx, sxy float64
	for _, p := range c.Points {
		x, y := math.Log(float64(p.Machines)), math.Log(p.Seconds)
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if spread := n*sxx - sx*sx; spread > 0 {
		return (n*sxy - sx*sy) / spread
	}
	return 0
}

// step is the last one of the curve: its ends, and the slope between them. What an operation takes for
// itself, however few the machines, flattens the line through all points; here it weighs least.
func (c curve) step() (from, to int, slope float64) {
	if len(c.Points) < 2 {
		return 0, 0, 0
	}
	last := curve{Points: c.Points[len(c.Points)-2:]}
	return last.Points[0].Machines, last.Points[1].Machines, last.exponent()
}

// last is the run with the most machines.
func (c curve) last() point {
	if len(c.Points) == 0 {
		return point{}
	}
	return c.Points[len(c.Points)-1]
}

// watched runs cmd to its end and gives its wall time and what it and its descendants, plugins
// among them, held in memory at most.
func watched(cmd *exec.Cmd) (p point, err error) {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = time.Minute
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return p, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			p.Seconds = time.Since(start).Seconds()
			p.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
			return p, err
		case <-tick.C:
			p.Bytes = max(p.Bytes, resident(cmd.Process.Pid))
		}
	}
}

// resident is the memory of a process and all its descendants. Zero where there is no /proc.
func resident(root int) (bytes int64) {
	children, memory := map[int][]int{}, map[int]int{}
	processes, _ := procfs.AllProcs() // an error means none: there is no /proc
	for _, p := range processes {
		stat, err := p.Stat()
		if err != nil {
			continue // it has ended
		}
		children[stat.PPID] = append(children[stat.PPID], p.PID)
		memory[p.PID] = stat.ResidentMemory()
	}
	for open := []int{root}; len(open) > 0; open = open[1:] {
		bytes += int64(memory[open[0]])
		open = append(open, children[open[0]]...)
	}
	return bytes
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// machinesPreviewed compares what people wait for most with what else they could use.
var machinesPreviewed = figure{
	name:    "machines",
	what:    fmt.Sprintf("wall time of a preview of %d machines where there are none, against the Proxmox simulator", slices.Max(sizes)),
	against: "`tofu plan` of the same with the same provider and simulator", target: 1,
	measure: func(ctx context.Context, b *bench) (samples, error) {
		curves, err := b.growth(ctx)
		if err != nil {
			return samples{}, err
		}
		mine, theirs := pick(curves, "streamforge", "preview"), pick(curves, "OpenTofu", "preview")
		return samples{Unit: "s", Ours: []float64{mine.last().Seconds}, Against: []float64{theirs.last().Seconds}, Series: curves,
			Notes: append(memory(curves),
				fmt.Sprintf("Both sides work on %d resources at once, place the machines on three hosts and begin with an empty simulator.", atOnce),
				"![Time over the number of machines](pictures/machines.svg)")}, nil
	},
}

// grown is the figure of how one operation grows.
func grown(operation, what string) figure {
	return figure{
		name: "machines-" + operation, what: "growth exponent of " + what + ", over 10, 100 and 1,000 machines",
		against: "linear growth", target: 1.05,
		measure: func(ctx context.Context, b *bench) (samples, error) {
			curves, err := b.growth(ctx)
			if err != nil {
				return samples{}, err
			}
			mine := pick(curves, "streamforge", operation)
			s := samples{Ours: []float64{mine.exponent()}, Against: []float64{1}}
			for _, c := range curves {
				if c.Operation == operation {
					s.Notes = append(s.Notes, c.sentence())
				}
			}
			return s, nil
		},
	}
}

// sentence tells the times of a curve.
func (c curve) sentence() string {
	var times []string
	for _, p := range c.Points {
		times = append(times, fmt.Sprintf("%.1f s for %d", p.Seconds, p.Machines))
	}
	tool := c.Tool
	for _, op := range operations {
		if op.name == c.Operation && tool == "OpenTofu" {
			tool += " (`tofu " + strings.Join(op.tofu, " ") + "`)"
		}
	}
	return fmt.Sprintf("%s: %s, exponent %.2f.", tool, strings.Join(times, ", "), c.exponent())
}

// memory tells the most memory that each tool took for the most machines.
func memory(curves []curve) (sentences []string) {
	for _, tool := range []string{"streamforge", "OpenTofu"} {
		var most int64
		var when string
		for _, c := range curves {
			if c.Tool == tool && c.last().Bytes > most {
				most, when = c.last().Bytes, c.Operation
			}
		}
		sentences = append(sentences, fmt.Sprintf("%s with its plugins held at most %d MiB at once, in `%s`.", tool, most>>20, when))
	}
	return sentences
}

func pick(curves []curve, tool, operation string) curve {
	for _, c := range curves {
		if c.Tool == tool && c.Operation == operation {
			return c
		}
	}
	return curve{Tool: tool, Operation: operation}
}

// growth runs every operation of both sides at every size, once for all figures.
func (b *bench) growth(ctx context.Context) ([]curve, error) {
	if b.curves != nil {
		return b.curves, nil
	}
	mine, err := ours(ctx, b)
	if err != nil {
		return nil, err
	}
	theirs, err := openTofu(ctx, b)
	if err != nil {
		return nil, err
	}
	var curves []curve
	for _, n := range sizes {
		for _, s := range []side{mine, theirs} {
			if err := b.grow(ctx, s, n, &curves); err != nil {
				return nil, fmt.Errorf("%s, %d machines: %w", s.name, n, err)
			}
		}
	}
	b.curves = curves
	return curves, nil
}

// grow runs the operations of one side at one size and adds the points to the curves.
func (b *bench) grow(ctx context.Context, s side, machines int, curves *[]curve) error {
	dir := filepath.Join(b.dir, fmt.Sprintf("%s-%d", s.name, machines))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	endpoint, sim, stop, err := simulator()
	if err != nil {
		return err
	}
	defer stop()
	if err := s.prepare(dir, newFleet(endpoint, machines)); err != nil {
		return err
	}
	for _, op := range operations {
		cmd := s.command(ctx, dir, op)
		if cmd == nil {
			continue
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		p, err := watched(cmd)
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", op.name, err, out.Bytes()[max(0, out.Len()-2000):])
		}
		if made := len(sim.VMs()); made != machines && op.name != "preview" {
			return fmt.Errorf("%s: the simulator has %d machines, must have %d", op.name, made, machines)
		}
		p.Machines = machines
		fmt.Printf("  %-12s %5d machines  %-10s %7.1f s, processor %6.1f s, %5d MiB\n", s.name, machines, op.name, p.Seconds, p.CPU, p.Bytes>>20)
		add(curves, s.name, op.name, p)
	}
	return nil
}

func add(curves *[]curve, tool, operation string, p point) {
	for i := range *curves {
		if c := &(*curves)[i]; c.Tool == tool && c.Operation == operation {
			c.Points = append(c.Points, p)
			return
		}
	}
	*curves = append(*curves, curve{Tool: tool, Operation: operation, Points: []point{p}})
}

package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/sandbox/proxmox"
)

// previewPairs is how often both sides preview the most machines.
const previewPairs = 3

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
		return samples{Unit: "s", Ours: seconds(b.previews[mine.Tool]), Against: seconds(b.previews[theirs.Tool]), Series: curves,
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
	from, to, slope := c.step()
	return fmt.Sprintf("%s: %s, exponent %.2f, from %d to %d: %.2f.", tool, strings.Join(times, ", "), c.exponent(), from, to, slope)
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
		if err := b.grow(ctx, []side{mine, theirs}, n, &curves); err != nil {
			return nil, fmt.Errorf("%d machines: %w", n, err)
		}
	}
	b.curves = curves
	return curves, nil
}

// place is where one side makes its machines: a folder and a simulator.
type place struct {
	side
	dir string
	sim *proxmox.Sim
}

// grow runs the operations of all sides at one size and adds the points to the curves. The previews of
// the largest size are a figure of their own, so they are measured several times, in pairs.
func (b *bench) grow(ctx context.Context, sides []side, machines int, curves *[]curve) error {
	var places []place
	for _, s := range sides {
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
		places = append(places, place{s, dir, sim})
	}
	preview, rest := operations[0], operations[1:]
	times := 1
	if machines == slices.Max(sizes) {
		times = previewPairs
	}
	points, order := map[string][]point{}, slices.Clone(places)
	for range times {
		for _, p := range order {
			measured, err := p.do(ctx, preview, machines)
			if err != nil {
				return err
			}
			points[p.name] = append(points[p.name], measured)
		}
		slices.Reverse(order) // neither is always the first
	}
	b.previews = points
	for _, p := range places {
		add(curves, p.name, preview.name, middle(points[p.name], point.took))
		for _, op := range rest {
			if p.command(ctx, p.dir, op) == nil {
				continue
			}
			measured, err := p.do(ctx, op, machines)
			if err != nil {
				return err
			}
			add(curves, p.name, op.name, measured)
		}
	}
	return nil
}

// do runs one operation.
func (p place) do(ctx context.Context, op operation, machines int) (point, error) {
	cmd := p.command(ctx, p.dir, op)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	measured, err := watched(cmd)
	if err != nil {
		return point{}, fmt.Errorf("%s, %s: %w\n%s", p.name, op.name, err, out.Bytes()[max(0, out.Len()-2000):])
	}
	if made := len(p.sim.VMs()); made != machines && op.name != "preview" {
		return point{}, fmt.Errorf("%s, %s: the simulator has %d machines, must have %d", p.name, op.name, made, machines)
	}
	measured.Machines = machines
	fmt.Printf("  %-12s %5d machines  %-10s %7.1f s, processor %6.1f s, %5d MiB\n",
		p.name, machines, op.name, measured.Seconds, measured.CPU, measured.Bytes>>20)
	return measured, nil
}

func seconds(points []point) (all []float64) {
	for _, p := range points {
		all = append(all, p.Seconds)
	}
	return all
}

// middle is the one of all with the median value, the lower one of two.
func middle[T any](all []T, value func(T) float64) T {
	sorted := slices.SortedFunc(slices.Values(all), func(a, b T) int { return cmp.Compare(value(a), value(b)) })
	return sorted[(len(sorted)-1)/2]
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

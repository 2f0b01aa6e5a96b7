package main

import (
	"encoding/xml"
	"math"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// grows is a curve whose times are the machines to the given power.
func grows(tool, operation string, power float64) (c curve) {
	c.Tool, c.Operation = tool, operation
	for _, n := range sizes {
		c.Points = append(c.Points, point{Machines: n, Seconds: 0.2 * math.Pow(float64(n), power)})
	}
	return c
}

func TestExponentIsThatOfThePower(t *testing.T) {
	for _, power := range []float64{0, 1, 1.5, 2} {
		assert.InDelta(t, power, grows("", "", power).exponent(), 1e-9)
	}
	assert.Zero(t, curve{}.exponent())
	assert.Equal(t, "streamforge: 2.0 s for 10, 20.0 s for 100, 200.0 s for 1000, exponent 1.00, from 100 to 1000: 1.00.",
		grows("streamforge", "up", 1).sentence())
}

// TestLastStep: a second that every run takes flattens the line through all points, and hardly the last step.
func TestLastStep(t *testing.T) {
	c := curve{Tool: "streamforge", Operation: "up", Points: []point{{Machines: 10, Seconds: 1.8}, {Machines: 100, Seconds: 5.6}, {Machines: 1000, Seconds: 71.2}}}
	from, to, slope := c.step()
	assert.Equal(t, []int{100, 1000}, []int{from, to})
	assert.InDelta(t, 1.10, slope, 0.005)
	assert.InDelta(t, 0.80, c.exponent(), 0.005)
	assert.Contains(t, c.sentence(), "exponent 0.80, from 100 to 1000: 1.10.")
	_, _, slope = curve{}.step()
	assert.Zero(t, slope)
}

func TestMiddle(t *testing.T) {
	assert.Equal(t, point{Seconds: 2, CPU: 7}, middle([]point{{Seconds: 3}, {Seconds: 1}, {Seconds: 2, CPU: 7}}, point.took))
	assert.Equal(t, point{Seconds: 1}, middle([]point{{Seconds: 1}}, point.took))
}

func TestWatched(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("there is no /proc here")
	}
	self := resident(os.Getpid())
	assert.Positive(t, self)
	_, err := watched(exec.CommandContext(t.Context(), "false"))
	assert.Error(t, err)
	p, err := watched(exec.CommandContext(t.Context(), "sh", "-c", "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done"))
	require.NoError(t, err)
	assert.Greater(t, p.Seconds, 0.1, "long enough to be looked at")
	assert.Greater(t, p.CPU, 0.1)
	assert.Positive(t, p.Bytes)
}

func TestPlotIsWellFormed(t *testing.T) {
	var curves []curve
	for _, op := range operations {
		curves = append(curves, grows("OpenTofu", op.name, 1.2), grows("streamforge", op.name, 1))
	}
	svg := plot(curves)
	require.NoError(t, xml.Unmarshal([]byte(svg), new(struct{})))
	assert.Contains(t, svg, "streamforge (1.00)")
	assert.Contains(t, svg, "OpenTofu (1.20)")
	assert.NotContains(t, svg, "NaN")
	assert.Empty(t, plot(nil))
}

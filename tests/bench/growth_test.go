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
	assert.Equal(t, "streamforge: 2.0 s for 10, 20.0 s for 100, 200.0 s for 1000, exponent 1.00.",
		grows("streamforge", "up", 1).sentence())
}

func TestWatched(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("there is no /proc here")
	}
	self := resident(os.Getpid())
	assert.Positive(t, self)
	_, err := watched(exec.CommandContext(t.Context(), "false"))
	assert.Error(t, err)
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

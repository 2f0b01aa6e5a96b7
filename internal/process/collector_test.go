package process

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCollectLess(t *testing.T) {
	for set, want := range map[string]int{"": garbage, "50": 50} {
		t.Setenv("GOGC", set)
		before := debug.SetGCPercent(50) // what the runtime made of GOGC
		CollectLess()
		assert.Equal(t, want, debug.SetGCPercent(before), "GOGC=%s", set)
	}
}

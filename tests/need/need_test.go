package need

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is a test that keeps how it ended.
type told struct {
	testing.TB
	end string
}

func (t *told) Helper()      {}
func (t *told) Name() string { return "TestSeal" }
func (t *told) Skip(args ...any) {
	t.end = "skipped: " + fmt.Sprint(args...)
	runtime.Goexit()
}
func (t *told) Fatalf(format string, args ...any) {
	t.end = "failed: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// ended runs a test and gives its end, empty if it ran through.
func ended(test func(testing.TB)) string {
	t, over := &told{}, make(chan struct{})
	go func() {
		defer close(over)
		test(t)
	}()
	<-over
	return t.end
}

func TestWhatIsMissing(t *testing.T) {
	list := filepath.Join(t.TempDir(), "list")
	t.Setenv("STREAMFORGE_LEFT_OUT", list)
	t.Setenv("STREAMFORGE_REQUIRE", "")
	seal := func(t testing.TB) { Program(t, "seal-of-none") }
	empty := func(t testing.TB) { Toolchain(t, os.TempDir(), "etcd") }
	aside := func(t testing.TB) { LeftOut(t, "needs the moon") }

	assert.Empty(t, ended(func(t testing.TB) { assert.NotEmpty(t, Program(t, "go")) }))
	assert.NoFileExists(t, list)
	const why = "needs seal-of-none, which is not on PATH; .ci/run names its package"
	assert.Equal(t, "skipped: "+why, ended(seal))
	assert.Contains(t, ended(empty), "skipped: tools in "+os.TempDir()+": etcd ")
	assert.Equal(t, "skipped: needs the moon", ended(aside))
	raw, err := os.ReadFile(list)
	require.NoError(t, err)
	assert.Contains(t, string(raw), "tests/need TestSeal: "+why+"\n")
	assert.Contains(t, string(raw), "tests/need TestSeal: needs the moon\n")

	t.Setenv("STREAMFORGE_REQUIRE", "1")
	assert.Equal(t, "failed: "+why+" (with STREAMFORGE_REQUIRE=1 it must be there)", ended(seal))
	assert.Contains(t, ended(empty), "failed: ")
	assert.Equal(t, "skipped: needs the moon", ended(aside))
}

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal: what is written to person is typed, what is read from it is on the screen.
func terminal(t *testing.T) (person, side *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("needs a pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	side, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = side.Close() })
	return person, side
}

func shows(t *testing.T, terminal *os.File) bool {
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	require.NoError(t, err)
	return state.Lflag&unix.ECHO != 0
}

func TestTypedSecretsAreNotShown(t *testing.T) {
	person, side := terminal(t)
	var told bytes.Buffer
	asks := writerFunc(func(p []byte) (int, error) {
		if told.Len() > 0 {
			assert.False(t, shows(t, side), "between two lines, before %q", p)
		}
		return told.Write(p)
	})
	read := make(chan []string)
	go func() {
		values, err := (&app{in: side, err: asks}).lines(t.Context(), "key shares")
		assert.NoError(t, err)
		read <- values
	}()
	require.Eventually(t, func() bool { return !shows(t, side) }, time.Minute, time.Millisecond)
	_, err := person.WriteString("share-one\nshare-two\n\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"share-one", "share-two"}, <-read)
	assert.Equal(t, "key shares, one a line; they are not shown, an empty line ends\n1: \n2: \n3: \n", told.String())
	assert.True(t, shows(t, side))

	_, err = side.WriteString("end\n")
	require.NoError(t, err)
	screen := ""
	for !strings.Contains(screen, "end") {
		b := make([]byte, 100)
		n, err := person.Read(b)
		require.NoError(t, err)
		screen += string(b[:n])
	}
	assert.NotContains(t, screen, "share")
}

// writerFunc is an io.Writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestCancelledTerminalShowsAgain(t *testing.T) {
	_, side := terminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := (&app{in: side, err: io.Discard}).lines(ctx, "root token")
		ended <- err
	}()
	require.Eventually(t, func() bool { return !shows(t, side) }, time.Minute, time.Millisecond)
	cancel()
	require.EqualError(t, <-ended, "root token from standard input: context canceled")
	assert.True(t, shows(t, side))
}

package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLines(t *testing.T) {
	a := &app{in: strings.NewReader("one\n\n  two \n")}
	values, err := a.lines(t.Context(), "key shares")
	require.NoError(t, err)
	assert.Equal(t, []string{"one", "two"}, values)
	_, err = a.lines(t.Context(), "key shares")
	require.EqualError(t, err, "key shares: standard input is empty: give one a line")
}

// TestCancelledInput: standard input on which nobody types does not hold the command up.
func TestCancelledInput(t *testing.T) {
	for name, read := range map[string]func(context.Context, *app) error{
		"key shares": func(ctx context.Context, a *app) error { _, err := a.lines(ctx, "key shares"); return err },
		"kubeconfig": func(ctx context.Context, a *app) error { _, err := a.read(ctx, "-"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			in, typed := io.Pipe()
			defer typed.Close()
			ctx, cancel := context.WithCancel(t.Context())
			err := read(ctx, &app{in: readerFunc(func(p []byte) (int, error) {
				cancel()
				return in.Read(p)
			})})
			require.EqualError(t, err, name+" from standard input: context canceled")
		})
	}
}

// readerFunc is an io.Reader.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// unlessCancelled waits for read, which nothing interrupts, as long as ctx lasts.
func unlessCancelled[T any](ctx context.Context, read func() (T, error)) (value T, err error) {
	done := make(chan struct{})
	var got T
	var failure error
	go func() {
		defer close(done)
		got, failure = read()
	}()
	select {
	case <-done:
		return got, failure
	case <-ctx.Done():
		return value, ctx.Err()
	}
}

// lines reads secrets from standard input, one a line, so that none is an argument. On a terminal they
// are not shown.
func (a *app) lines(ctx context.Context, what string) ([]string, error) {
	read := a.scan
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		show, err := hide(int(f.Fd()))
		if err != nil {
			return nil, fmt.Errorf("%s from the terminal: %w", what, err)
		}
		defer show()
		fmt.Fprintf(a.err, "%s, one a line; they are not shown, an empty line ends\n", what)
		read = func() ([]string, error) { return a.unseen(int(f.Fd())) }
	}
	values, err := unlessCancelled(ctx, read)
	if err != nil {
		return nil, fmt.Errorf("%s from standard input: %w", what, err)
	}
	if len(values) == 0 {
		return nil, usageError{fmt.Errorf("%s: standard input is empty: give one a line", what)}
	}
	return values, nil
}

// hide keeps a terminal from showing what is typed until show is called: between two lines as well, when the
// next is typed or pasted already, and also after a read that was cancelled.
func hide(terminal int) (show func(), err error) {
	shown, err := unix.IoctlGetTermios(terminal, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *shown
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(terminal, setTermios, &hidden); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(terminal, setTermios, shown) }, nil
}

// scan reads every line that is not empty.
func (a *app) scan() (values []string, err error) {
	in := bufio.NewScanner(a.in)
	for in.Scan() {
		if text := strings.TrimSpace(in.Text()); text != "" {
			values = append(values, text)
		}
	}
	return values, in.Err()
}

// unseen reads lines from a terminal that does not show them, up to an empty one.
func (a *app) unseen(terminal int) (values []string, err error) {
	for {
		fmt.Fprintf(a.err, "%d: ", len(values)+1)
		line, err := term.ReadPassword(terminal)
		fmt.Fprintln(a.err)
		text := strings.TrimSpace(string(line))
		if errors.Is(err, io.EOF) || err == nil && text == "" {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		values = append(values, text)
	}
}

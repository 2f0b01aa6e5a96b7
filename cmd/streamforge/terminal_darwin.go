package main

import "golang.org/x/sys/unix"

// Requests that read and set a terminal's settings, as macOS names them.
const getTermios, setTermios = unix.TIOCGETA, unix.TIOCSETA

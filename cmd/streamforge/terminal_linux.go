package main

import "golang.org/x/sys/unix"

// Requests that read and set a terminal's settings, as Linux names them.
const getTermios, setTermios = unix.TCGETS, unix.TCSETS

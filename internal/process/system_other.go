//go:build !linux

package process

import (
	"errors"
	"math"
	"net/netip"
	"syscall"
)

// errLinuxOnly: the sandbox reads /proc and listens on all of 127.0.0.0/8.
var errLinuxOnly = errors.New("the sandbox needs Linux")

func childAttr() *syscall.SysProcAttr { return nil }

// Detached has no meaning here.
func Detached() *syscall.SysProcAttr { return nil }

// Identify is not offered here.
func Identify(int) (ID, error) { return ID{}, errLinuxOnly }

func ended(int) bool { return false }

// Memory is not offered here.
func Memory(int) int64 { return 0 }

// FreeBytes is not known here.
func FreeBytes(string) (uint64, error) { return math.MaxUint64, nil }

// Holder is not offered here.
func Holder(netip.AddrPort) string { return "" }

package report

import (
	"unicode/utf8"
)

// table is a list of properties as the page shows them.
type table struct {
	Before, After string // headings
	Rows          []row
}

type row struct {
	Path     string
	Replaces bool
	Was, Is  value
}

// value is a text with the part marked that differs from its counterpart.
type value struct {
	Head, Differs, Tail string
	Empty               bool
}

func values(v htmlView, properties []Property) table {
	t := table{Before: "before", After: "after"}
	if v.Schema == DriftSchema {
		t.Before, t.After = "expected", "actual"
	}
	for _, p := range properties {
		was, is := contrast(p.Before, p.After)
		t.Rows = append(t.Rows, row{Path: p.Path, Replaces: p.Replaces, Was: was, Is: is})
	}
	return t
}

// contrast marks what differs between two texts. Where they have less than a third in common, the
// marks would say no more than the columns do.
func contrast(was, is string) (a, b value) {
	head := 0
	for head < len(was) && head < len(is) && was[head] == is[head] {
		head++
	}
	for head > 0 && !(startsRune(was, head) && startsRune(is, head)) {
		head--
	}
	tail := 0
	for tail < len(was)-head && tail < len(is)-head && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	for tail > 0 && !(startsRune(was, len(was)-tail) && startsRune(is, len(is)-tail)) {
		tail--
	}
	if 3*(head+tail) < max(len(was), len(is)) || was == is {
		return value{Head: was, Empty: was == ""}, value{Head: is, Empty: is == ""}
	}
	cut := func(s string) value {
		return value{Head: s[:head], Differs: s[head : len(s)-tail], Tail: s[len(s)-tail:], Empty: s == ""}
	}
	return cut(was), cut(is)
}

func startsRune(s string, i int) bool { return i == len(s) || utf8.RuneStart(s[i]) }

package engine

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
)

// diagnose sorts what the engine, the program and the providers say beside the operations.
func (r *recorder) diagnose(d *apitype.DiagnosticEvent) []line {
	text := strings.TrimSpace(colors.Never.Colorize(d.Message))
	switch {
	case d.Ephemeral: // the provider's word on a wait, whatever it calls it
		r.remark(d.URN, text)
	case d.Severity == "error":
		r.errors[d.URN] = append(r.errors[d.URN], text)
	case d.Severity == "warning":
		if strings.HasPrefix(text, "using pulumi-resource-") && strings.HasSuffix(filepath.Dir(text), r.bin) {
			return nil // the plugin comes from where we told the engine to look
		}
		w := Failure{URN: d.URN, Message: pending(text)}
		if d.URN != "" {
			w.Label, w.Layer = label(d.URN), layerOf(d.URN)
		}
		same := func(old Failure) bool {
			return old.Message == w.Message && urn.URN(old.URN).Type() == urn.URN(w.URN).Type()
		}
		if !slices.ContainsFunc(r.warned, same) { // fifty equal resources need no fifty warnings
			r.warned = append(r.warned, w)
			if strings.HasSuffix(text, ": Deprecated") {
				return nil // for who maintains the program, not for who runs it: kept in the summary only
			}
			return []line{{text: r.stamp() + "  " + warning(w), important: true}}
		}
	default: // info and info#err
		r.remark(d.URN, text)
	}
	return nil
}

// remark notes the latest word about a resource that is being worked on.
func (r *recorder) remark(u, text string) {
	for _, a := range r.active {
		if a.urn == u {
			a.message = lastLine(text)
		}
	}
}

var interrupted = regexp.MustCompile(`\* (urn:\S+), interrupted while (\w+)`)

// pending shortens the engine's page about operations that an earlier run has left open.
func pending(text string) string {
	found := interrupted.FindAllStringSubmatch(text, -1)
	if len(found) == 0 {
		return text
	}
	var parts []string
	for _, m := range found {
		parts = append(parts, m[2]+" "+label(m[1]))
	}
	return "an earlier run was cut off while " + strings.Join(parts, ", ") + "; nobody knows whether that took effect: " +
		"`streamforge up` first looks, or `streamforge refresh --clear-pending`"
}

// lastLine is the latest line of a text of several.
func lastLine(text string) string {
	return text[strings.LastIndex(text, "\n")+1:]
}

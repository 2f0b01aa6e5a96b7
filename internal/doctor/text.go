package doctor

import (
	"fmt"
	"io"
	"strings"
)

// WriteText writes one line a finding, below a heading for each group. Where a text has several
// lines, the others follow indented.
func WriteText(w io.Writer, all []Finding) error {
	width, group := 0, ""
	for _, f := range all {
		width = max(width, len(f.Check))
	}
	for _, f := range all {
		if f.Group != group {
			if _, err := fmt.Fprintln(w, f.Group); err != nil {
				return err
			}
			group = f.Group
		}
		if _, err := fmt.Fprintf(w, "  %-7s  %-*s  %s\n", f.Level, width, f.Check, f.lines(width)); err != nil {
			return err
		}
	}
	return nil
}

// lines is the text and the way out, on one line unless the text has several.
func (f Finding) lines(width int) string {
	text := strings.TrimSpace(f.Text)
	margin := "\n" + strings.Repeat(" ", width+13)
	if f.WayOut != "" {
		between := "; "
		if strings.Contains(text, "\n") {
			between = "\n"
		}
		text += between + f.WayOut
	}
	return strings.ReplaceAll(text, "\n", margin)
}

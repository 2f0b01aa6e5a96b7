package picture

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteMermaid writes the layers and their edges for pages that draw Mermaid, such as GitLab's.
func WriteMermaid(w io.Writer, m Model) error {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for _, l := range m.Layers {
		var names []string
		for _, c := range l.Components {
			if !c.Published() {
				names = append(names, c.Name)
			}
		}
		fmt.Fprintf(&b, "  %s[\"<b>%s</b><br>%s\"]\n", l.Name, l.Name, strings.Join(names, "<br>"))
	}
	for _, e := range m.Edges {
		fmt.Fprintf(&b, "  %s --> %s\n", e.From, e.To)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the model.
func WriteJSON(w io.Writer, m Model) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(m)
}

// WriteText lists the layers in the order in which they are deployed.
func WriteText(w io.Writer, m Model) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "STEP\tLAYER\tCOMPONENTS\tRESOURCES\tAFTER")
	for _, l := range m.Layers {
		fmt.Fprintf(tw, "%d\t%s\t%d\t%d\t%s\n", l.Step, l.Name, len(l.Components), l.Resources, strings.Join(l.After, ", "))
	}
	return tw.Flush()
}

package engine

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the closing table: layer, resources, changes, time.
func WriteTable(w io.Writer, s Summary) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		// A write error comes back from Flush.
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	row("LAYER", "RESOURCES", "CHANGES", "TIME")
	failed := 0
	for _, l := range s.Layers {
		row(l.Name, strconv.Itoa(l.Counts.Total()), changes(s.Operation, l.Counts, l.Failed), elapsed(l.Busy))
		failed += l.Failed
	}
	row("total", strconv.Itoa(s.Counts.Total()), changes(s.Operation, s.Counts, failed), elapsed(s.Duration))
	return tw.Flush()
}

func changes(o Operation, c Counts, failed int) string {
	text := describe(o, c)
	switch {
	case failed == 0:
		return text
	case text == "none":
		return fmt.Sprintf("%d failed", failed)
	default:
		return fmt.Sprintf("%s, %d failed", text, failed)
	}
}

// WriteChanges lists every resource that is not as it was, layer by layer, with the paths that
// differ. Components are left out: they change with what is inside them.
func WriteChanges(w io.Writer, s Summary) error {
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, l := range s.Layers {
		for _, c := range s.Changes {
			if c.Layer != l.Name || c.component {
				continue
			}
			diff := ""
			if len(c.Diff) > 0 && c.Op != "create" {
				diff = "(" + strings.Join(c.Diff, ", ") + ")"
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", planned(s.Operation, c.Op), c.Layer, c.Label, diff)
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// WritePublished writes what the stack's outputs tell a person: the addresses under which things
// are published, and the next step.
func WritePublished(w io.Writer, o Outputs) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if hosts, ok := o.Plain("published").(map[string]any); ok && len(hosts) > 0 {
		fmt.Fprintln(tw, "\nPUBLISHED\tADDRESS")
		for _, host := range slices.Sorted(maps.Keys(hosts)) {
			fmt.Fprintf(tw, "%s\t%v\n", host, hosts[host])
		}
	}
	if next, ok := o.Plain("nextStep").(string); ok && next != "" {
		fmt.Fprintf(tw, "\nnext: %s\n", next)
	}
	return tw.Flush()
}

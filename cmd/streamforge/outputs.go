package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

func newOutputsCmd(a *app) *cobra.Command {
	var asJSON, secrets bool
	cmd := &cobra.Command{
		Use:   "outputs [NAME]",
		Short: "List the outputs of a stack, or print one of them in full",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStack(cmd.Context(), func(s *engine.Stack) error {
				o, err := s.Outputs(cmd.Context())
				if err != nil {
					return err
				}
				values := o.Values(secrets)
				switch {
				case len(args) == 0 && asJSON:
					return a.printJSON(values)
				case len(args) == 0:
					return a.printValues(values)
				}
				value, ok := values[args[0]]
				if !ok {
					return fmt.Errorf("stack %s has no output %q; it has: %v", s.Name(), args[0], slices.Sorted(maps.Keys(values)))
				}
				if asJSON {
					return a.printJSON(value)
				}
				_, err = fmt.Fprintln(a.out, line(value))
				return err
			})
		},
	}
	a.forStack(cmd)
	cmd.ValidArgsFunction = completeArgs(1, func() []string { outputs, _ := a.nearby(); return outputs })
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "print secrets in clear")
	return cmd
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (a *app) printValues(values map[string]any) error {
	tw := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(tw, "%s\t%s\n", name, brief(line(values[name])))
	}
	return tw.Flush()
}

// brief shortens a value to one line of a list; the whole comes with its name or with --json.
func brief(text string) string {
	const width = 100
	first, _, more := strings.Cut(text, "\n")
	if runes := []rune(first); len(runes) > width {
		first, more = string(runes[:width]), true
	}
	if more {
		first += "…"
	}
	return first
}

// line writes a string as it is and anything else as JSON.
func line(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

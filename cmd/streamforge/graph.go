package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/picture"
)

// drawn are the files that the architecture is drawn into; empty names are left out, - is the
// standard output.
type drawn struct {
	svg, html, mermaid, json string
}

func newGraphCmd(a *app) *cobra.Command {
	var f drawn
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Draw the architecture: layers, components, and what waits for what",
		Long: "Draw the architecture of a stack as the program declares it: the program runs on mocks, without state, secrets, cluster and\n" +
			"Proxmox, as if every handover was done. Without a flag, lists the layers in the order in which they are deployed.",
		Example: "  streamforge graph -s homelab --svg architecture.svg --html architecture.html",
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := architecture(a.stack)
			if err := errors.Join(err, cmd.Context().Err()); err != nil { // the program on mocks cannot be interrupted
				return err
			}
			return f.write(a.out, m)
		},
	}
	a.forStack(cmd)
	cmd.Flags().StringVar(&f.svg, "svg", "", "write the picture as SVG")
	cmd.Flags().StringVar(&f.html, "html", "", "write the picture and a table of the components as one HTML page")
	cmd.Flags().StringVar(&f.mermaid, "mermaid", "", "write the layers as a flowchart of Mermaid")
	cmd.Flags().StringVar(&f.json, "json", "", "write layers, components and edges as JSON; - is the standard output, for this and the others")
	return cmd
}

// architecture runs the program on mocks with every handover done.
func architecture(stack string) (picture.Model, error) {
	values, encrypted, err := configuration(stack)
	if err != nil {
		return picture.Model{}, err
	}
	values[project+":handover"] = `{"cluster": true, "vault": true}`
	if _, err := fill(values, encrypted); err != nil {
		return picture.Model{}, err
	}
	graph, _, refused, err := mocked(stack, values)
	if err != nil {
		return picture.Model{}, err
	}
	if refused != nil {
		return picture.Model{}, &engine.Problem{Kind: engine.Refused, What: "graph", Why: refused.Error(), Err: refused}
	}
	return picture.Build(stack, graph.All)
}

func (f drawn) write(stdout io.Writer, m picture.Model) error {
	if f == (drawn{}) {
		return picture.WriteText(stdout, m)
	}
	for _, form := range []struct {
		file  string
		write func(io.Writer, picture.Model) error
	}{{f.svg, picture.WriteSVG}, {f.html, picture.WriteHTML}, {f.mermaid, picture.WriteMermaid}, {f.json, picture.WriteJSON}} {
		if form.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := form.write(&b, m); err != nil {
			return fmt.Errorf("graph %s: %w", form.file, err)
		}
		if form.file == "-" {
			if _, err := b.WriteTo(stdout); err != nil {
				return fmt.Errorf("graph: %w", err)
			}
			continue
		}
		if err := os.WriteFile(form.file, b.Bytes(), 0o644); err != nil { //nolint:gosec // there is nothing secret in it
			return fmt.Errorf("graph: %w", err)
		}
	}
	return nil
}

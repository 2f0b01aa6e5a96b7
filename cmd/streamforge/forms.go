package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/atomicfile"
	"github.com/streamforge/infrastructure/internal/report"
)

// forms are the files that a report is written to; empty names are left out.
type forms struct {
	file                  string // JSON, always written
	markdown, html, junit string
	codeQuality           string // for GitLab
	link                  string // where the full report can be read, for the note
}

// formsFlags are the flags for the files of a report.
func (f *forms) formsFlags(cmd *cobra.Command, file string) {
	cmd.Flags().StringVar(&f.file, "report", file, "where the report is written")
	cmd.Flags().StringVar(&f.markdown, "markdown", "", "also write the report as a note for a merge request, at most 60,000 bytes; - is the standard output")
	cmd.Flags().StringVar(&f.html, "html", "", "also write the report as one HTML page")
	cmd.Flags().StringVar(&f.junit, "junit", "", "also write the report as JUnit XML")
	cmd.Flags().StringVar(&f.codeQuality, "code-quality", "", "also write what waits for somebody as a Code Quality report of GitLab")
	cmd.Flags().StringVar(&f.link, "link", "", "address of the full report, for the note")
}

// write writes the report in every form that was asked for.
func (f *forms) write(stdout io.Writer, r report.Report) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicfile.Write(f.file, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("report %s: %w", f.file, err)
	}
	for _, form := range []struct {
		file  string
		write func(io.Writer, report.Report) error
	}{
		{f.markdown, func(w io.Writer, r report.Report) error { return report.WriteMarkdown(w, r, f.link) }},
		{f.html, report.WriteHTML},
		{f.junit, report.WriteJUnit},
		{f.codeQuality, report.WriteCodeQuality},
	} {
		if form.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := form.write(&b, r); err != nil {
			return fmt.Errorf("report %s: %w", form.file, err)
		}
		if form.file == "-" { // not /dev/stdout, which in a container is another user's
			if _, err := b.WriteTo(stdout); err != nil {
				return fmt.Errorf("report: %w", err)
			}
			continue
		}
		if err := atomicfile.Write(form.file, b.Bytes(), 0o600); err != nil {
			return fmt.Errorf("report %s: %w", form.file, err)
		}
	}
	return nil
}

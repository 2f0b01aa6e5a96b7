package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Stamp    string      `xml:"timestamp,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a test case for each item: it fails when somebody must act on it, and is
// skipped when it was approved, waived, known or ignored.
func WriteJUnit(w io.Writer, r Report) error {
	s := junitSuite{
		Name: title(r), Tests: max(len(r.Items), 1),
		Time: fmt.Sprintf("%.3f", r.Duration.Seconds()), Stamp: r.Time.UTC().Format("2006-01-02T15:04:05"),
	}
	for _, i := range r.Items {
		c := junitCase{Class: i.Layer, Name: fmt.Sprintf("%s %s %s", i.Op, i.Kind, i.Name)}
		message := junitMessage{Message: strings.Join(i.Reasons, "; "), Type: string(i.Danger), Text: i.ID + "\n" + i.Hint}
		switch i.State {
		case "denied", "needs-approval", "new":
			c.Failure = &message
			s.Failures++
		case "approved", "waived", "known", "ignored":
			c.Skipped = &message
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	if len(r.Items) == 0 {
		s.Cases = []junitCase{{Class: r.Stack, Name: r.Headline}}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }

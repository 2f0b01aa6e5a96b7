package report_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/report"
)

func sample(items int) report.Report {
	coverage := 98.5
	when := time.Date(2025, 8, 7, 12, 0, 0, 0, time.UTC)
	r := report.Report{
		Schema: report.GateSchema, Stack: "homelab", Time: when, Duration: 3 * time.Second, Verdict: "denied",
		ExitCode: 30, Headline: "1 of 2 changes are denied", Fingerprint: strings.Repeat("ab", 32),
		Counts: map[string]int{"same": 5, "delete": 1}, Coverage: &coverage, Unchecked: []string{"cluster: not reachable"},
		Warnings: []string{"approval of delete x expired on 2025-08-01"},
	}
	for i := range items {
		r.Items = append(r.Items, report.Item{
			ID: fmt.Sprintf("urn:%d", i), Layer: "data.Data", Kind: "KafkaTopic", Name: fmt.Sprintf("market.trades-%d", i), Op: "delete",
			Danger: report.DataLoss, State: "denied", Reasons: []string{"every record in it is deleted"}, Hint: "approve it",
			Properties: []report.Property{{Path: "spec.partitions", Before: "12", After: "3", Replaces: true}},
			Manager:    "kubectl-edit", When: &when,
			Nested: []report.Item{{ID: "n", Kind: "Deployment", Name: "x", Op: "update", Danger: report.Capacity}},
		})
	}
	return r
}

func TestMarkdownFitsANote(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&b, sample(2000), "https://gitlab.dmz.home/report"))
	assert.LessOrEqual(t, b.Len(), report.MaxMarkdown)
	assert.True(t, strings.HasPrefix(b.String(), report.Marker(report.GateSchema, "homelab")+"\n"), "the next note finds it")
	assert.Regexp(t, `_\d+ more in the full report, of them the most dangerous: data-loss\._`, b.String())
	assert.Contains(t, b.String(), "[full report](https://gitlab.dmz.home/report)")
	assert.Contains(t, b.String(), "cluster: not reachable", "what was cut never is what could not be checked")
	assert.Equal(t, strings.Count(b.String(), "<details>"), strings.Count(b.String(), "</details>"))
}

// An item that is larger than a note is shortened, and those after it are shown.
func TestMarkdownShortensWhatDoesNotFit(t *testing.T) {
	r := sample(3)
	for range 5000 {
		r.Items[0].Reasons = append(r.Items[0].Reasons, strings.Repeat("x", 500))
		r.Items[0].Properties = append(r.Items[0].Properties, r.Items[0].Properties[0])
		r.Items[0].Nested = append(r.Items[0].Nested, r.Items[0].Nested[0])
	}
	var b bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&b, r, ""))
	assert.LessOrEqual(t, b.Len(), report.MaxMarkdown)
	assert.Contains(t, b.String(), fmt.Sprintf("- %d more reasons, properties and objects\n", 3*5001-30))
	for i := range r.Items {
		assert.Contains(t, b.String(), fmt.Sprintf("market.trades-%d", i))
	}
	assert.NotContains(t, b.String(), "in the full report")
	assert.Len(t, r.Items[0].Properties, 5001, "the report itself stays whole")
}

// Nothing harmless takes the room of something that loses data, and what is left out is called by its danger.
func TestMarkdownLeavesOutTheLeastDangerous(t *testing.T) {
	r := sample(400)
	big := r.Items[0].Properties[0]
	big.Path = strings.Repeat("x", 2000)
	for i := range r.Items {
		r.Items[i].Danger = report.Dangers()[5-i/100] // a hundred of each, from data-loss down
		if i%10 == 0 {
			r.Items[i].Properties = slices.Repeat([]report.Property{big}, 40) // none of them fits whole
		}
	}
	var b bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&b, r, ""))
	assert.LessOrEqual(t, b.Len(), report.MaxMarkdown)
	shown := strings.Count(b.String(), "<details>")
	assert.Greater(t, shown, 20, "an item takes its share and no more")
	assert.Contains(t, b.String(), fmt.Sprintf("market.trades-%d<", shown-1), "those that are shown are the first ones")
	assert.Contains(t, b.String(), fmt.Sprintf("_%d more in the full report, of them the most dangerous: %s._", 400-shown, r.Items[shown].Danger))
}

// Names and values come from the world: none may become markup.
func TestNothingBecomesMarkup(t *testing.T) {
	const evil = "</code></details><script>alert(1)</script> | @all [x](http://e) `y` *z*"
	r := sample(1)
	r.Items[0].Name, r.Items[0].Reasons = evil, []string{evil}
	r.Items[0].Properties[0].Before, r.Items[0].Hint, r.Headline, r.Warnings = evil, evil, evil, []string{evil}
	var md, page bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&md, r, ""))
	require.NoError(t, report.WriteHTML(&page, r))
	for _, out := range []string{md.String(), page.String()} {
		assert.NotContains(t, out, "<script>alert")
		assert.NotContains(t, out, "</code></details><")
	}
	assert.NotContains(t, md.String(), "@all")
	assert.NotContains(t, md.String(), "](http://e)")
}

func TestPageNeedsNothingElse(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.WriteHTML(&b, sample(3)))
	assert.NotRegexp(t, regexp.MustCompile(`(?i)(src|href|action)="([a-z]+:)?//|@import|url\(|fetch\(|<iframe|<img`), b.String())
	plain := strings.ReplaceAll(b.String(), "<wbr>", "")
	for _, want := range []string{"market.trades-2", "spec.partitions", "98.5 %", "by kubectl-edit at 2025-08-07 12:00 UTC", `lang="en"`, "replaces"} {
		assert.True(t, strings.Contains(plain, want), want)
	}
}

func TestPageWithoutItems(t *testing.T) {
	r := sample(0)
	r.Verdict, r.Headline, r.Coverage = "no-changes", "nothing would change", nil
	var b bytes.Buffer
	require.NoError(t, report.WriteHTML(&b, r))
	assert.False(t, strings.Contains(b.String(), `class="tree"`) || strings.Contains(b.String(), `id="filter"`), "there is nothing to find")
}

func TestJUnit(t *testing.T) {
	r := sample(4)
	r.Items[1].State, r.Items[2].State, r.Items[3].State = "allowed", "approved", "needs-approval"
	var b bytes.Buffer
	require.NoError(t, report.WriteJUnit(&b, r))
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
		} `xml:"testcase"`
	}
	require.NoError(t, xml.Unmarshal(b.Bytes(), &suite))
	assert.Equal(t, []int{4, 2, 1, 4}, []int{suite.Tests, suite.Failures, suite.Skipped, len(suite.Cases)})
	assert.NotNil(t, suite.Cases[0].Failure)
	assert.Nil(t, suite.Cases[1].Failure)
	assert.Equal(t, "delete KafkaTopic market.trades-0", suite.Cases[0].Name)

	b.Reset()
	require.NoError(t, report.WriteJUnit(&b, sample(0)))
	assert.Contains(t, b.String(), `tests="1"`, "a suite without cases counts as a broken one")
}

func TestLevels(t *testing.T) {
	for i, d := range report.Dangers() {
		assert.Equal(t, i, d.Level())
	}
	assert.Equal(t, report.DataLoss.Level(), report.Danger("news").Level(), "what is not known is not harmless")
}

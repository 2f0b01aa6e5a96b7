package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxMarkdown is how many bytes a note may have: GitLab and GitHub refuse more than 64 KiB.
const MaxMarkdown = 60_000

// Marker is the first line of a note, by which the next one finds and replaces it.
func Marker(schema, stack string) string { return fmt.Sprintf("<!-- %s %s -->", schema, stack) }

const (
	maxValue = 120 // bytes of a value that a note shows
	maxLine  = 400 // of a line of text
	maxLines = 10  // reasons, properties and objects, each, of an item that is too long
	maxShare = 8   // an item is too long that takes more than this part of the room
)

// WriteMarkdown writes the report as a note, the most dangerous items first. What is too long is
// shortened. From the first that does not fit on, items are counted: nothing harmless takes the place
// of something dangerous. Link, when not empty, is where all of it stands.
func WriteMarkdown(w io.Writer, r Report, link string) error {
	var head strings.Builder
	fmt.Fprintf(&head, "%s\n### %s: %s\n\n%s.", Marker(r.Schema, r.Stack), title(r), r.Verdict, escape(r.Headline))
	if counts := countsOf(r); counts != "" {
		fmt.Fprintf(&head, " %s.", counts)
	}
	if r.Coverage != nil {
		fmt.Fprintf(&head, " %.1f %% of the live objects are managed.", *r.Coverage)
	}
	head.WriteString("\n\n")
	foot := footOf(r, link)
	room := MaxMarkdown - head.Len() - len(foot) - 200
	body := ""
	for n, item := range r.Items {
		text := itemMarkdown(item)
		for lines := maxLines; len(text) > room/maxShare && lines > 0; lines /= 3 {
			text = itemMarkdown(shortened(item, lines))
		}
		if len(body)+len(text) > room {
			left := r.Items[n:]
			body += fmt.Sprintf("\n_%d more in the full report, of them the most dangerous: %s._\n", len(left), gravest(left))
			break
		}
		body += text
	}
	_, err := io.WriteString(w, head.String()+body+foot)
	return err
}

func title(r Report) string {
	if r.Schema == DriftSchema {
		return "Drift of `" + r.Stack + "`"
	}
	return "Preview of `" + r.Stack + "`"
}

var marks = map[Danger]string{
	None: "⚪", Cosmetic: "⚪", Capacity: "🔵", Access: "🟡", Outage: "🟠", DataLoss: "🔴",
}

func gravest(items []Item) Danger {
	return slices.MaxFunc(items, func(a, b Item) int { return cmp.Compare(a.Danger.Level(), b.Danger.Level()) }).Danger
}

// shortened is an item with the beginning of what it holds, as many lines of each.
func shortened(i Item, lines int) Item {
	more := 0
	for _, n := range []int{len(i.Reasons), len(i.Properties), len(i.Nested)} {
		more += max(n-lines, 0)
	}
	i.Reasons, i.Properties, i.Nested = first(i.Reasons, lines), first(i.Properties, lines), first(i.Nested, lines)
	i.Name, i.Hint = short(i.Name, maxLine), short(i.Hint, maxLine)
	for k := range i.Reasons {
		i.Reasons[k] = short(i.Reasons[k], maxLine)
	}
	for k := range i.Properties {
		i.Properties[k].Path = short(i.Properties[k].Path, maxLine)
	}
	for k := range i.Nested {
		i.Nested[k].Properties = first(i.Nested[k].Properties, lines)
		for p := range i.Nested[k].Properties {
			i.Nested[k].Properties[p].Path = short(i.Nested[k].Properties[p].Path, maxLine)
		}
	}
	if more > 0 {
		i.Reasons = append(i.Reasons, fmt.Sprintf("%d more reasons, properties and objects", more))
	}
	return i
}

// first copies the beginning of a list.
func first[T any](list []T, lines int) []T { return slices.Clone(list[:min(len(list), lines)]) }

func itemMarkdown(i Item) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary>%s <b>%s</b> %s <code>%s</code> · %s · %s</summary>\n\n",
		marks[i.Danger], escape(i.Op), escape(i.Kind), escape(i.Name), i.Danger, i.State)
	for _, reason := range i.Reasons {
		fmt.Fprintf(&b, "- %s\n", escape(reason))
	}
	if i.Manager != "" {
		fmt.Fprintf(&b, "- made by %s%s\n", escape(i.Manager), at(i))
	}
	if i.Owner != "" {
		fmt.Fprintf(&b, "- %s by %s until %s\n", i.State, escape(i.Owner), escape(i.Until))
	}
	if i.Hint != "" {
		fmt.Fprintf(&b, "- way out: %s\n", escape(i.Hint))
	}
	if len(i.Properties) > 0 {
		b.WriteString("\n| property | before | after |\n|---|---|---|\n")
		for _, p := range i.Properties {
			path := "`" + strings.ReplaceAll(p.Path, "`", "'") + "`"
			if p.Replaces {
				path += " (replaces)"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.ReplaceAll(path, "|", `\|`), cell(p.Before), cell(p.After))
		}
	}
	for _, n := range i.Nested {
		fmt.Fprintf(&b, "\n- %s %s %s `%s`: %s\n", marks[n.Danger], escape(n.Op), escape(n.Kind), escape(n.Name), pathsOf(n))
	}
	fmt.Fprintf(&b, "\n<sub>%s</sub>\n</details>\n", escape(i.ID))
	return b.String()
}

func at(i Item) string {
	if i.When == nil {
		return ""
	}
	return " at " + i.When.UTC().Format("2006-01-02 15:04 MST")
}

func pathsOf(i Item) string {
	var paths []string
	for _, p := range i.Properties {
		paths = append(paths, escape(p.Path))
	}
	return strings.Join(paths, ", ")
}

func footOf(r Report, link string) string {
	var b strings.Builder
	list := func(name string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n**%s**\n", name)
		for _, l := range lines[:min(len(lines), 20)] {
			fmt.Fprintf(&b, "- %s\n", escape(short(l, maxLine)))
		}
		if more := len(lines) - 20; more > 0 {
			fmt.Fprintf(&b, "- and %d more\n", more)
		}
	}
	list("Not checked", r.Unchecked)
	list("Warnings", r.Warnings)
	if link != "" {
		fmt.Fprintf(&b, "\n[full report](%s)\n", link)
	}
	if r.Fingerprint != "" {
		fmt.Fprintf(&b, "\n<sub>fingerprint %s</sub>\n", r.Fingerprint[:min(16, len(r.Fingerprint))])
	}
	return b.String()
}

// escape keeps text from becoming markup: names and values come from anywhere.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "\n", " ", "\r", "",
		"*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;", "@", "&#64;").Replace(s)
}

func cell(s string) string {
	if s == "" {
		return "–"
	}
	return "<code>" + escape(short(s, maxValue)) + "</code>"
}

// short cuts a text at a character, not within one.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func countsOf(r Report) string {
	var parts []string
	for _, op := range sortedKeys(r.Counts) {
		parts = append(parts, fmt.Sprintf("%d %s", r.Counts[op], escape(op)))
	}
	return strings.Join(parts, ", ")
}

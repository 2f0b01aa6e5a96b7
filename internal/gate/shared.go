package gate

import "github.com/streamforge/infrastructure/internal/report"

// Assess gives the danger of a change and the reasons. The drift audit judges by the same rules.
func Assess(c Change) (report.Danger, []string) { return assess(c) }

// Walk calls leaf for every value that differs, lists of objects with names paired by name.
func Walk(was, is any, leaf func(path string, was, is any)) { walk("", was, is, leaf) }

// Join adds a key to a path as Walk writes it.
func Join(path, key string) string { return join(path, key) }

// Text writes a value for people.
func Text(v any) string { return text(v) }

// Sort puts the most dangerous first, then by layer and ID.
func Sort(items []report.Item) { sortItems(items) }

// Component tells whether no provider works on the resource.
func (c Change) Component() bool { return c.component() }

// At gives the text of the value at an engine's path, masked when it is a secret.
func At(m map[string]any, path string) string {
	value, _ := at(m, path)
	return value
}

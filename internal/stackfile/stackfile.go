// Package stackfile reads a stack's Pulumi.<stack>.yaml outside of a Pulumi run and derives
// another one from it: the same file with some values replaced and with the secrets of an earlier
// copy kept. Comments and order stay.
package stackfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/atomicfile"
)

// File is a stack file.
type File struct {
	path string // where it was read, for errors
	doc  yaml.Node
}

// Read parses a stack file.
func Read(path string) (*File, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("stack file: %w", err)
	}
	f := &File{path: path}
	if err := yaml.Unmarshal(raw, &f.doc); err != nil {
		return nil, fmt.Errorf("stack file %s: %w", path, err)
	}
	if f.doc.Kind == 0 { // an empty file
		f.doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	if f.root().Kind != yaml.MappingNode {
		return nil, fmt.Errorf("stack file %s: must be a mapping", path)
	}
	return f, nil
}

// ReadIfThere is Read, with nil for a file that does not exist.
func ReadIfThere(path string) (*File, error) {
	f, err := Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return f, err
}

// Section decodes one key of the configuration, such as streamforge:compute, by the JSON tags of
// into. Whether the values make sense is for the program to say.
func (f *File) Section(key string, into any) error {
	node := child(child(f.root(), "config"), key)
	if node == nil {
		return fmt.Errorf("stack file %s: %s: section is missing", f.path, key)
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return fmt.Errorf("stack file %s: %s: %w", f.path, key, err)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("stack file %s: %s: %w", f.path, key, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("stack file %s: %s: %w", f.path, key, err)
	}
	return nil
}

// Set replaces a value of the configuration, for example Set("oci://x", "streamforge:charts", "mirror").
// Mappings on the way are made where they are missing.
func (f *File) Set(value any, key string, path ...string) error {
	at := ensure(f.root(), "config")
	for _, name := range append([]string{key}, path...) {
		if at.Kind != yaml.MappingNode && at.Kind != 0 {
			return fmt.Errorf("stack file %s: %s: %s is inside a value that is no mapping", f.path,
				strings.Join(append([]string{key}, path...), "."), name)
		}
		at = ensure(at, name)
	}
	comment := at.LineComment
	if err := at.Encode(value); err != nil {
		return fmt.Errorf("stack file %s: %s: %w", f.path, key, err)
	}
	at.LineComment = comment
	return nil
}

// KeepSecrets takes over what earlier holds and f must not lose: the salt of the passphrase and
// every encrypted value that f does not have itself.
func (f *File) KeepSecrets(earlier *File) {
	if earlier == nil {
		return
	}
	for i := 0; i+1 < len(earlier.root().Content); i += 2 {
		key, value := earlier.root().Content[i], earlier.root().Content[i+1]
		switch key.Value {
		case "encryptionsalt", "encryptedkey", "secretsprovider":
			if child(f.root(), key.Value) == nil {
				f.root().Content = append(f.root().Content, key, value)
			}
		case "config":
			keepSecure(ensure(f.root(), "config"), value)
		}
	}
}

func keepSecure(into, from *yaml.Node) {
	for i := 0; i+1 < len(from.Content); i += 2 {
		key, value := from.Content[i], from.Content[i+1]
		if child(value, "secure") != nil && child(into, key.Value) == nil {
			into.Content = append(into.Content, key, value)
		}
	}
}

// Write stores the file, readable by this user only, unless it is there already word for word.
// A reader never sees half of it.
func (f *File) Write(path string) error {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&f.doc); err != nil {
		return fmt.Errorf("stack file %s: %w", path, err)
	}
	return WriteFile(path, b.Bytes())
}

// WriteFile replaces a file at one stroke, unless its content is that already.
func WriteFile(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := atomicfile.Write(path, content, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func (f *File) root() *yaml.Node { return f.doc.Content[0] }

// child is the value of a key, nil where there is none.
func child(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// ensure is child, and makes an empty mapping where the key is missing.
func ensure(m *yaml.Node, key string) *yaml.Node {
	if c := child(m, key); c != nil {
		return c
	}
	c := &yaml.Node{Kind: yaml.MappingNode}
	m.Kind = yaml.MappingNode
	m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, c)
	return c
}

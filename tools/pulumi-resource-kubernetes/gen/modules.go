package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// changed describes a module that is compiled from an edited copy.
type changed struct {
	module string
	dir    string          // its unedited folder in the module cache
	tree   string          // the folder of it that is copied
	edits  map[string]edit // by the file that is edited
}

// edit fails when it does not find what it expects.
type edit func([]byte) ([]byte, error)

// writeModules copies both modules with some files edited, and writes a
// build.mod that points to the copies (go build -modfile; a go.mod would make the
// folder a module of its own, which main.go could not embed from). Each edit states what it expects to find, so
// that a new version of a module stops the build instead of slipping through.
func writeModules(provider, sdk string) error {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	for _, c := range []changed{
		{providerModule, provider, "pkg", map[string]edit{
			"pkg/gen/schema.go": pointerProvider, "pkg/provider/provider.go": both(keepSchemas, noFile)}},
		{sdkModule, sdk, "go", map[string]edit{"go/kubernetes/yaml/v2/kinds.go": untypedKinds}},
	} {
		to := outDir + "/" + strings.ReplaceAll(strings.TrimPrefix(c.module, "github.com/pulumi/"), "/", "-")
		if err := c.write(to); err != nil {
			return fmt.Errorf("%s: %w", c.module, err)
		}
		mod = fmt.Appendf(mod, "\nreplace %s => ./%s\n", c.module, to)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(outDir, "build.mod"), mod, 0o644),
		os.WriteFile(filepath.Join(outDir, "build.sum"), sum, 0o644),
	)
}

// write puts the edited copy below to.
func (c changed) write(to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(to, c.tree), os.DirFS(filepath.Join(c.dir, c.tree))); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(c.dir, "go.mod"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, "go.mod"), mod, 0o644); err != nil {
		return err
	}
	for name, edit := range c.edits {
		file := filepath.Join(to, name)
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if src, err = edit(src); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(file, src, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pointerProvider fits the provider to pulumi/pkg v3.256.0, where the field
// PackageSpec.Provider is a pointer. With the pulumi/pkg that the provider itself
// asks for, pulumi/sdk would be an older one than everywhere else, and every
// package above it would be compiled once more.
func pointerProvider(src []byte) ([]byte, error) {
	return replace(src, "\t\tProvider: pschema.ResourceSpec{", "\t\tProvider: &pschema.ResourceSpec{")
}

// keepSchemas lets the provider read the API server's schemas once, not anew after each definition of a
// custom resource that it creates: half a second each time, in which the engine, which asks for one
// check after the other, goes on with nothing. Both uses of the schemas can do without those of custom
// resources: the check passes what they do not know, as it does before a definition is there, and
// a client-side update merges a custom resource without a schema in any case.
func keepSchemas(src []byte) ([]byte, error) {
	return replace(src, "\t\tk.clientSet.RESTMapper.Reset()\n\t\tk.invalidateResources()\n", "\t\tk.clientSet.RESTMapper.Reset()\n")
}

// noFile keeps the kubeconfig, which opens the whole cluster, out of the folder for temporary files: the provider writes
// it there each time it is configured and leaves it. Only its resource helm.sh/v4:Chart reads the file, which the
// program does not declare, and which finds no cluster now; releases use the connection that is made from the
// kubeconfig itself.
func noFile(src []byte) ([]byte, error) {
	return replace(src, `
			// initialize Helm settings to use the kubeconfig; use a generated file as necessary.
			configFile, err := writeKubeconfigToFile(apiConfig)
			if err != nil {
				return nil, fmt.Errorf("failed to write kubeconfig file: %w", err)
			}
			helmSettings.KubeConfig = configFile
`, `
			helmSettings.KubeConfig = os.DevNull
`)
}

// both does one edit after the other.
func both(first, second edit) edit {
	return func(src []byte) ([]byte, error) {
		src, err := first(src)
		if err != nil {
			return nil, err
		}
		return second(src)
	}
}

// replace wants exactly one place to replace.
func replace(src []byte, was, is string) ([]byte, error) {
	if n := bytes.Count(src, []byte(was)); n != 1 {
		return nil, fmt.Errorf("%q occurs %d times, want 1: is the change still needed?", strings.TrimSpace(was), n)
	}
	return bytes.Replace(src, []byte(was), []byte(is), 1), nil
}

// untypedKinds lets RegisterResource use one Go type for the result of every kind,
// the one it uses for custom resources. The tokens and inputs that are registered
// stay as they are, and the plugin no longer contains every API group of the SDK,
// which costs ten CPU minutes to compile.
func untypedKinds(src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "kinds.go", src, 0)
	if err != nil {
		return nil, err
	}
	if n := useOneType(f, "apiextensions", "CustomResource"); n < 2 {
		return nil, fmt.Errorf("RegisterResource declares %d variables named res, want one for each kind", n)
	}
	dropUnusedImports(f)
	var out bytes.Buffer
	if err := format.Node(&out, fset, f); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// useOneType changes every `var res T` of RegisterResource to `var res pkg.name`
// and returns how many there are.
func useOneType(f *ast.File, pkg, name string) (n int) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "RegisterResource" {
			continue
		}
		ast.Inspect(fn.Body, func(node ast.Node) bool {
			if v, ok := node.(*ast.ValueSpec); ok && v.Names[0].Name == "res" {
				v.Type = &ast.SelectorExpr{X: ast.NewIdent(pkg), Sel: ast.NewIdent(name)}
				n++
			}
			return true
		})
	}
	return n
}

// dropUnusedImports removes the imports that the changed file no longer names.
func dropUnusedImports(f *ast.File) {
	used := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	})
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		kept := gen.Specs[:0]
		for _, s := range gen.Specs {
			if imp := s.(*ast.ImportSpec); used[importName(imp)] {
				kept = append(kept, s)
			}
		}
		gen.Specs = kept
	}
}

// importName is the name under which a file uses an import.
func importName(s *ast.ImportSpec) string {
	if s.Name != nil {
		return s.Name.Name
	}
	path, err := strconv.Unquote(s.Path.Value)
	if err != nil {
		return ""
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

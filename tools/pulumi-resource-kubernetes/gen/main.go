// Command gen writes what the plugin needs beyond its Go modules into ./generated:
//
//	schema.json             the provider's schema, minified, with the version set
//	terraform-mapping.json  the provider's names for Terraform users, minified
//	build.mod, build.sum    the module's own, with two modules replaced by edited copies
//
// The toolchain runs it in the module's folder before it builds the plugin.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	providerModule = "github.com/pulumi/pulumi-kubernetes/provider/v4"
	sdkModule      = "github.com/pulumi/pulumi-kubernetes/sdk/v4"
	outDir         = "generated"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return errors.New("want one argument: the version that the schema states")
	}
	provider, err := moduleDir(providerModule)
	if err != nil {
		return err
	}
	sdk, err := moduleDir(sdkModule)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		writeData(filepath.Join(provider, "cmd", "pulumi-resource-kubernetes"), os.Args[1]),
		writeModules(provider, sdk),
	)
}

// moduleDir returns the folder of a module of the build list, downloading it if need be.
func moduleDir(module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if json.Unmarshal(out, &m) == nil && m.Error != "" {
		return "", fmt.Errorf("module %s: %s", module, m.Error)
	}
	if err != nil {
		return "", fmt.Errorf("module %s: %w", module, err)
	}
	return m.Dir, nil
}

// writeData derives the two embedded files from those of the provider's own main package.
func writeData(from, version string) error {
	schema, err := os.ReadFile(filepath.Join(from, "schema.json"))
	if err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(schema, &fields); err != nil {
		return fmt.Errorf("schema.json: %w", err)
	}
	if fields["version"], err = json.Marshal(version); err != nil {
		return err
	}
	if schema, err = json.Marshal(fields); err != nil {
		return fmt.Errorf("schema.json: %w", err)
	}
	mapping, err := os.ReadFile(filepath.Join(from, "terraform-mapping.json"))
	if err != nil {
		return err
	}
	var small bytes.Buffer
	if err := json.Compact(&small, mapping); err != nil {
		return fmt.Errorf("terraform-mapping.json: %w", err)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(outDir, "schema.json"), schema, 0o644),
		os.WriteFile(filepath.Join(outDir, "terraform-mapping.json"), small.Bytes(), 0o644),
	)
}

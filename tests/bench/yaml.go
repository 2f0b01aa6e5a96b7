package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/streamforge/infrastructure/tests/bench/replay"
)

const yamlProject = "streamforge-yaml"

// asYAML compares with the other way to write such a program without compiling anything.
var asYAML = figure{
	name: "yaml", what: "wall time of `streamforge preview` on the whole platform, unchanged, in the sandbox",
	against: "`pulumi preview` of a Pulumi YAML program of the same graph", target: 1,
	measure: func(ctx context.Context, b *bench) (samples, error) {
		s, err := b.site(ctx)
		if err != nil {
			return samples{}, err
		}
		y := &yamlSite{site: s, dir: filepath.Join(b.dir, "yaml"), host: filepath.Join(b.dir, "yaml-host")}
		if err := y.make(ctx, b); err != nil {
			return samples{}, err
		}
		result, err := pairs(3,
			func() (float64, error) {
				return s.streamforge(ctx, "preview", "-q", "-s", "sandbox", "--expect-no-changes")
			},
			func() (float64, error) {
				start := time.Now()
				_, err := y.pulumi(ctx, nil, "preview", "--expect-no-changes", "--non-interactive", "--parallel", "32", "-s", "yaml")
				return time.Since(start).Seconds(), err
			})
		result.Notes = []string{
			"The YAML program has the recorded inputs as literals, the same edges and a state of its own, and finds no change either.",
			"Its language host, github.com/pulumi/pulumi-yaml, is built from its Go module; its checking of types is switched off, as the recorded inputs of providers are not typed.",
			fmt.Sprintf("It has %d of %d resources: components and custom resources cannot be written in it (pulumi/pulumi-kubernetes#1971).", y.resources, y.recorded),
		}
		return result, err
	},
}

type yamlSite struct {
	*site
	dir, host string // the project's folder, and that of the language host
	resources int    // in it
	recorded  int    // in the platform's state
}

func (y *yamlSite) make(ctx context.Context, b *bench) error {
	for _, dir := range []string{y.dir, y.host} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", y.host, "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml")
	compile.Dir, compile.Stderr = filepath.Join(b.root, "tools", "pulumi-language-yaml"), os.Stderr
	if err := compile.Run(); err != nil {
		return fmt.Errorf("build pulumi-language-yaml: %w", err)
	}
	known, err := y.kubernetesTypes(ctx)
	if err != nil {
		return err
	}
	state := y.deployment.state
	program, moved, err := replay.YAML(state, yamlProject, "yaml", known)
	if err != nil {
		return err
	}
	y.resources, y.recorded = len(moved.Resources), len(state.Resources)
	if err := os.WriteFile(filepath.Join(y.dir, "Pulumi.yaml"), program, 0o600); err != nil { // it holds secrets
		return err
	}
	if _, err := y.pulumi(ctx, nil, "stack", "init", "yaml"); err != nil {
		return err
	}
	raw, err := json.Marshal(moved)
	if err != nil {
		return err
	}
	deployment, err := json.Marshal(apitype.UntypedDeployment{Version: 3, Deployment: raw})
	if err != nil {
		return err
	}
	_, err = y.pulumi(ctx, deployment, "stack", "import", "-s", "yaml")
	return err
}

// kubernetesTypes are those that the Kubernetes provider's schema has; of CRDs it has none.
func (y *yamlSite) kubernetesTypes(ctx context.Context) (map[string]bool, error) {
	raw, err := y.pulumi(ctx, nil, "package", "get-schema", filepath.Join(y.root, "bin", "pulumi-resource-kubernetes"))
	if err != nil {
		return nil, err
	}
	var schema struct{ Resources map[string]json.RawMessage }
	if err := json.Unmarshal(raw, &schema); err != nil {
		return nil, fmt.Errorf("schema of the Kubernetes provider: %w", err)
	}
	known := map[string]bool{}
	for typ := range schema.Resources {
		known[typ] = true
	}
	return known, nil
}

// pulumi runs the CLI on the YAML project.
func (y *yamlSite) pulumi(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(y.root, "bin", "pulumi"), args...)
	cmd.Dir, cmd.Env, cmd.Stdin = y.dir, os.Environ(), bytes.NewReader(stdin)
	for k, v := range y.sb.Env() {
		if k == "PATH" {
			v = y.host + string(os.PathListSeparator) + v
		}
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Env = append(cmd.Env, "PULUMI_DEBUG_YAML_DISABLE_TYPE_CHECKING=true")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("pulumi %s: %w\n%s%s", args[0], err, out[max(0, len(out)-3000):], stderr.Bytes())
	}
	return out, err
}

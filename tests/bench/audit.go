package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/streamforge/infrastructure/internal/drift"
)

const (
	auditedObjects = 1000
	topicLine      = "      - {name: market.trades, partitions: 12}\n"
)

// audited compares the live audit with the tool that everybody has.
var audited = figure{
	name: "audit", what: fmt.Sprintf("wall time of `streamforge drift --no-refresh` over at least %d live objects", auditedObjects),
	against: "`kubectl diff` of the same objects", target: 1,
	measure: func(ctx context.Context, b *bench) (samples, error) {
		s, err := b.site(ctx)
		if err != nil {
			return samples{}, err
		}
		manifests := filepath.Join(b.dir, "manifests.json")
		n, err := s.manifests(ctx, manifests)
		if missing := auditedObjects - n; err == nil && missing > 0 {
			if err = s.moreTopics(ctx, missing); err == nil {
				n, err = s.manifests(ctx, manifests)
			}
		}
		if err != nil {
			return samples{}, err
		}
		result, err := pairs(3,
			func() (float64, error) { return s.streamforge(ctx, "drift", "-q", "-s", "sandbox", "--no-refresh") },
			func() (float64, error) {
				return s.command(ctx, "sh", "-c", filepath.Join(b.root, "bin", "kubectl")+" --kubeconfig "+s.sb.AdminKubeconfig()+" diff -f "+manifests+"; [ $? -le 1 ]")
			})
		if err != nil {
			return samples{}, err
		}
		whole, err := s.streamforge(ctx, "drift", "-q", "-s", "sandbox")
		result.Notes = []string{
			fmt.Sprintf("%d objects: those of the state and of the charts' releases, %d being what the whole platform has with as many more Kafka topics as were missing.", n, n),
			"The audit also looks for what nobody manages, at who wrote what, at the releases' records and at Proxmox; `kubectl diff` does none of that.",
			fmt.Sprintf("The audit with the preview of a refresh of all resources, its default, took %.1f s in the same run.", whole),
			"`kubectl` is the one of the API server's sources, as in `bin/`.",
		}
		return result, err
	},
}

// moreTopics has the program declare so many more.
func (s *site) moreTopics(ctx context.Context, n int) error {
	path := filepath.Join(s.root, "Pulumi.sandbox.yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, "      - {name: bench.t%d, partitions: 1}\n", i)
	}
	more := strings.Replace(string(raw), topicLine, topicLine+lines.String(), 1)
	if more == string(raw) {
		return fmt.Errorf("Pulumi.sandbox.yaml: no line %q to add topics after", topicLine)
	}
	if err := os.WriteFile(path, []byte(more), 0o644); err != nil {
		return err
	}
	_, err = s.streamforge(ctx, "up", "-q", "-s", "sandbox", "--yes")
	return err
}

// manifests writes the objects that the audit compares and counts them.
func (s *site) manifests(ctx context.Context, file string) (int, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.root, "bin", "pulumi"), "stack", "export", "--show-secrets", "-s", "sandbox")
	cmd.Dir, cmd.Env = s.sb.Project(), os.Environ()
	for k, v := range s.sb.Env() {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("pulumi stack export: %w\n%s", err, stderr.String())
	}
	var export struct{ Deployment apitype.DeploymentV3 }
	if err := json.Unmarshal(raw, &export); err != nil {
		return 0, err
	}
	objects, err := (&drift.Audit{Stack: "sandbox", State: drift.NewState(export.Deployment, "")}).Declared(ctx)
	if err != nil {
		return 0, err
	}
	list, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		return 0, err
	}
	return len(objects), os.WriteFile(file, list, 0o600)
}

package observability

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/kube"
)

// ruleFiles are in Prometheus' own rule file format, one file a system. tests/rules reads them with
// Prometheus' parser and runs their unit tests, which stand in rules/tests, on its engine.
//
//go:embed rules/*.yaml
var ruleFiles embed.FS

var prometheusRule = kube.Kind{APIVersion: "monitoring.coreos.com/v1", Kind: "PrometheusRule"}

// stackSystems have rules over metrics that kube-prometheus-stack itself scrapes.
var stackSystems = []string{"elasticsearch", "mail", "nodes"}

// rules registers the rules of every system that is scraped: a rule over metrics that nobody
// collects would be silent for ever and look like peace. A system without a file has no rules of
// its own; that it cannot be scraped is told by kube-prometheus-stack's TargetDown.
func rules(ctx *pulumi.Context, systems []string, ns pulumi.StringInput, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	all := append(slices.Clone(systems), stackSystems...)
	slices.Sort(all)
	var ready []pulumi.Resource
	for _, system := range slices.Compact(all) {
		spec, err := ruleSpec(system)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		r, err := kube.Apply(ctx, "rules-"+system, kube.Object{
			Kind: prometheusRule, Name: system, Namespace: ns.ToStringOutput().ToStringPtrOutput(), Spec: spec,
		}, opts...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, r)
	}
	return ready, nil
}

// ruleSpec is the spec of the PrometheusRule: what the file says, for its format is the same.
func ruleSpec(system string) (pulumi.Map, error) {
	text, err := ruleFiles.ReadFile("rules/" + system + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("rules of %s: %w", system, err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("rules of %s: %w", system, err)
	}
	return pulumi.ToMap(tree), nil
}

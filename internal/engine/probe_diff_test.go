package engine

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Diff replaces a thing of another kind, and tells paths for things that ask for it.
func (p *probe) Diff(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(r.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(r.GetNews())
	if err != nil {
		return nil, err
	}
	if olds.DeepEquals(news) {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	d := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME}
	if !olds["kind"].DeepEquals(news["kind"]) {
		d.Replaces = []string{"kind"}
		_, d.DeleteBeforeReplace = news["exclusive"] // there can be only one at a time
	}
	if !olds["text"].DeepEquals(news["text"]) {
		d.Diffs = []string{"text"}
	}
	if _, ok := news["detailed"]; ok {
		d.HasDetailedDiff, d.DetailedDiff = true, map[string]*pulumirpc.PropertyDiff{}
		for path, one := range plugin.NewDetailedDiffFromObjectDiff(olds.Diff(news), true) {
			if path == "kind" {
				one.Kind = one.Kind.AsReplace()
			}
			d.DetailedDiff[path] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_Kind(one.Kind), InputDiff: one.InputDiff}
		}
	}
	return d, nil
}

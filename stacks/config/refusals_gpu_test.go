package config

import "testing"

func TestGPURefusals(t *testing.T) { refuse(t, gpuRefusals) }

var gpuRefusals = map[string]refusal{
	"shares": {edits{"gpu.shares": 17}, []string{"gpu.shares: must be 0 to 16, got 17"}},
	"label without a card": {edits{"compute.pools[2].pciMapping": nil}, []string{
		"compute.pools[2].pciMapping: is missing, but the label streamforge.home/gpu promises a GPU on these machines"}},
	"card for everybody": {edits{"compute.pools[2].taints": []any{"nvidia.com/gpu=present:PreferNoSchedule"}}, []string{
		"compute.pools[2].taints: must hold nvidia.com/gpu=present:NoSchedule: the operator's pods tolerate that taint only, " +
			"and without it every pod may take the place of one that uses the GPU"}},
	"nobody has a card": {edits{"compute.pools[2].labels": nil}, []string{
		`compute.pools[2].labels: lack streamforge.home/gpu: "true", although the taint nvidia.com/gpu keeps the machines for pods that use a GPU`,
		`gpu: is set, but no pool of compute.pools has the label streamforge.home/gpu: "true"`}},
}

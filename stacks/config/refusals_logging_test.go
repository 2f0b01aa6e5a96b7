package config

import "testing"

func TestLoggingRefusals(t *testing.T) { refuse(t, loggingRefusals) }

var loggingRefusals = map[string]refusal{
	"sizes": {edits{"logging.nodeSets[0].count": 0, "logging.nodeSets[0].diskGiB": 0, "logging.nodeSets[0].memoryMiB": 512,
		"logging.nodeSets[0].cpuMillis": 10, "logging.kibana.replicas": 0, "logging.kibana.memoryMiB": 512, "logging.bufferMiB": 1}, []string{
		"logging.nodeSets[0].count: must be 1 to 50, got 0",
		"logging.nodeSets[0].diskGiB: must be 1 to 65536 GiB, got 0",
		"logging.nodeSets[0].memoryMiB: must be 1024 to 65536 MiB, got 512",
		"logging.nodeSets[0].cpuMillis: must be 50 to 128000 thousandths of a core, got 10",
		"logging.nodeSets: hold 0 servers that may lead, want 1, or 3 and more: of two, neither leads without the other",
		"logging.nodeSets: hold no server for data",
		"logging.kibana.replicas: must be 1 to 10, got 0",
		"logging.kibana.memoryMiB: must be 1024 to 65536 MiB, got 512",
		"logging.bufferMiB: must be 64 to 65536 MiB, got 1"}},
	"two leaders": {edits{"logging.nodeSets[0].count": 2}, []string{
		"logging.nodeSets: hold 2 servers that may lead, want 1, or 3 and more: of two, neither leads without the other"}},
	"roles": {edits{"logging.nodeSets[0].roles": []any{"master", "ml"}}, []string{
		`logging.nodeSets[0].roles[1]: must be one of master, data, ingest, got "ml"`,
		"logging.nodeSets: hold no server for data"}},
	"name of a node set": {edits{"logging.nodeSets[0].name": "A"}, []string{
		`logging.nodeSets[0].name: must be 3 to 20 lower-case letters, digits and dashes, got "A"`}},
	"node sets of one name": {edits{"logging.nodeSets": []any{
		map[string]any{"name": "all", "count": 3, "diskGiB": 1, "memoryMiB": 1024, "cpuMillis": 50},
		map[string]any{"name": "all", "count": 2, "diskGiB": 1, "memoryMiB": 1024, "cpuMillis": 50}}}, []string{
		"logging.nodeSets[1].name: all is already used by logging.nodeSets[0].name"}},
	"more servers than machines": {edits{"logging.nodeSets[0].count": 9}, []string{
		"logging.nodeSets[0].count: 9 servers need as many machines labelled storage.streamforge/linstor, compute.pools have 8"}},
	"more than machines in all": {edits{"logging.nodeSets": []any{
		map[string]any{"name": "all", "count": 5, "diskGiB": 1, "memoryMiB": 1024, "cpuMillis": 50},
		map[string]any{"name": "more", "count": 4, "diskGiB": 1, "memoryMiB": 1024, "cpuMillis": 50}}}, []string{
		"logging.nodeSets: 9 servers need as many machines labelled storage.streamforge/linstor, compute.pools have 8"}},
	"larger than a machine": {edits{"logging.nodeSets[0].diskGiB": 500, "logging.nodeSets[0].memoryMiB": 32768}, []string{
		"logging.nodeSets[0].diskGiB: 500 GiB do not fit beside other volumes on the data disk of 500 GiB of compute.pools[1]",
		"logging.nodeSets[0].memoryMiB: 32768 MiB do not fit into the 32768 MiB of compute.pools[1]"}},
	"reserved prefix": {edits{"logging.prefixes[0].name": "logs"}, []string{
		"logging.prefixes[0].name: logs is a prefix of Elasticsearch's own data streams"}},
	"prefix with a dash": {edits{"logging.prefixes[0].name": "internal-x"}, []string{
		`logging.prefixes[0].name: must be 2 to 32 lower-case letters and digits, got "internal-x"`}},
	"prefix twice": {edits{"logging.prefixes[1].name": "internal"}, []string{
		"logging.prefixes[1].name: internal is already used by logging.prefixes[0].name"}},
	"namespaces": {edits{"logging.prefixes[0].namespaces": []any{"Streams", "ml", "ml"}}, []string{
		`logging.prefixes[0].namespaces[0]: must be the name of a namespace, got "Streams"`,
		"logging.prefixes[0].namespaces[2]: ml is already used by logging.prefixes[0].namespaces[1]"}},
	"nobody gets the rest": {edits{"logging.prefixes[1].namespaces": []any{"kafka"}}, []string{
		"logging.prefixes: 0 have no namespaces, want exactly one, for what no other names"}},
	"two get the rest": {edits{"logging.prefixes[0].namespaces": nil}, []string{
		"logging.prefixes: 2 have no namespaces, want exactly one, for what no other names"}},
	"kept for ever": {edits{"logging.prefixes[0].retentionDays": 0}, []string{
		"logging.prefixes[0].retentionDays: must be 1 to 3650 days, got 0"}},
}

package elastic

import (
	"encoding/json"
	"fmt"
)

type object = map[string]any

// lifeName names both the life cycle and the template of a prefix.
func lifeName(p Prefix) string { return "streamforge-" + p.Name }

// lifeCycle deletes an index as a whole. It holds one day: its age counts from its first record, so
// that the last one would be a day short.
func lifeCycle(p Prefix) object {
	return object{"policy": object{"phases": object{
		"hot":    object{"min_age": "0ms", "actions": object{"set_priority": object{"priority": 100}}},
		"delete": object{"min_age": fmt.Sprintf("%dd", p.RetentionDays+1), "actions": object{"delete": object{}}},
	}}}
}

// template says how every new index of the prefix looks. What is free in a record, the fields of a
// message in JSON and the labels of a pod, is one flattened field each: a name never becomes a column
// of its own, and two services that mean different things by one name do not clash.
func template(p Prefix, servers int) object {
	const longest = 8191 // characters of a keyword that are indexed; four bytes each fit Lucene's 32766
	keyword := object{"type": "keyword", "ignore_above": longest}
	free := object{"type": "flattened", "ignore_above": longest, "depth_limit": 50}
	// Dashboards and saved searches of others expect the name that Elasticsearch would give itself.
	both := object{"type": "keyword", "ignore_above": longest, "fields": object{"keyword": keyword}}
	copies := 1
	if servers == 1 {
		copies = 0
	}
	return object{
		"index_patterns": []string{p.Name + "-*"},
		"priority":       500, // above Elasticsearch's own, which stand at 100 to 200
		"_meta":          object{"managed_by": "streamforge"},
		"template": object{
			"settings": object{
				"index.lifecycle.name":     lifeName(p),
				"index.number_of_shards":   1,
				"index.number_of_replicas": copies,
				"index.refresh_interval":   "10s",
				"index.codec":              "best_compression",
				"index.mapping.total_fields.ignore_dynamic_beyond_limit": true,
				"index.mapping.ignore_malformed":                         true,
				"index.query.default_field":                              []string{"log", "level", "kubernetes.*"},
			},
			"mappings": object{
				"dynamic_templates": []object{{"texts": object{"match_mapping_type": "string", "mapping": keyword}}},
				"properties": object{
					"@timestamp": object{"type": "date"},
					"log":        object{"type": "text"},
					"level":      keyword, "stream": keyword, "es_index": keyword, "fields": free,
					"kubernetes": object{"properties": object{
						"namespace_name": both, "pod_name": both, "container_name": both, "host": both,
						"labels": free,
					}},
				},
			},
		},
	}
}

// plan gives the files that the script reads.
func plan(a Args) (map[string]string, error) {
	files := map[string]string{scriptKey: script}
	servers := 0
	for _, s := range a.NodeSets {
		if s.holdsData() {
			servers += s.Count
		}
	}
	for _, p := range a.Prefixes {
		for kind, content := range map[string]object{"policy": lifeCycle(p), "template": template(p, servers)} {
			text, err := json.MarshalIndent(content, "", "  ")
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", kind, p.Name, err)
			}
			files[lifeName(p)+"."+kind+".json"] = string(text) + "\n"
		}
	}
	return files, nil
}

// holdsData tells whether indices may lie on the set's servers.
func (s NodeSet) holdsData() bool {
	for _, r := range s.Roles {
		if r == "data" || r == "data_hot" || r == "data_content" {
			return true
		}
	}
	return len(s.Roles) == 0
}

package kubespray

import "gopkg.in/yaml.v3"

type hostsFile struct {
	All allGroup `yaml:"all"`
}

type allGroup struct {
	Hosts    ordered[host]  `yaml:"hosts"`
	Children ordered[group] `yaml:"children"`
}

type group struct {
	Hosts    ordered[struct{}] `yaml:"hosts,omitempty"`
	Children ordered[struct{}] `yaml:"children,omitempty"`
}

type host struct {
	AnsibleHost string            `yaml:"ansible_host"`
	IP          string            `yaml:"ip"`
	AccessIP    string            `yaml:"access_ip"`
	EtcdMember  string            `yaml:"etcd_member_name,omitempty"`
	Labels      map[string]string `yaml:"node_labels,omitempty"`
	Taints      []string          `yaml:"node_taints,omitempty"`
}

// ordered is a YAML mapping that keeps its order: Kubespray starts the cluster on the first
// control plane node, so a node added later must not come to stand before it.
type ordered[V any] []entry[V]

type entry[V any] struct {
	Key   string
	Value V
}

// MarshalYAML writes the entries as one mapping.
func (o ordered[V]) MarshalYAML() (any, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, e := range o {
		var key, value yaml.Node
		if err := key.Encode(e.Key); err != nil {
			return nil, err
		}
		if err := value.Encode(e.Value); err != nil {
			return nil, err
		}
		node.Content = append(node.Content, &key, &value)
	}
	return node, nil
}

// edit changes the value of key in place.
func (o ordered[V]) edit(key string, change func(*V)) {
	for i := range o {
		if o[i].Key == key {
			change(&o[i].Value)
		}
	}
}

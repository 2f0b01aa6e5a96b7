package config

import (
	"fmt"
	"slices"
	"strings"
)

// Kafka is the `kafka` section: one cluster and everything that is on it.
type Kafka struct {
	Cluster    KafkaCluster  `json:"cluster"`
	Namespaces []string      `json:"namespaces,omitempty"` // of services that use Kafka; the platform makes them
	Topics     []KafkaTopic  `json:"topics,omitempty"`
	Users      []KafkaUser   `json:"users,omitempty"`
	Connect    *KafkaConnect `json:"connect,omitempty"` // nil means no Kafka Connect
	UI         KafkaUI       `json:"ui"`
	Scalers    []Scaler      `json:"scalers,omitempty"`
}

// KafkaCluster is the cluster itself.
type KafkaCluster struct {
	Name          string         `json:"name"`      // e.g. k3; part of the names of its Services and Secrets
	Replicas      int            `json:"replicas"`  // copies of a topic that does not say otherwise, and of Kafka's own topics
	MinInSync     int            `json:"minInSync"` // copies that must hold a record before it counts as written: below replicas
	Pools         []KafkaPool    `json:"pools"`
	External      *KafkaExternal `json:"external,omitempty"`      // nil means that only pods reach the brokers
	CruiseControl bool           `json:"cruiseControl,omitempty"` // runs Cruise Control, which moves partitions between brokers
}

// KafkaPool is a set of equal Kafka nodes.
type KafkaPool struct {
	Name       string      `json:"name"`
	Roles      []KafkaRole `json:"roles"`      // controller, broker or both
	Replicas   int         `json:"replicas"`   // nodes, each on a machine of its own
	FirstID    int         `json:"firstId"`    // node ids are firstId, firstId+1 and so on; 100 of them belong to the pool
	VolumesGiB []int       `json:"volumesGiB"` // sizes of each node's volumes; may be added to, and may grow
	MemoryMiB  int         `json:"memoryMiB"`  // of each node; half of it is heap, the rest caches files
	CPUMillis  int         `json:"cpuMillis"`  // requested for each node, thousandths of a core
}

// KafkaRole is what a node does.
type KafkaRole string

// The two roles of a Kafka node.
const (
	KafkaController KafkaRole = "controller"
	KafkaBroker     KafkaRole = "broker"
)

// KafkaExternal is how machines of the LAN reach the brokers: by names below kafka.<site.domain>.
type KafkaExternal struct {
	Bootstrap string `json:"bootstrap"` // one DNS label, leads to any broker
	Broker    string `json:"broker"`    // one DNS label with {id} in it, leads to the broker of that id
}

// BrokerLabel gives the label of a broker.
func (e KafkaExternal) BrokerLabel(id int) string {
	return strings.ReplaceAll(e.Broker, brokerID, fmt.Sprint(id))
}

// KafkaTopic is one topic. A topic that leaves the configuration is protected: its records would
// go with it.
type KafkaTopic struct {
	Name           string            `json:"name"`
	Partitions     int               `json:"partitions"`               // may grow, never shrink: the API server refuses that, see docs/howto-topic.md
	Replicas       int               `json:"replicas,omitempty"`       // copies, 0 means those of the cluster
	MinInSync      int               `json:"minInSync,omitempty"`      // 0 means that of the cluster
	RetentionHours int               `json:"retentionHours,omitempty"` // how long records stay, 0 means a week, -1 for ever
	Compact        bool              `json:"compact,omitempty"`        // keeps the last record of every key instead of records by age
	Settings       map[string]string `json:"settings,omitempty"`       // further topic settings by Kafka's own names
}

// KafkaUser is one client: it has a password and permissions of its own.
type KafkaUser struct {
	Name       string   `json:"name"`
	Namespaces []string `json:"namespaces,omitempty"` // of kafka.namespaces, where Secret kafka-<name> holds what the client needs
	Reads      []string `json:"reads,omitempty"`      // topics; a name that ends in * stands for all that begin so
	Writes     []string `json:"writes,omitempty"`     // likewise
	Groups     []string `json:"groups,omitempty"`     // consumer groups it may join; * as in topics
}

// KafkaConnect copies between topics and other systems.
type KafkaConnect struct {
	Replicas   int         `json:"replicas"`        // workers
	MemoryMiB  int         `json:"memoryMiB"`       // of each worker
	Image      string      `json:"image,omitempty"` // with the connectors' plugins, at a version; empty means Strimzi's own, which has the mirror connectors only
	Connectors []Connector `json:"connectors,omitempty"`
}

// Connector is one copying task.
type Connector struct {
	Name     string            `json:"name"`
	Class    string            `json:"class"`            // Java class of the plugin
	Tasks    int               `json:"tasks"`            // at most this many run at once
	Reads    []string          `json:"reads,omitempty"`  // topics it may read; * as in users
	Writes   []string          `json:"writes,omitempty"` // topics it may write
	Settings map[string]string `json:"settings"`         // by the plugin's own names; no secrets
}

// KafkaUI is the web console.
type KafkaUI struct {
	Node     string `json:"node"`               // machine it runs on, e.g. k2w-7
	ReadOnly bool   `json:"readOnly,omitempty"` // shows, but changes nothing
}

// Scaler changes the number of a Deployment's pods with the lag of its consumer group.
type Scaler struct {
	Namespace    string `json:"namespace"`  // of the Deployment, one of its user's
	Deployment   string `json:"deployment"` // made by the service itself, without a number of replicas
	User         string `json:"user"`       // as whom KEDA asks for the lag
	Topic        string `json:"topic"`
	Group        string `json:"group"`                  // consumer group of the Deployment
	Lag          int    `json:"lag"`                    // records waiting for each pod
	MinReplicas  int    `json:"minReplicas,omitempty"`  // 0 stops the Deployment while nothing waits
	MaxReplicas  int    `json:"maxReplicas"`            // at most one for each partition
	PollSeconds  int    `json:"pollSeconds,omitempty"`  // 0 means 30
	DelaySeconds int    `json:"delaySeconds,omitempty"` // without lag until it scales to 0, 0 means 300
}

// defaultRetentionHours is what 0 stands for: a week.
const defaultRetentionHours = 168

// Retention gives the hours that records stay, -1 for ever.
func (t KafkaTopic) Retention() int {
	if t.RetentionHours == 0 {
		return defaultRetentionHours
	}
	return t.RetentionHours
}

// Topic gives the topic of that name.
func (k Kafka) Topic(name string) (KafkaTopic, bool) {
	i := slices.IndexFunc(k.Topics, func(t KafkaTopic) bool { return t.Name == name })
	if i < 0 {
		return KafkaTopic{}, false
	}
	return k.Topics[i], true
}

// User gives the user of that name.
func (k Kafka) User(name string) (KafkaUser, bool) {
	i := slices.IndexFunc(k.Users, func(u KafkaUser) bool { return u.Name == name })
	if i < 0 {
		return KafkaUser{}, false
	}
	return k.Users[i], true
}

// Nodes counts the Kafka nodes of a role.
func (c KafkaCluster) Nodes(role KafkaRole) (nodes int) {
	for _, p := range c.Pools {
		if slices.Contains(p.Roles, role) {
			nodes += p.Replicas
		}
	}
	return nodes
}

// covers tells whether one of the patterns stands for name.
func covers(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		prefix, any := strings.CutSuffix(pattern, "*")
		return pattern == name || any && strings.HasPrefix(name, prefix)
	})
}

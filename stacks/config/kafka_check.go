package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	brokerID   = "{id}"
	idsPerPool = 100
)

var (
	kafkaName    = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$`) // leaves room for what Strimzi adds
	topicName    = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?$`)
	groupName    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,200}$`)
	settingName  = regexp.MustCompile(`^[a-z][a-z0-9.]*$`)
	javaClass    = regexp.MustCompile(`^([A-Za-z_$][A-Za-z0-9_$]*\.)*[A-Za-z_$][A-Za-z0-9_$]*$`)
	pinnedImage  = regexp.MustCompile(`^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$`)
	kafkaRoles   = []KafkaRole{KafkaController, KafkaBroker}
	platformOnly = []string{"kafka", "keda", ArangoDBNamespace, PostgresNamespace} // namespaces of the layer itself
	ownSettings  = map[string]string{"retention.ms": "retentionHours", "cleanup.policy": "compact",
		"min.insync.replicas": "minInSync"}
)

// Validate checks the section by itself.
func (k Kafka) Validate(at Path) (errs []error) {
	errs = append(errs, k.Cluster.validate(at.Field("cluster"))...)
	namespaces := unique[string]{}
	for i, n := range k.Namespaces {
		here := at.Field("namespaces").Index(i)
		errs = append(errs, matches(here, "", n, label, "the name of a namespace")...)
		if slices.Contains(platformOnly, n) {
			errs = append(errs, here.Errorf("", "%s belongs to the platform itself", n))
		}
		if err := namespaces.add(n, here); err != nil {
			errs = append(errs, err)
		}
	}
	topics := unique[string]{}
	for i, t := range k.Topics {
		here := at.Field("topics").Index(i)
		if err := topics.add(t.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, t.validate(here, k.Cluster)...)
	}
	users := unique[string]{}
	for i, u := range k.Users {
		here := at.Field("users").Index(i)
		if err := users.add(u.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, k.checkUser(u, here)...)
	}
	if k.Connect != nil {
		errs = append(errs, k.checkConnect(*k.Connect, at.Field("connect"))...)
	}
	return append(errs, k.checkScalers(at.Field("scalers"))...)
}

func (c KafkaCluster) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "name", c.Name, kafkaName, "at most 30 lower-case letters, digits and dashes")...)
	names, ids := unique[string]{}, map[int]Path{}
	for i, p := range c.Pools {
		here := at.Field("pools").Index(i)
		if err := names.add(p.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, p.validate(here)...)
		for first, other := range ids {
			if p.FirstID < first+idsPerPool && first < p.FirstID+idsPerPool {
				errs = append(errs, here.Errorf("firstId", "%d is less than %d away from %s %d: each pool owns %d ids",
					p.FirstID, idsPerPool, other, first, idsPerPool))
			}
		}
		ids[p.FirstID] = here.Field("firstId")
	}
	if n := c.Nodes(KafkaController); n%2 == 0 {
		errs = append(errs, at.Errorf("pools", "have %d controllers, must have an odd number: "+
			"a majority elects the active one, and an even number survives no more failures than one less", n))
	}
	brokers := c.Nodes(KafkaBroker)
	if brokers == 0 {
		errs = append(errs, at.Errorf("pools", "have no broker"))
	} else if c.Replicas < 1 || c.Replicas > brokers {
		errs = append(errs, at.Errorf("replicas", "must be 1 to %d, the number of brokers, got %d", brokers, c.Replicas))
	}
	if c.MinInSync < 1 || c.MinInSync >= max(c.Replicas, 2) {
		errs = append(errs, at.Errorf("minInSync", "must be at least 1 and below the %d replicas, "+
			"or one broker away from its duty would stop every writer, got %d", c.Replicas, c.MinInSync))
	}
	if c.External != nil {
		errs = append(errs, c.External.validate(at.Field("external"))...)
	}
	return errs
}

func (p KafkaPool) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "name", p.Name, kafkaName, "at most 30 lower-case letters, digits and dashes")...)
	errs = append(errs, between(at, "replicas", p.Replicas, 1, idsPerPool, "")...)
	errs = append(errs, between(at, "firstId", p.FirstID, 0, 10000, "")...)
	errs = append(errs, between(at, "memoryMiB", p.MemoryMiB, 512, 262144, " MiB")...)
	errs = append(errs, between(at, "cpuMillis", p.CPUMillis, 50, 128000, " thousandths of a core")...)
	if len(p.Roles) == 0 {
		errs = append(errs, at.Errorf("roles", "must be controller, broker or both"))
	}
	roles := unique[KafkaRole]{}
	for i, r := range p.Roles {
		here := at.Field("roles").Index(i)
		if !slices.Contains(kafkaRoles, r) {
			errs = append(errs, here.Errorf("", "must be controller or broker, got %q", r))
		}
		if err := roles.add(r, here); err != nil {
			errs = append(errs, err)
		}
	}
	if len(p.VolumesGiB) == 0 {
		errs = append(errs, at.Errorf("volumesGiB", "must name at least one volume, or the records would be gone with a pod"))
	}
	for i, size := range p.VolumesGiB {
		errs = append(errs, between(at.Field("volumesGiB").Index(i), "", size, 1, 65536, " GiB")...)
	}
	return errs
}

func (e KafkaExternal) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "bootstrap", e.Bootstrap, label, "one label of a DNS name")...)
	if strings.Count(e.Broker, brokerID) != 1 || !label.MatchString(e.BrokerLabel(0)) {
		return append(errs, at.Errorf("broker", "must be one label of a DNS name with %s in it once, got %q", brokerID, e.Broker))
	}
	before, after, _ := strings.Cut(e.Broker, brokerID)
	middle := strings.TrimSuffix(strings.TrimPrefix(e.Bootstrap, before), after)
	if before+middle+after == e.Bootstrap && middle != "" && strings.Trim(middle, "0123456789") == "" {
		errs = append(errs, at.Errorf("bootstrap", "%s is also the name of broker %s", e.Bootstrap, middle))
	}
	return errs
}

func (t KafkaTopic) validate(at Path, c KafkaCluster) (errs []error) {
	errs = append(errs, matches(at, "name", t.Name, topicName,
		"1 to 200 lower-case letters, digits, dots and dashes, since an object of that name stands for the topic")...)
	errs = append(errs, between(at, "partitions", t.Partitions, 1, 1000, "")...)
	replicas, minInSync := c.Replicas, c.MinInSync
	if t.Replicas != 0 {
		replicas = t.Replicas
		errs = append(errs, between(at, "replicas", t.Replicas, 1, c.Nodes(KafkaBroker), ", the number of brokers")...)
	}
	if t.MinInSync != 0 {
		minInSync = t.MinInSync
	}
	if (t.Replicas != 0 || t.MinInSync != 0) && (minInSync < 1 || minInSync >= max(replicas, 2)) {
		errs = append(errs, at.Errorf("minInSync", "must be at least 1 and below the %d replicas, "+
			"or one broker away from its duty would stop every writer, got %d", replicas, minInSync))
	}
	errs = append(errs, between(at, "retentionHours", t.RetentionHours, -1, 876000, " hours")...)
	if t.Compact && t.RetentionHours != 0 {
		errs = append(errs, at.Errorf("retentionHours", "has no effect on a compacted topic"))
	}
	for _, name := range slices.Sorted(maps.Keys(t.Settings)) {
		here := at.Field("settings").Field(name)
		errs = append(errs, matches(here, "", name, settingName, "the name of a topic setting such as max.message.bytes")...)
		if key, own := ownSettings[name]; own {
			errs = append(errs, here.Errorf("", "is set by %s", key))
		}
	}
	return errs
}

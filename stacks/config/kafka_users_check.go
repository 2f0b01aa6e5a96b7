package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// reservedUsers are clients of the platform itself.
func (k Kafka) reservedUsers() []string { return []string{"kafka-ui", k.Cluster.Name + "-connect"} }

func (k Kafka) checkUser(u KafkaUser, at Path) (errs []error) {
	errs = append(errs, matches(at, "name", u.Name, kafkaName, "at most 30 lower-case letters, digits and dashes")...)
	if slices.Contains(k.reservedUsers(), u.Name) {
		errs = append(errs, at.Errorf("name", "%s belongs to the platform itself", u.Name))
	}
	namespaces := unique[string]{}
	for i, n := range u.Namespaces {
		here := at.Field("namespaces").Index(i)
		if !slices.Contains(k.Namespaces, n) {
			errs = append(errs, here.Errorf("", "%q is not one of kafka.namespaces", n))
		}
		if err := namespaces.add(n, here); err != nil {
			errs = append(errs, err)
		}
	}
	if len(u.Reads)+len(u.Writes) == 0 {
		errs = append(errs, at.Errorf("reads", "must name at least one topic, or writes must, or leave the user out"))
	}
	errs = append(errs, k.checkPatterns(u.Reads, at.Field("reads"))...)
	errs = append(errs, k.checkPatterns(u.Writes, at.Field("writes"))...)
	for i, g := range u.Groups {
		errs = append(errs, checkGroup(strings.TrimSuffix(g, "*"), g, at.Field("groups").Index(i))...)
	}
	if len(u.Groups) > 0 && len(u.Reads) == 0 {
		errs = append(errs, at.Errorf("groups", "have no effect without reads"))
	}
	return errs
}

// checkPatterns: a permission for a topic that does not exist is a misspelt one.
func (k Kafka) checkPatterns(patterns []string, at Path) (errs []error) {
	seen := unique[string]{}
	for i, p := range patterns {
		here := at.Index(i)
		if !slices.ContainsFunc(k.Topics, func(t KafkaTopic) bool { return covers([]string{p}, t.Name) }) {
			errs = append(errs, here.Errorf("", "%q stands for none of kafka.topics", p))
		}
		if err := seen.add(p, here); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func checkGroup(name, written string, at Path) []error {
	if !groupName.MatchString(name) {
		return []error{at.Errorf("", "must be the name of a consumer group: letters, digits, dots, dashes and underscores, got %q", written)}
	}
	return nil
}

// credential is a setting whose value would be a secret.
var credential = regexp.MustCompile(`(?i)(password|secret|token|credential|private\.?key)`)

func (k Kafka) checkConnect(c KafkaConnect, at Path) (errs []error) {
	errs = append(errs, between(at, "replicas", c.Replicas, 1, 20, "")...)
	errs = append(errs, between(at, "memoryMiB", c.MemoryMiB, 512, 65536, " MiB")...)
	if c.Image != "" && (!pinnedImage.MatchString(c.Image) || !strings.ContainsAny(c.Image[strings.LastIndex(c.Image, "/"):], ":@")) {
		errs = append(errs, at.Errorf("image", "must be an image at a version, such as registry.example/connect:1.0, got %q", c.Image))
	}
	names := unique[string]{}
	for i, connector := range c.Connectors {
		here := at.Field("connectors").Index(i)
		if err := names.add(connector.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, k.checkConnector(connector, here)...)
	}
	return errs
}

func (k Kafka) checkConnector(c Connector, at Path) (errs []error) {
	errs = append(errs, matches(at, "name", c.Name, label, "lower-case letters, digits and dashes")...)
	errs = append(errs, matches(at, "class", c.Class, javaClass, "the name of a Java class")...)
	errs = append(errs, between(at, "tasks", c.Tasks, 1, 1000, "")...)
	if len(c.Reads)+len(c.Writes) == 0 {
		errs = append(errs, at.Errorf("reads", "must name at least one topic, or writes must: a connector without one moves nothing"))
	}
	errs = append(errs, k.checkPatterns(c.Reads, at.Field("reads"))...)
	errs = append(errs, k.checkPatterns(c.Writes, at.Field("writes"))...)
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		if credential.MatchString(name) {
			errs = append(errs, at.Field("settings").Errorf(name, "would stand in clear in the KafkaConnector object, "+
				"which everybody who may read custom resources can read: build it into the plugin's own way of reading files"))
		}
	}
	return errs
}

func (k Kafka) checkScalers(at Path) (errs []error) {
	targets := unique[string]{}
	for i, s := range k.Scalers {
		here := at.Index(i)
		if err := targets.add(s.Namespace+"/"+s.Deployment, here.Field("deployment")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, s.validate(here)...)
		topic, known := k.Topic(s.Topic)
		switch {
		case !known:
			errs = append(errs, here.Errorf("topic", "%q is not one of kafka.topics", s.Topic))
		case s.MaxReplicas > topic.Partitions:
			errs = append(errs, here.Errorf("maxReplicas", "%d pods would share %d partitions of %s: "+
				"those beyond the partitions would stand idle", s.MaxReplicas, topic.Partitions, s.Topic))
		}
		errs = append(errs, k.checkScalerUser(s, here, known)...)
	}
	return errs
}

func (k Kafka) checkScalerUser(s Scaler, at Path, topicKnown bool) (errs []error) {
	user, known := k.User(s.User)
	if !known {
		return []error{at.Errorf("user", "%q is not one of kafka.users", s.User)}
	}
	if !slices.Contains(user.Namespaces, s.Namespace) {
		errs = append(errs, at.Errorf("namespace", "%q is not one of the namespaces of user %s: KEDA finds no Secret there", s.Namespace, s.User))
	}
	if topicKnown && !covers(user.Reads, s.Topic) {
		errs = append(errs, at.Errorf("topic", "user %s may not read %s", s.User, s.Topic))
	}
	if !covers(user.Groups, s.Group) {
		errs = append(errs, at.Errorf("group", "user %s may not join %q", s.User, s.Group))
	}
	return errs
}

func (s Scaler) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "deployment", s.Deployment, label, "the name of a Deployment")...)
	errs = append(errs, checkGroup(s.Group, s.Group, at.Field("group"))...)
	errs = append(errs, between(at, "lag", s.Lag, 1, 1000000000, " records")...)
	errs = append(errs, between(at, "minReplicas", s.MinReplicas, 0, 1000, "")...)
	errs = append(errs, between(at, "maxReplicas", s.MaxReplicas, max(1, s.MinReplicas), 1000, "")...)
	errs = append(errs, between(at, "pollSeconds", s.PollSeconds, 0, 3600, " seconds")...)
	return append(errs, between(at, "delaySeconds", s.DelaySeconds, 0, 86400, " seconds")...)
}

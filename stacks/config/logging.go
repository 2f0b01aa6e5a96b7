package config

import (
	"regexp"
	"slices"
	"strings"
)

// Logging is the `logging` section: where logs lie, for how long, and how their indices are called.
type Logging struct {
	NodeSets  []LogNodes  `json:"nodeSets"`
	Prefixes  []LogPrefix `json:"prefixes"`
	Kibana    Kibana      `json:"kibana"`
	BufferMiB int         `json:"bufferMiB"` // on each machine's disk, while Elasticsearch is away
}

// LogNodes are equal servers of Elasticsearch, each on a machine of its own.
type LogNodes struct {
	Name      string   `json:"name"`
	Roles     []string `json:"roles,omitempty"` // master, data, ingest; none means all of them
	Count     int      `json:"count"`
	DiskGiB   int      `json:"diskGiB"`
	MemoryMiB int      `json:"memoryMiB"` // half of it is Java's heap
	CPUMillis int      `json:"cpuMillis"` // thousandths of a core
}

// LogPrefix is what the names of indices begin with: <name>-<container>-<day>, or
// <name>-<namespace>-<day>.
type LogPrefix struct {
	Name          string   `json:"name"`
	Namespaces    []string `json:"namespaces,omitempty"`   // whose logs it gets; exactly one prefix names none, and gets the rest
	PerNamespace  bool     `json:"perNamespace,omitempty"` // one index a day for all containers of a namespace
	RetentionDays int      `json:"retentionDays"`
}

// Kibana is the console of the logs.
type Kibana struct {
	Replicas  int `json:"replicas"`
	MemoryMiB int `json:"memoryMiB"`
}

// ElasticRoles lists what servers of Elasticsearch may be.
func ElasticRoles() []string { return []string{"master", "data", "ingest"} }

// reservedPrefixes have templates of Elasticsearch's own, which would make data streams of the indices.
var reservedPrefixes = []string{"logs", "metrics", "traces", "synthetics", "profiling"}

var prefixName = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}[a-z0-9]$`)

// Validate checks the section by itself.
func (l Logging) Validate(at Path) (errs []error) {
	errs = append(errs, l.checkNodes(at)...)
	errs = append(errs, l.checkPrefixes(at)...)
	errs = append(errs, between(at.Field("kibana"), "replicas", l.Kibana.Replicas, 1, 10, "")...)
	errs = append(errs, between(at.Field("kibana"), "memoryMiB", l.Kibana.MemoryMiB, 1024, 65536, " MiB")...)
	return append(errs, between(at, "bufferMiB", l.BufferMiB, 64, 65536, " MiB")...)
}

func (l Logging) checkNodes(at Path) (errs []error) {
	masters, data := 0, 0
	names := unique[string]{}
	for i, n := range l.NodeSets {
		here := at.Field("nodeSets").Index(i)
		if err := names.add(n.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, matches(here, "name", n.Name, userName, "3 to 20 lower-case letters, digits and dashes")...)
		for j, r := range n.Roles {
			if !slices.Contains(ElasticRoles(), r) {
				errs = append(errs, here.Field("roles").Index(j).Errorf("", "must be one of %s, got %q", strings.Join(ElasticRoles(), ", "), r))
			}
		}
		if n.has("master") {
			masters += n.Count
		}
		if n.has("data") {
			data += n.Count
		}
		errs = append(errs, between(here, "count", n.Count, 1, 50, "")...)
		errs = append(errs, between(here, "diskGiB", n.DiskGiB, 1, 65536, " GiB")...)
		errs = append(errs, between(here, "memoryMiB", n.MemoryMiB, 1024, 65536, " MiB")...)
		errs = append(errs, between(here, "cpuMillis", n.CPUMillis, 50, 128000, " thousandths of a core")...)
	}
	if masters == 0 || masters == 2 {
		errs = append(errs, at.Errorf("nodeSets", "hold %d servers that may lead, want 1, or 3 and more: of two, neither leads without the other", masters))
	}
	if data == 0 {
		errs = append(errs, at.Errorf("nodeSets", "hold no server for data"))
	}
	return errs
}

func (n LogNodes) has(role string) bool { return len(n.Roles) == 0 || slices.Contains(n.Roles, role) }

func (l Logging) checkPrefixes(at Path) (errs []error) {
	rest := 0
	names, namespaces := unique[string]{}, unique[string]{}
	for i, p := range l.Prefixes {
		here := at.Field("prefixes").Index(i)
		if err := names.add(p.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		// Without a dash: what the pattern of one prefix matches is never another's.
		errs = append(errs, matches(here, "name", p.Name, prefixName, "2 to 32 lower-case letters and digits")...)
		if slices.Contains(reservedPrefixes, p.Name) {
			errs = append(errs, here.Errorf("name", "%s is a prefix of Elasticsearch's own data streams", p.Name))
		}
		if len(p.Namespaces) == 0 {
			rest++
		}
		for j, n := range p.Namespaces {
			in := here.Field("namespaces").Index(j)
			errs = append(errs, matches(in, "", n, label, "the name of a namespace")...)
			if err := namespaces.add(n, in); err != nil {
				errs = append(errs, err)
			}
		}
		errs = append(errs, between(here, "retentionDays", p.RetentionDays, 1, 3650, " days")...)
	}
	if rest != 1 {
		errs = append(errs, at.Errorf("prefixes", "%d have no namespaces, want exactly one, for what no other names", rest))
	}
	return errs
}

// loggingFits: servers need machines with room for them.
func (c *Config) loggingFits() (errs []error) {
	total := 0
	for i, n := range c.Logging.NodeSets {
		errs = append(errs, c.serversFit(Path("logging.nodeSets").Index(i), "count", n.Count, n.DiskGiB, n.MemoryMiB)...)
		total += n.Count
	}
	// A set that is too large by itself was named above.
	if machines := len(c.linstorDisks()); len(errs) == 0 && machines > 0 && total > machines {
		errs = append(errs, Path("logging").Errorf("nodeSets", "%d servers need as many machines labelled %s, compute.pools have %d",
			total, LinstorLabel, machines))
	}
	return errs
}

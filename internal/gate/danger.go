package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/streamforge/infrastructure/internal/report"
)

// costs say what the operations on a kind of resource can cost.
type costs struct {
	gone   report.Danger // it is deleted or replaced
	update report.Danger // anything not named below is changed
	paths  []cost        // the last one that fits decides
	why    string        // one sentence about gone
}

// cost is what a change of one property can cost.
type cost struct {
	path   string // beginning of the property's path, or a whole part of it after a dot
	when   direction
	danger report.Danger
	why    string // may be empty
}

// direction is how a number, a size or a list changes.
type direction int

const (
	anyhow direction = iota
	down             // smaller, or gone
	up               // bigger
)

// Kinds by the part of their type after the last colon. A kind that is not here costs an outage when
// it goes and capacity when it changes: what is not known is not harmless.
var kinds = map[string]costs{
	"VirtualMachine": {report.DataLoss, report.Outage, []cost{
		{"description", anyhow, report.Cosmetic, ""}, {"tags", anyhow, report.Cosmetic, ""}, {"agent", anyhow, report.Capacity, ""},
		{"disks", up, report.Capacity, ""}, {"disks", down, report.DataLoss, "a disk cannot shrink: it would be made anew, empty"},
	}, "its disks are deleted with the machine"},
	"File": {report.Capacity, report.Capacity, nil, "the image is downloaded again"},
	"Pool": {report.Access, report.Access, nil, "permissions are given to the pool"},
	"Pci":  {report.Outage, report.Outage, nil, "machines with the device do not start without the mapping"},

	"Namespace":                {report.DataLoss, report.Access, nil, "everything in it is deleted with it"},
	"CustomResourceDefinition": {report.DataLoss, report.Capacity, nil, "every object of its kind is deleted with it"},
	"PersistentVolume":         {report.DataLoss, report.Outage, nil, "what is on it may be deleted with it"},
	"PersistentVolumeClaim":    {report.DataLoss, report.Capacity, nil, "its volume may be deleted with it"},
	"StorageClass":             {report.DataLoss, report.Outage, nil, "claims of the class stay unbound, and its reclaim policy decides about volumes"},
	"VolumeSnapshotClass":      {report.DataLoss, report.Outage, nil, "its deletion policy decides about snapshots"},

	"StatefulSet": {report.Outage, report.Outage, nil, "its pods end, its volumes stay"},
	"Deployment":  {report.Outage, report.Capacity, nil, "its pods end"},
	"DaemonSet":   {report.Outage, report.Capacity, nil, "its pods end on every node"},
	"Job":         {report.Capacity, report.Capacity, nil, "it is run again"},
	"CronJob":     {report.Capacity, report.Capacity, nil, "it is no longer run"},
	"ConfigMap":   {report.Outage, report.Capacity, nil, "pods that mount it do not start"},

	"Kafka":         {report.DataLoss, report.Outage, nil, "the brokers' volumes are deleted with it unless they are kept"},
	"KafkaNodePool": {report.DataLoss, report.Outage, nil, "the brokers' volumes are deleted with it unless they are kept"},
	"KafkaTopic": {report.DataLoss, report.Capacity, []cost{
		{`spec.config["retention`, down, report.DataLoss, "records older than that are deleted"},
		{`spec.config["cleanup`, anyhow, report.DataLoss, "records are deleted by another rule"},
	}, "every record in it is deleted"},
	"KafkaConnect":                  {report.Outage, report.Capacity, nil, "its connectors stop"},
	"postgresql":                    {report.DataLoss, report.Outage, nil, "the databases are deleted with it unless volumes are kept"},
	"ArangoDeployment":              {report.DataLoss, report.Outage, nil, "the databases are deleted with it"},
	"ArangoBackupPolicy":            {report.Capacity, report.Capacity, nil, "no more backups are made"},
	"Elasticsearch":                 {report.DataLoss, report.Outage, nil, "its indices are deleted with it unless volumes are kept"},
	"Kibana":                        {report.Outage, report.Capacity, nil, "it does not answer"},
	"LinstorCluster":                {report.DataLoss, report.Outage, nil, "every volume of the cluster hangs on it"},
	"LinstorSatelliteConfiguration": {report.DataLoss, report.Outage, nil, "a storage pool goes with it"},

	"PrivateKey":     {report.Access, report.Access, nil, "whoever knows the old password or trusts the old key is shut out"},
	"SelfSignedCert": {report.Access, report.Access, nil, "nobody trusts the new authority yet"},
	"Secret":         {report.Access, report.Access, nil, "whoever reads it can no longer log in"},
	"KafkaUser":      {report.Access, report.Access, nil, "its clients can no longer log in"},
	"NetworkPolicy":  {report.Access, report.Access, nil, "other pods may reach what it closed"},
	"ServiceAccount": {report.Access, report.Access, nil, "its pods lose their identity"},
	"Role":           {report.Access, report.Access, nil, "its subjects lose their rights"},
	"ClusterRole":    {report.Access, report.Access, nil, "its subjects lose their rights"},
	"RoleBinding":    {report.Access, report.Access, nil, "its subjects lose their rights"},
	"AppProject":     {report.Access, report.Access, nil, "its applications lose their rights"},
	"Middleware":     {report.Access, report.Access, nil, "what it guarded is open or closed"},

	"ClusterRoleBinding":               {report.Access, report.Access, nil, "its subjects lose their rights"},
	"TriggerAuthentication":            {report.Access, report.Access, nil, "its scalers can no longer log in"},
	"ValidatingAdmissionPolicy":        {report.Access, report.Access, nil, "what it refused is possible"},
	"ValidatingAdmissionPolicyBinding": {report.Access, report.Access, nil, "what it refused is possible"},

	"ClusterIssuer":   {report.Outage, report.Outage, nil, "no certificate is renewed"},
	"Certificate":     {report.Outage, report.Access, nil, "its host has no certificate"},
	"Gateway":         {report.Outage, report.Outage, nil, "its hosts do not answer"},
	"Service":         {report.Outage, report.Outage, nil, "its clients do not reach it"},
	"IPAddressPool":   {report.Outage, report.Outage, nil, "its addresses are taken away"},
	"L2Advertisement": {report.Outage, report.Outage, nil, "its addresses are not announced"},

	"Release":             {report.Outage, report.Outage, nil, "everything of the chart is deleted"},
	"PodDisruptionBudget": {report.Capacity, report.Capacity, nil, "a drain may take all pods at once"},
	"ScaledObject":        {report.Capacity, report.Capacity, nil, "nothing scales its workload"},
	"ServiceMonitor":      {report.Capacity, report.Capacity, nil, "it is not watched"},
	"PodMonitor":          {report.Capacity, report.Capacity, nil, "it is not watched"},
	"PrometheusRule":      {report.Capacity, report.Capacity, nil, "nobody is told"},
}

// counts are properties of any kind that say how many or how big: more of it takes nothing away.
var counts = []string{"replicas", "count", "size", "storage", "numberOfInstances", "maxReplicaCount", "partitions"}

var unlisted = costs{gone: report.Outage, update: report.Capacity, why: "nothing is known about this kind"}

// harmless are properties of any Kubernetes object that only describe it.
var harmless = []string{"metadata.labels", "metadata.annotations"}

// assess gives the danger of a change and the reasons, without what follows from it.
func assess(c Change) (report.Danger, []string) {
	switch {
	case c.Same():
		if len(c.Properties) > 0 {
			return report.Cosmetic, []string{"only what it puts out changes"}
		}
		return report.None, nil
	case c.Op == "create" || c.Op == "import" || c.Op == "discard":
		return report.None, nil
	}
	if strings.HasPrefix(c.Type, "pulumi:providers:") && c.Gone() {
		return report.DataLoss, []string{"every resource of a provider is replaced with it"}
	}
	known, listed := kinds[c.Kind()]
	if !listed {
		known = unlisted
	}
	if c.component() {
		return report.None, nil // structure only, its children speak for themselves
	}
	switch c.Op {
	case "delete":
		if c.Retain {
			return report.Cosmetic, []string{"it leaves the state and stays in the world"}
		}
		return known.gone, []string{known.why}
	case "replace":
		if renewed(c) {
			return report.Capacity, []string{"a new one is made under another name before the old one goes"}
		}
		return known.gone, append([]string{known.why}, forced(c)...)
	case "update":
		return updated(c, known)
	}
	return report.DataLoss, []string{fmt.Sprintf("the operation %q is not known to this tool", c.Op)}
}

// component tells whether no provider works on the resource.
func (c Change) component() bool {
	return strings.HasPrefix(c.Type, "streamforge:") || c.Type == "pulumi:pulumi:Stack"
}

// renewed tells whether nothing but content that is named by its digest is replaced: readers are led to
// the new one first.
func renewed(c Change) bool {
	return (c.Kind() == "ConfigMap" || c.Kind() == "Job") &&
		slices.ContainsFunc(c.Properties, func(p report.Property) bool { return p.Path == "metadata.name" })
}

func forced(c Change) (reasons []string) {
	for _, p := range c.Properties {
		if p.Replaces {
			reasons = append(reasons, p.Path+" cannot be changed in place")
		}
	}
	return reasons
}

func updated(c Change, known costs) (report.Danger, []string) {
	if len(c.Properties) == 0 {
		return known.update, []string{"the engine does not say what changes"}
	}
	worst, reasons := report.Cosmetic, []string(nil)
	for _, p := range c.Properties {
		danger, why := known.of(p)
		if danger.Level() > worst.Level() {
			worst = danger
		}
		if danger != report.Cosmetic {
			reasons = append(reasons, p.Path+why)
		}
	}
	return worst, reasons
}

// of gives the danger of one property's change, and how to say it.
func (k costs) of(p report.Property) (report.Danger, string) {
	danger, why, goes := k.update, " changes", direct(p)
	if goes == up && slices.ContainsFunc(counts, func(name string) bool { return strings.HasSuffix(p.Path, "."+name) }) {
		danger = report.Capacity
	}
	for _, c := range k.paths {
		if strings.HasPrefix(p.Path, c.path) && (c.when == anyhow || c.when == goes) {
			danger = c.danger
			if c.why != "" {
				why = " changes: " + c.why
			}
		}
	}
	for _, path := range harmless {
		if strings.HasPrefix(p.Path, path) && !guarding(p.Path) {
			danger = report.Cosmetic
		}
	}
	return danger, why
}

// guarding are labels that admission goes by.
func guarding(path string) bool { return strings.Contains(path, "pod-security.kubernetes.io") }

// direct tells which way a number, a size such as 20Gi, or a list goes.
func direct(p report.Property) direction {
	before, ok1 := amount(p.Before)
	after, ok2 := amount(p.After)
	switch {
	case p.After == "" && !p.Unknown, ok1 && ok2 && after < before:
		return down
	case ok1 && ok2 && after > before, p.Before == "":
		return up
	}
	return anyhow
}

// amount reads a number with or without a unit of Kubernetes, and "no limit" as Kafka writes it.
func amount(s string) (float64, bool) {
	q, err := resource.ParseQuantity(s)
	if err != nil {
		return 0, false
	}
	v := q.AsApproximateFloat64()
	if v < 0 {
		v = math.Inf(1)
	}
	return v, true
}

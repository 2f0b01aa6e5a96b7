package gate

import (
	"fmt"
	"strings"

	"github.com/streamforge/infrastructure/internal/report"
)

// costs say what the operations on a kind of resource can cost.
type costs struct {
	gone   report.Danger            // it is deleted or replaced
	update report.Danger            // anything not named below is changed
	paths  map[string]report.Danger // by the beginning of the property's path
	why    string                   // one sentence about gone
}

// Kinds by the part of their type after the last colon. A kind that is not here costs an outage when
// it goes and capacity when it changes: what is not known is not harmless.
var kinds = map[string]costs{
	"VirtualMachine": {report.DataLoss, report.Outage, map[string]report.Danger{
		"description": report.Cosmetic, "tags": report.Cosmetic, "agent": report.Capacity,
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

	"StatefulSet": {report.Outage, report.Outage, map[string]report.Danger{"spec.replicas": report.Capacity}, "its pods end, its volumes stay"},
	"Deployment":  {report.Outage, report.Capacity, nil, "its pods end"},
	"DaemonSet":   {report.Outage, report.Capacity, nil, "its pods end on every node"},
	"Job":         {report.Capacity, report.Capacity, nil, "it is run again"},
	"CronJob":     {report.Capacity, report.Capacity, nil, "it is no longer run"},
	"ConfigMap":   {report.Outage, report.Capacity, nil, "pods that mount it do not start"},

	"Kafka":                         {report.DataLoss, report.Outage, nil, "the brokers' volumes are deleted with it unless they are kept"},
	"KafkaNodePool":                 {report.DataLoss, report.Outage, nil, "the brokers' volumes are deleted with it unless they are kept"},
	"KafkaTopic":                    {report.DataLoss, report.Capacity, map[string]report.Danger{"spec.config.retention": report.DataLoss, "spec.config.cleanup": report.DataLoss}, "every record in it is deleted"},
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

func forced(c Change) (reasons []string) {
	for _, p := range c.Properties {
		if p.Replaces {
			reasons = append(reasons, p.Path+" cannot be changed in place")
		}
	}
	return reasons
}

func updated(c Change, known costs) (report.Danger, []string) {
	worst, reasons := report.Cosmetic, []string(nil)
	for _, p := range c.Properties {
		danger := known.update
		for path, d := range known.paths {
			if below(p.Path, path) {
				danger = d
			}
		}
		for _, path := range harmless {
			if below(p.Path, path) && !guarding(p.Path) {
				danger = report.Cosmetic
			}
		}
		if smaller(p) && danger.Level() < report.Capacity.Level() {
			danger = report.Capacity
		}
		if danger.Level() > worst.Level() {
			worst = danger
		}
		if danger != report.Cosmetic {
			reasons = append(reasons, p.Path+" changes")
		}
	}
	if len(c.Properties) == 0 {
		return known.update, []string{"the engine does not say what changes"}
	}
	return worst, reasons
}

// below tells whether a path begins with another, whole names or parts of the last one.
func below(path, start string) bool { return strings.HasPrefix(path, start) }

// guarding are labels that admission goes by.
func guarding(path string) bool { return strings.Contains(path, "pod-security.kubernetes.io") }

// smaller tells whether a count or a size goes down.
func smaller(p report.Property) bool {
	var before, after float64
	if _, err := fmt.Sscan(p.Before, &before); err != nil {
		return false
	}
	if _, err := fmt.Sscan(p.After, &after); err != nil {
		return false
	}
	return after < before
}

package gate

import "github.com/streamforge/infrastructure/internal/report"

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

	"Mount": {report.DataLoss, report.Outage, nil, "every secret that it keeps in Vault is deleted"},
	"Realm": {report.DataLoss, report.Access, nil, "its users, groups and clients are deleted with it"},

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

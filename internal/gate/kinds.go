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
	up               // bigger, or new
	raised           // bigger, and there before: where nothing was said, nothing was limited
)

// Kinds by the part of their type after the last colon. A kind that is not here costs an outage when
// it goes or changes: what is not known is not harmless. tests/graph has the program declare no such kind.
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
	"ReplicaSet":  {report.Outage, report.Capacity, nil, "its pods end"},
	"Pod":         {report.Outage, report.Capacity, nil, "it ends"},
	"DaemonSet":   {report.Outage, report.Capacity, nil, "its pods end on every node"},
	"Job":         {report.Capacity, report.Capacity, nil, "it is run again"},
	"CronJob":     {report.Capacity, report.Capacity, nil, "it is no longer run"},
	"ConfigMap":   {report.Outage, report.Capacity, nil, "pods that mount it do not start"},

	"Kafka":         {report.DataLoss, report.Outage, nil, "the brokers' volumes are deleted with it unless they are kept"},
	"KafkaNodePool": {report.DataLoss, report.Outage, nil, "the brokers' volumes are deleted with it unless they are kept"},
	"KafkaTopic": {report.DataLoss, report.Capacity, []cost{
		{`spec.config["retention`, anyhow, report.DataLoss, "the oldest records are deleted"},
		{`spec.config["retention`, raised, report.Capacity, ""},
		{`spec.config["cleanup`, anyhow, report.DataLoss, "records are deleted by another rule"},
	}, "every record in it is deleted"},
	"KafkaConnect":                  {report.Outage, report.Capacity, nil, "its connectors stop"},
	"KafkaConnector":                {report.Outage, report.Capacity, nil, "it moves no more records"},
	"postgresql":                    {report.DataLoss, report.Outage, nil, "the databases are deleted with it unless volumes are kept"},
	"ArangoDeployment":              {report.DataLoss, report.Outage, nil, "the databases are deleted with it"},
	"ArangoBackupPolicy":            {report.Capacity, report.Capacity, nil, "no more backups are made"},
	"Elasticsearch":                 {report.DataLoss, report.Outage, nil, "its indices are deleted with it unless volumes are kept"},
	"Kibana":                        {report.Outage, report.Capacity, nil, "it does not answer"},
	"LinstorCluster":                {report.DataLoss, report.Outage, nil, "every volume of the cluster hangs on it"},
	"LinstorSatelliteConfiguration": {report.DataLoss, report.Outage, nil, "a storage pool goes with it"},

	"Mount": {report.DataLoss, report.Outage, nil, "every secret that it keeps in Vault is deleted"},
	"Realm": {report.DataLoss, report.Access, nil, "its users, groups and clients are deleted with it"},

	// Rights in Vault and in Keycloak. Keycloak's roles are called as those of Kubernetes.
	"Policy":            {report.Access, report.Access, nil, "whoever has it loses its rights"},
	"AuthBackend":       {report.Access, report.Access, nil, "nobody logs in by it any more"},
	"AuthBackendConfig": {report.Access, report.Access, nil, "nobody logs in by it any more"},
	"AuthBackendRole":   {report.Access, report.Access, nil, "its accounts can no longer log in"},
	"Audit":             {report.Access, report.Access, nil, "nobody sees any more who did what"},
	"RealmEvents":       {report.Access, report.Access, nil, "nobody sees any more who logged in"},
	"RequiredAction":    {report.Access, report.Access, nil, "nobody has to do it at the next login"},
	"Group":             {report.DataLoss, report.Access, nil, "who is in it is forgotten"},
	"GroupRoles":        {report.Access, report.Access, nil, "the group's members lose their rights"},
	"Client":            {report.Access, report.Access, nil, "nobody logs in to its application"},
	"ClientScope":       {report.Access, report.Access, nil, "applications no longer see what it tells about people"},

	"ClientDefaultScopes":           {report.Access, report.Access, nil, "its application no longer sees who somebody is"},
	"AudienceProtocolMapper":        {report.Access, report.Access, nil, "whoever checks the audience refuses the token"},
	"GroupMembershipProtocolMapper": {report.Access, report.Access, nil, "applications no longer see the groups of people"},
	"UserClientRoleProtocolMapper":  {report.Access, report.Access, nil, "its application no longer sees the roles of people"},

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
	"Application":    {report.Outage, report.Access, nil, "what it deploys may be deleted with it"},
	"Middleware":     {report.Access, report.Access, nil, "what it guarded is open or closed"},

	"ClusterRoleBinding":               {report.Access, report.Access, nil, "its subjects lose their rights"},
	"TriggerAuthentication":            {report.Access, report.Access, nil, "its scalers can no longer log in"},
	"ValidatingAdmissionPolicy":        {report.Access, report.Access, nil, "what it refused is possible"},
	"ValidatingAdmissionPolicyBinding": {report.Access, report.Access, nil, "what it refused is possible"},
	"ValidatingWebhookConfiguration":   {report.Access, report.Access, nil, "what it refused is possible"},
	"MutatingWebhookConfiguration":     {report.Outage, report.Access, nil, "objects stay as they are written"},
	"SecretProviderClass":              {report.Outage, report.Access, nil, "pods that mount it do not start"},

	"ClusterIssuer":    {report.Outage, report.Outage, nil, "no certificate is renewed"},
	"Issuer":           {report.Outage, report.Outage, nil, "no certificate is renewed"},
	"Certificate":      {report.Outage, report.Access, nil, "its host has no certificate"},
	"GatewayClass":     {report.Outage, report.Outage, nil, "hosts of its gateways do not answer"},
	"Gateway":          {report.Outage, report.Outage, nil, "its hosts do not answer"},
	"HTTPRoute":        {report.Outage, report.Outage, nil, "its hosts do not answer"},
	"TLSRoute":         {report.Outage, report.Outage, nil, "its hosts do not answer"},
	"TCPRoute":         {report.Outage, report.Outage, nil, "its port does not answer"},
	"BackendTLSPolicy": {report.Outage, report.Access, nil, "what stands behind is spoken to without TLS, if it answers then"},
	"IngressClass":     {report.Outage, report.Outage, nil, "hosts of its ingresses do not answer"},
	"Ingress":          {report.Outage, report.Outage, nil, "its hosts do not answer"},
	"IngressRoute":     {report.Outage, report.Outage, nil, "its hosts do not answer"},
	"Service":          {report.Outage, report.Outage, nil, "its clients do not reach it"},
	"EndpointSlice":    {report.Outage, report.Outage, nil, "its Service leads nowhere"},
	"IPAddressPool":    {report.Outage, report.Outage, nil, "its addresses are taken away"},
	"L2Advertisement":  {report.Outage, report.Outage, nil, "its addresses are not announced"},

	"Release":             {report.Outage, report.Outage, nil, "everything of the chart is deleted"},
	"PriorityClass":       {report.Outage, report.Capacity, nil, "new pods of the class are refused"},
	"PodDisruptionBudget": {report.Capacity, report.Capacity, nil, "a drain may take all pods at once"},
	"ScaledObject":        {report.Capacity, report.Capacity, nil, "nothing scales its workload"},
	"ServiceMonitor":      {report.Capacity, report.Capacity, nil, "it is not watched"},
	"PodMonitor":          {report.Capacity, report.Capacity, nil, "it is not watched"},
	"PrometheusRule":      {report.Capacity, report.Capacity, nil, "nobody is told"},
}

// counts are properties of any kind that say how many or how big: more of it takes nothing away.
var counts = []string{"replicas", "count", "size", "storage", "numberOfInstances", "maxReplicaCount", "partitions"}

// Unlisted is the reason where no table knows the kind.
const Unlisted = "nothing is known about this kind"

var unlisted = costs{gone: report.Outage, update: report.Outage, why: Unlisted}

// provider is what providers cost, whichever package they are of.
var provider = costs{report.DataLoss, report.Access, []cost{
	{"version", anyhow, report.Capacity, ""},
}, "every resource of a provider is replaced with it"}

// harmless are properties of any Kubernetes object that only describe it.
var harmless = []string{"metadata.labels", "metadata.annotations"}

// deciding are parts of labels and annotations that do more than that: admission, controllers and
// selectors go by them.
var deciding = []string{
	"pod-security.kubernetes.io", "is-default-class", "kubernetes.io/ingress.class", "ingress.kubernetes.io/",
	"kubernetes.io/service-account.name", "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component",
	"metallb.io/", "metallb.universe.tf/", "cert-manager.io/", "strimzi.io/", "autoscaling.keda.sh/", "argocd.argoproj.io/",
	"kubed.appscode.com/", "reflector.v1.k8s.emberstack.com/", "helm.sh/resource-policy",
	"reloader.stakater.com/", // pods without it keep a secret that was rotated
}

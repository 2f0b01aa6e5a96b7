// Package postgres runs PostgreSQL: Zalando's operator, clusters, and the users and databases in
// them. It owns the operator's naming patterns; who needs a name asks here.
package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// S3 is where backups go.
type S3 struct {
	Endpoint  string // https address without a final slash
	Region    string
	Bucket    string
	AccessKey string
	SecretKey pulumi.StringInput // secret
	CA        pulumi.StringInput // PEM of the authority behind Endpoint's certificate
	Ready     []pulumi.Resource  // the bucket is there and lets AccessKey in
}

// OperatorArgs configure the operator.
type OperatorArgs struct {
	Charts        kube.Charts
	Namespace     pulumi.StringInput // must exist and allow the baseline standard; the operator serves this namespace only
	NamespaceName string             // its name
	DNSDomain     string             // of the cluster, e.g. cluster.local
	S3            S3
	Readers       []string // logins that read everything, in every cluster, as far as the cluster lets them in
}

// Operator is the installed operator.
type Operator struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // its kinds are served, and what its clusters mount exists

	s3      S3
	readers map[string]pulumi.StringOutput // passwords
}

const (
	storeSecret  = "s3"    // credentials, by the names the tools in the pods read from their environment
	storeCA      = "s3-ca" // mounted into every pod the operator makes
	storeCAPath  = "/etc/s3-ca"
	storeCAFile  = storeCAPath + "/ca.crt"
	accessKey    = "AWS_ACCESS_KEY_ID"
	secretKey    = "AWS_SECRET_ACCESS_KEY"
	bundleKey    = "AWS_CA_BUNDLE" // read by the client that uploads logical backups
	runAsUser    = 101             // postgres in the image
	runAsGroup   = 103
	operatorUser = 1000
)

// NewOperator installs the chart and the Secrets that every cluster of it needs.
func NewOperator(ctx *pulumi.Context, name string, a OperatorArgs, opts ...pulumi.ResourceOption) (*Operator, error) {
	o := &Operator{s3: a.S3, readers: map[string]pulumi.StringOutput{}}
	if err := ctx.RegisterComponentResource("streamforge:data:PostgresOperator", name, o, opts...); err != nil {
		return nil, fmt.Errorf("postgres operator %s: %w", name, err)
	}
	for _, s := range []struct {
		name string
		data pulumi.StringMap
	}{
		{storeSecret, pulumi.StringMap{
			accessKey: pulumi.String(a.S3.AccessKey), secretKey: a.S3.SecretKey, bundleKey: pulumi.String(storeCAFile),
		}},
		{storeCA, pulumi.StringMap{"ca.crt": a.S3.CA}},
	} {
		secret, err := kube.Secret(ctx, name+"-"+s.name, kube.SecretArgs{
			Name: s.name, Namespace: a.Namespace, Data: s.data,
		}, pulumi.Parent(o))
		if err != nil {
			return nil, err
		}
		o.Ready = append(o.Ready, secret)
	}
	readers, err := o.declareReaders(ctx, name, a)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, name, pins.PostgresOperator, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: operatorValues(a),
	}, pulumi.Parent(o), kube.After(readers...)) // it looks for them once, when it starts
	if err != nil {
		return nil, err
	}
	o.Ready = append(o.Ready, release)
	return o, ctx.RegisterResourceOutputs(o, pulumi.Map{})
}

func operatorValues(a OperatorArgs) pulumi.Map {
	return pulumi.Map{
		"configGeneral": pulumi.Map{
			// Helm installs the definitions once and never again: the operator brings them up to its own version.
			"enable_crd_registration":           pulumi.Bool(true),
			"enable_team_id_clustername_prefix": pulumi.Bool(true),
		},
		"configKubernetes": kubernetesValues(a),
		// Processor time is requested but not limited, see kube.Resources; 0 takes the chart's limit away.
		"configPostgresPodResources": pulumi.Map{"default_cpu_limit": pulumi.String("0")},
		"configAwsOrGcp": pulumi.Map{
			"wal_s3_bucket":                pulumi.String(a.S3.Bucket),
			"additional_secret_mount":      pulumi.String(storeCA),
			"additional_secret_mount_path": pulumi.String(storeCAPath),
		},
		"configLogicalBackup": pulumi.Map{
			"logical_backup_s3_bucket":                  pulumi.String(a.S3.Bucket),
			"logical_backup_s3_bucket_prefix":           pulumi.String("logical"),
			"logical_backup_s3_endpoint":                pulumi.String(a.S3.Endpoint),
			"logical_backup_s3_region":                  pulumi.String(a.S3.Region),
			"logical_backup_s3_sse":                     pulumi.String(""), // the store has no keys of its own
			"logical_backup_cronjob_environment_secret": pulumi.String(storeSecret),
		},
		// Otherwise the operator would wait for members of teams that nobody has.
		"configTeamsApi":       pulumi.Map{"enable_teams_api": pulumi.Bool(false)},
		"podPriorityClassName": pulumi.Map{"create": pulumi.Bool(false)}, // made for the whole cluster, used by nobody
		"resources":            kube.Resources("100m", "250Mi", "500Mi"),
		"securityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(operatorUser),
			"readOnlyRootFilesystem": pulumi.Bool(true), "allowPrivilegeEscalation": pulumi.Bool(false),
			"capabilities":   pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
			"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
	}
}

// kubernetesValues keep data and passwords when a cluster's object goes.
func kubernetesValues(a OperatorArgs) pulumi.Map {
	values := pulumi.Map{
		"watched_namespace":                       pulumi.String(a.NamespaceName),
		"cluster_domain":                          pulumi.String(a.DNSDomain),
		"enable_persistent_volume_claim_deletion": pulumi.Bool(false),
		"persistent_volume_claim_retention_policy": pulumi.Map{
			"when_deleted": pulumi.String("retain"), "when_scaled": pulumi.String("retain"),
		},
		"enable_secrets_deletion": pulumi.Bool(false),
		"enable_pod_antiaffinity": pulumi.Bool(true), // required: two instances never share a machine
		"enable_readiness_probe":  pulumi.Bool(true),
		// The pods' own backup schedule is cron's, which changes its user.
		"spilo_allow_privilege_escalation": pulumi.Bool(true),
	}
	if len(a.Readers) > 0 {
		values["infrastructure_roles_secret_name"] = pulumi.String(a.NamespaceName + "/" + readersObject)
	}
	return values
}

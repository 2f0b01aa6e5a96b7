package vault

import (
	_ "embed" // the scripts
	"fmt"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Snapshots go to the object store as Vault gives them: encrypted, of no use without the key shares.
type Snapshots struct {
	Schedule string             // cron, UTC
	Endpoint string             // https address of the object store
	CA       pulumi.StringInput // PEM of the authority behind Endpoint
	Bucket   string
	Class    string // SecretProviderClass in the namespace that mounts the files named below
}

// The snapshots' own log-in, and the files with the store's credentials.
const (
	SnapshotAccount = "vault-snapshot" // service account, and the role it logs in with
	FileAccessKey   = "access-key"
	FileSecretKey   = "secret-key"
	// Audience is that of every token shown to Vault: one made for anything else does not log in.
	Audience = "vault"
)

//go:embed save.sh
var saveScript string

//go:embed upload.sh
var uploadScript string

var serviceAccountKind = kube.Kind{APIVersion: "v1", Kind: "ServiceAccount"}

func snapshotLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": SnapshotAccount}
}

// snapshots declares the job. It is no method: see tests/graph/generics_test.go.
func snapshots(ctx *pulumi.Context, v *Vault, name string, a Args) error {
	child := pulumi.Parent(v)
	labels := pulumi.ToStringMap(snapshotLabels())
	account, err := kube.Apply(ctx, name+"-snapshot-account", kube.Object{
		Kind: serviceAccountKind, Name: SnapshotAccount, Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(),
		Fields: pulumi.Map{"automountServiceAccountToken": pulumi.Bool(false)},
	}, child)
	if err != nil {
		return err
	}
	scripts, err := kube.ConfigMap(ctx, name+"-snapshot", kube.ConfigMapArgs{
		Name: SnapshotAccount, Namespace: a.Namespace, Labels: labels, Data: pulumi.StringMap{
			"save.sh": pulumi.String(saveScript), "upload.sh": pulumi.String(uploadScript), "s3-ca.crt": a.Snapshots.CA,
		},
	}, child)
	if err != nil {
		return err
	}
	_, err = batchv1.NewCronJob(ctx, name+"-snapshot", &batchv1.CronJobArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(SnapshotAccount), Namespace: a.Namespace, Labels: labels},
		Spec: &batchv1.CronJobSpecArgs{
			Schedule:                   pulumi.String(a.Snapshots.Schedule),
			ConcurrencyPolicy:          pulumi.String("Forbid"),
			StartingDeadlineSeconds:    pulumi.Int(3600),
			SuccessfulJobsHistoryLimit: pulumi.Int(1),
			FailedJobsHistoryLimit:     pulumi.Int(3),
			JobTemplate: &batchv1.JobTemplateSpecArgs{Spec: &batchv1.JobSpecArgs{
				BackoffLimit: pulumi.Int(2), ActiveDeadlineSeconds: pulumi.Int(1800),
				Template: &corev1.PodTemplateSpecArgs{Metadata: &metav1.ObjectMetaArgs{Labels: labels}, Spec: snapshotPod(v, a)},
			}},
		},
	}, child, kube.After(account, scripts))
	if err != nil {
		return fmt.Errorf("cron job %s: %w", SnapshotAccount, err)
	}
	_, err = kube.NetworkPolicy(ctx, name+"-snapshot", kube.NetworkPolicyArgs{
		Name: SnapshotAccount, Namespace: a.Namespace, Pods: labels,
	}, child)
	return err
}

const (
	scriptPath, workPath, tokenPath, s3Path = "/scripts", "/work", "/token", "/s3"
	snapshotUser                            = 1000
)

func snapshotPod(v *Vault, a Args) *corev1.PodSpecArgs {
	return &corev1.PodSpecArgs{
		RestartPolicy:                pulumi.String("Never"),
		ServiceAccountName:           pulumi.String(SnapshotAccount),
		AutomountServiceAccountToken: pulumi.Bool(false), // what it logs in with is made for Vault alone
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(snapshotUser), RunAsGroup: pulumi.Int(snapshotUser),
			FsGroup: pulumi.Int(snapshotUser), SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		InitContainers: corev1.ContainerArray{container("save", pins.VaultImage, corev1.EnvVarArray{
			env("VAULT_ADDR", v.Address), env("VAULT_CACERT", "/ca/"+AuthorityKey), env("ROLE", SnapshotAccount),
			env("TOKEN", tokenPath+"/token"), env("FILE", workPath+"/vault.snap"), env("HOME", workPath),
		}, mount("ca", "/ca", true), mount("token", tokenPath, true))},
		Containers: corev1.ContainerArray{container("upload", pins.MinIOClient, corev1.EnvVarArray{
			env("ENDPOINT", a.Snapshots.Endpoint), env("BUCKET", a.Snapshots.Bucket), env("CA", scriptPath+"/s3-ca.crt"),
			env("ACCESS_KEY", s3Path+"/"+FileAccessKey), env("SECRET_KEY", s3Path+"/"+FileSecretKey),
			env("FILE", workPath+"/vault.snap"), env("HOME", workPath), env("MC_CONFIG_DIR", workPath+"/mc"),
		}, mount("s3", s3Path, true))},
		Volumes: corev1.VolumeArray{
			configVolume("scripts", SnapshotAccount), configVolume("ca", Authority),
			&corev1.VolumeArgs{Name: pulumi.String("work"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{
				SizeLimit: pulumi.String(fmt.Sprintf("%dGi", a.DiskGiB)),
			}},
			&corev1.VolumeArgs{Name: pulumi.String("token"), Projected: &corev1.ProjectedVolumeSourceArgs{
				Sources: corev1.VolumeProjectionArray{&corev1.VolumeProjectionArgs{
					ServiceAccountToken: &corev1.ServiceAccountTokenProjectionArgs{
						Audience: pulumi.String(Audience), ExpirationSeconds: pulumi.Int(600), Path: pulumi.String("token"),
					},
				}},
			}},
			&corev1.VolumeArgs{Name: pulumi.String("s3"), Csi: &corev1.CSIVolumeSourceArgs{
				Driver: pulumi.String("secrets-store.csi.k8s.io"), ReadOnly: pulumi.Bool(true),
				VolumeAttributes: pulumi.StringMap{"secretProviderClass": pulumi.String(a.Snapshots.Class)},
			}},
		},
	}
}

func container(name, image string, environment corev1.EnvVarArray, mounts ...corev1.VolumeMountInput) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name: pulumi.String(name), Image: pulumi.String(image), Env: environment,
		Command:      pulumi.ToStringArray([]string{"/bin/sh", scriptPath + "/" + name + ".sh"}),
		VolumeMounts: append(corev1.VolumeMountArray{mount("scripts", scriptPath, true), mount("work", workPath, false)}, mounts...),
		Resources: &corev1.ResourceRequirementsArgs{
			Requests: pulumi.StringMap{"cpu": pulumi.String("10m"), "memory": pulumi.String("64Mi")},
			Limits:   pulumi.StringMap{"memory": pulumi.String("256Mi")},
		},
		SecurityContext: &corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false), ReadOnlyRootFilesystem: pulumi.Bool(true),
			Capabilities: &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
	}
}

func env(name, value string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}

func mount(name, path string, readOnly bool) *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{Name: pulumi.String(name), MountPath: pulumi.String(path), ReadOnly: pulumi.Bool(readOnly)}
}

func configVolume(name, configMap string) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(configMap)}}
}

package vault

import (
	_ "embed" // the scripts
	"fmt"

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

func snapshotLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": SnapshotAccount}
}

// snapshots declares the job.
func snapshots(ctx *pulumi.Context, v *Vault, name string, a Args) error {
	child := pulumi.Parent(v)
	labels := pulumi.ToStringMap(snapshotLabels())
	account, err := kube.ServiceAccount(ctx, name+"-snapshot-account", SnapshotAccount, a.Namespace, nil, child)
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
	_, err = kube.CronJob(ctx, name+"-snapshot", kube.CronJobArgs{
		Name: SnapshotAccount, Namespace: a.Namespace, Schedule: a.Snapshots.Schedule, Late: 3600,
		JobSpec: kube.JobSpec{Pod: snapshotPod(v.Address, a), Labels: labels, Deadline: 1800, Retries: 2},
	}, child, kube.After(account, scripts))
	if err != nil {
		return err
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

func snapshotPod(address string, a Args) kube.Pod {
	return kube.Pod{
		Once:    true,
		Account: SnapshotAccount, // what it logs in with is made for Vault alone
		User:    snapshotUser, Group: snapshotUser, FSGroup: snapshotUser,
		Init: []kube.Container{container("save", pins.VaultImage, []kube.EnvVar{
			kube.Env("VAULT_ADDR", address), kube.Env("VAULT_CACERT", "/ca/"+AuthorityKey), kube.Env("ROLE", SnapshotAccount),
			kube.Env("TOKEN", tokenPath+"/token"), kube.Env("FILE", workPath+"/vault.snap"), kube.Env("HOME", workPath),
		}, kube.Mount{Volume: "ca", Path: "/ca"}, kube.Mount{Volume: "token", Path: tokenPath})},
		Containers: []kube.Container{container("upload", pins.MinIOClient, []kube.EnvVar{
			kube.Env("ENDPOINT", a.Snapshots.Endpoint), kube.Env("BUCKET", a.Snapshots.Bucket), kube.Env("CA", scriptPath+"/s3-ca.crt"),
			kube.Env("ACCESS_KEY", s3Path+"/"+FileAccessKey), kube.Env("SECRET_KEY", s3Path+"/"+FileSecretKey),
			kube.Env("FILE", workPath+"/vault.snap"), kube.Env("HOME", workPath), kube.Env("MC_CONFIG_DIR", workPath+"/mc"),
		}, kube.Mount{Volume: "s3", Path: s3Path})},
		Volumes: []kube.Volume{
			kube.FromConfigMap("scripts", SnapshotAccount), kube.FromConfigMap("ca", Authority),
			kube.Empty("work", fmt.Sprintf("%dGi", a.DiskGiB)),
			kube.Token("token", Audience, "token", 600), kube.FromProvider("s3", a.Snapshots.Class),
		},
	}
}

func container(name, image string, environment []kube.EnvVar, mounts ...kube.Mount) kube.Container {
	return kube.Container{
		Name: name, Image: image, Env: environment, Command: []string{"/bin/sh", scriptPath + "/" + name + ".sh"},
		Mounts: append([]kube.Mount{{Volume: "scripts", Path: scriptPath}, {Volume: "work", Path: workPath, Writable: true}}, mounts...),
		CPU:    "10m", Memory: "64Mi", MemoryLimit: "256Mi",
	}
}

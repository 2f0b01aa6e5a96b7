package arangodb

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

const authorityYears = 10

// root makes the administrator's password. The operator reads it once, at the cluster's first start.
func (c *Cluster) root(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	password, err := secrets.Password(ctx, name+"-root", c.kept()...)
	if err != nil {
		return nil, err
	}
	c.Password = password
	return c.secret(ctx, name+"-root", RootSecret(a.Name), a, pulumi.StringMap{
		UserKey: pulumi.String(RootUser), PasswordKey: password,
	})
}

// authority makes the authority that the operator signs the servers' certificates with. It is one
// of the cluster's own: the operator holds its key, and must not be able to sign for all else.
func (c *Cluster) authority(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	own, err := secrets.NewAuthority(ctx, name+"-ca", secrets.AuthorityArgs{
		CommonName: "ArangoDB " + a.Name + " CA", Organization: "StreamForge", Years: authorityYears,
	}, c.kept()...)
	if err != nil {
		return nil, err
	}
	c.CA = own.CertificatePEM
	return c.secret(ctx, name+"-authority", CASecret(a.Name), a, pulumi.StringMap{
		CAKey: own.CertificatePEM, "ca.key": own.KeyPEM,
	})
}

// store makes what the backups need: the credentials in the form of rclone, and the authority.
func (c *Cluster) store(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	s3 := a.Backup.S3
	token := pulumi.ToSecret(s3.SecretKey.ToStringOutput().ApplyT(func(secretKey string) (string, error) {
		content, err := json.Marshal(map[string]map[string]string{"S3": {
			"type": "s3", "provider": "Minio", "env_auth": "false", "endpoint": s3.Endpoint, "region": s3.Region,
			"access_key_id": s3.AccessKey, "secret_access_key": secretKey, "force_path_style": "true",
		}})
		return string(content), err
	})).(pulumi.StringOutput)
	credentials, err := c.secret(ctx, name+"-backup", backupSecret(a.Name), a, pulumi.StringMap{"token": token})
	if err != nil {
		return nil, err
	}
	authority, err := c.secret(ctx, name+"-backup-ca", storeCASecret(a.Name), a, pulumi.StringMap{CAKey: s3.CA})
	return []pulumi.Resource{credentials, authority}, err
}

func (c *Cluster) secret(ctx *pulumi.Context, name, secret string, a Args, data pulumi.StringMap) (pulumi.Resource, error) {
	return kube.Secret(ctx, name, kube.SecretArgs{
		Name: secret, Namespace: a.Namespace, Labels: labels(a.Name), Data: data,
	}, pulumi.Parent(c))
}

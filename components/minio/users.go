package minio

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// users makes the credentials of every consumer.
func (m *MinIO) users(ctx *pulumi.Context, name string, a Args) error {
	for _, u := range a.Users {
		key, err := secrets.Password(ctx, name+"-user-"+u.Name, pulumi.Parent(m))
		if err != nil {
			return err
		}
		secret := userSecret(u.Name)
		_, err = kube.Secret(ctx, name+"-user-"+u.Name, kube.SecretArgs{
			Name: secret, Namespace: a.Namespace, Labels: labels(app),
			Data: pulumi.StringMap{
				KeyAccessKey: pulumi.String(u.Name), KeySecretKey: key, KeyRegion: pulumi.String(a.Region),
				KeyEndpoint: pulumi.String(m.Endpoint), KeyCA: a.CA,
			},
		}, pulumi.Parent(m))
		if err != nil {
			return err
		}
		m.Users[u.Name] = Credentials{AccessKey: u.Name, SecretKey: key, Secret: secret}
	}
	return nil
}

func userSecret(user string) string { return "s3-" + user }

// Actions of a policy. None of them removes a single version: what is versioned can be brought back.
var (
	anyBucket    = []string{"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"}
	readObjects  = []string{"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging"}
	writeObjects = []string{"s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}
	both         = []string{"s3:DeleteObject"}
)

type statement struct {
	Effect   string
	Action   []string
	Resource []string
}

// policy renders a user's policy in the form that the store takes.
func policy(u User) (string, error) {
	document := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, g := range u.Grants {
		arn := "arn:aws:s3:::" + g.Bucket
		actions := []string{}
		if g.Read {
			actions = append(actions, readObjects...)
		}
		if g.Write {
			actions = append(actions, writeObjects...)
		}
		if g.Read && g.Write {
			actions = append(actions, both...)
		}
		document.Statement = append(document.Statement,
			statement{"Allow", anyBucket, []string{arn}}, statement{"Allow", actions, []string{arn + "/*"}})
	}
	content, err := json.MarshalIndent(document, "", "  ")
	return string(content) + "\n", err
}

// lifecycle renders a bucket's rules, empty when it has none.
func lifecycle(b Bucket) (string, error) {
	type days map[string]any
	type rule struct {
		ID, Status                  string
		Expiration                  days `json:",omitempty"`
		NoncurrentVersionExpiration days `json:",omitempty"`
	}
	var rules []rule
	if b.ExpireDays > 0 {
		rules = append(rules, rule{ID: "expire", Status: "Enabled", Expiration: days{"Days": b.ExpireDays}})
	}
	if b.NoncurrentDays > 0 {
		rules = append(rules, rule{ID: "noncurrent", Status: "Enabled",
			NoncurrentVersionExpiration: days{"NoncurrentDays": b.NoncurrentDays},
			// A deletion whose versions are all gone would stay in every listing.
			Expiration: days{"ExpiredObjectDeleteMarker": true},
		})
	}
	if len(rules) == 0 {
		return "", nil
	}
	content, err := json.MarshalIndent(struct{ Rules []rule }{rules}, "", "  ")
	return string(content) + "\n", err
}

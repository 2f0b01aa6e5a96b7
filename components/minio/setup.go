package minio

import (
	_ "embed" // setup.sh
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

//go:embed setup.sh
var script string

const (
	setupApp  = "minio-setup"
	scriptKey = "setup.sh"
)

// plan gives the files that the script reads.
func plan(a Args) (map[string]string, error) {
	files := map[string]string{scriptKey: script}
	var buckets, users strings.Builder
	for _, b := range a.Buckets {
		kind := "plain"
		if b.Versioning {
			kind = "versioned"
		}
		fmt.Fprintf(&buckets, "%s %s\n", b.Name, kind)
		rules, err := lifecycle(b)
		if err != nil {
			return nil, fmt.Errorf("rules of bucket %s: %w", b.Name, err)
		}
		if rules != "" {
			files[b.Name+".lifecycle.json"] = rules
		}
	}
	for _, u := range a.Users {
		fmt.Fprintf(&users, "%s\n", u.Name)
		content, err := policy(u)
		if err != nil {
			return nil, fmt.Errorf("policy of user %s: %w", u.Name, err)
		}
		files[u.Name+".policy.json"] = content
	}
	files["buckets"], files["users"] = buckets.String(), users.String()
	return files, nil
}

// setup makes buckets, users and policies.
func (m *MinIO) setup(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	files, err := plan(a)
	if err != nil {
		return nil, err
	}
	return kube.Upkeep(ctx, name+"-setup", kube.UpkeepArgs{
		App: setupApp, Namespace: a.Namespace, Labels: labels(setupApp), Files: files, Settings: []string{pins.MinIOClient, a.Region},
		Annotations: pulumi.StringMap{"streamforge/credentials": m.credentials()}, Deadline: 900, Minute: 41, Running: m.Serving,
		Pod: func(configMap string) kube.Pod { return setupPod(m.Endpoint, configMap, a) },
	}, pulumi.Parent(m))
}

// credentials changes when any user's secret key does, and with it the Job, which is then run anew.
func (m *MinIO) credentials() pulumi.StringOutput {
	var keys []pulumi.StringInput
	for _, name := range slices.Sorted(maps.Keys(m.Users)) {
		keys = append(keys, m.Users[name].SecretKey)
	}
	return secrets.Fingerprint(keys...)
}

package kube

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Volume is a volume of a pod. Make it with one of the functions below.
type Volume struct {
	name   string
	source pulumi.Map
}

func (v Volume) spec() pulumi.Map {
	spec := maps.Clone(v.source)
	spec["name"] = pulumi.String(v.name)
	return spec
}

// secretMode lets the pod's FSGroup read a Secret's files, and nobody else.
const secretMode = pulumi.Int(0o440)

// Empty is a folder that lives as long as the pod, up to a size such as 64Mi.
func Empty(name, limit string) Volume {
	return Volume{name, pulumi.Map{"emptyDir": pulumi.Map{"sizeLimit": pulumi.String(limit)}}}
}

// FromClaim is a claim's volume.
func FromClaim(name, claim string) Volume {
	return Volume{name, pulumi.Map{"persistentVolumeClaim": pulumi.Map{"claimName": pulumi.String(claim)}}}
}

// FromConfigMap holds a file for each key.
func FromConfigMap(name, configMap string) Volume {
	return Volume{name, pulumi.Map{"configMap": pulumi.Map{"name": pulumi.String(configMap)}}}
}

// FromSecret holds a file for each key, or only for those that files names: file by key.
func FromSecret(name, secret string, files map[string]string) Volume {
	source := pulumi.Map{"secretName": pulumi.String(secret), "defaultMode": secretMode}
	setList(source, "items", slices.Sorted(maps.Keys(files)), func(key string) pulumi.Map { return item(key, files[key]) })
	return Volume{name, pulumi.Map{"secret": source}}
}

// KeyFile is the key of a Secret as a file.
type KeyFile struct{ Secret, Key, File string }

// FromSecrets gathers keys of several Secrets in one folder.
func FromSecrets(name string, files []KeyFile) Volume {
	var sources pulumi.Array
	for _, f := range files {
		sources = append(sources, pulumi.Map{"secret": pulumi.Map{
			"name": pulumi.String(f.Secret), "items": pulumi.Array{item(f.Key, f.File)},
		}})
	}
	return Volume{name, pulumi.Map{"projected": pulumi.Map{"defaultMode": secretMode, "sources": sources}}}
}

// Token holds a token of the pod's service account in the file of that name, good for one audience and
// so many seconds, at least 600. The kubelet renews it.
func Token(name, audience, file string, seconds int) Volume {
	return Volume{name, pulumi.Map{"projected": pulumi.Map{"sources": pulumi.Array{pulumi.Map{"serviceAccountToken": pulumi.Map{
		"audience": pulumi.String(audience), "expirationSeconds": pulumi.Int(seconds), "path": pulumi.String(file),
	}}}}}}
}

// FromProvider holds what a SecretProviderClass of the pod's namespace names.
func FromProvider(name, class string) Volume {
	return Volume{name, pulumi.Map{"csi": pulumi.Map{
		"driver": pulumi.String("secrets-store.csi.k8s.io"), "readOnly": pulumi.Bool(true),
		"volumeAttributes": pulumi.StringMap{"secretProviderClass": pulumi.String(class)},
	}}}
}

func item(key, file string) pulumi.Map {
	return pulumi.Map{"key": pulumi.String(key), "path": pulumi.String(file)}
}

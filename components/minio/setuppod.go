package minio

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/pins"
)

// setupPod runs the script over the files of the ConfigMap. It is no method: see tests/graph/generics_test.go.
func setupPod(m *MinIO, configMap string, a Args) *corev1.PodSpecArgs {
	const planMount, usersMount, caMount, workMount = "/plan", "/users", "/ca", "/tmp"
	mount := func(name, path string, readOnly bool) *corev1.VolumeMountArgs {
		return &corev1.VolumeMountArgs{Name: pulumi.String(name), MountPath: pulumi.String(path), ReadOnly: pulumi.Bool(readOnly)}
	}
	return &corev1.PodSpecArgs{
		RestartPolicy:                pulumi.String("Never"), // a failed pod keeps its log
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext:              podSecurity(),
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:    pulumi.String("setup"),
			Image:   pulumi.String(pins.MinIOClient),
			Command: pulumi.ToStringArray([]string{"/bin/sh", planMount + "/" + scriptKey}),
			Env: corev1.EnvVarArray{
				env("ENDPOINT", m.Endpoint), env("REGION", a.Region), env("CA", caMount+"/"+KeyCA),
				env("PLAN", planMount), env("USERS", usersMount),
				env("HOME", workMount), env("MC_CONFIG_DIR", workMount+"/mc"),
				env("ROOT_USER", rootUser), passwordFrom("ROOT_PASSWORD"),
			},
			VolumeMounts: corev1.VolumeMountArray{
				mount("plan", planMount, true), mount("users", usersMount, true), mount("ca", caMount, true),
				mount("work", workMount, false),
			},
			Resources: &corev1.ResourceRequirementsArgs{
				Requests: pulumi.StringMap{"cpu": pulumi.String("10m"), "memory": pulumi.String("64Mi")},
				Limits:   pulumi.StringMap{"memory": pulumi.String("256Mi")},
			},
			SecurityContext: containerSecurity(),
		}},
		Volumes: corev1.VolumeArray{
			&corev1.VolumeArgs{Name: pulumi.String("plan"), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{
				Name: pulumi.String(configMap),
			}},
			&corev1.VolumeArgs{Name: pulumi.String("ca"), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{
				Name: pulumi.String(authority),
			}},
			&corev1.VolumeArgs{Name: pulumi.String("users"), Projected: secretKeys(a.Users)},
			&corev1.VolumeArgs{Name: pulumi.String("work"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{
				SizeLimit: pulumi.String("64Mi"),
			}},
		},
	}
}

// secretKeys gathers the users' secret keys in one folder, a file for each user.
func secretKeys(users []User) *corev1.ProjectedVolumeSourceArgs {
	sources := corev1.VolumeProjectionArray{}
	for _, u := range users {
		sources = append(sources, &corev1.VolumeProjectionArgs{Secret: &corev1.SecretProjectionArgs{
			Name: pulumi.String(userSecret(u.Name)), Items: corev1.KeyToPathArray{path(KeySecretKey, u.Name)},
		}})
	}
	return &corev1.ProjectedVolumeSourceArgs{DefaultMode: pulumi.Int(0o440), Sources: sources}
}

package technitium

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	zonesMount = "/zones"
	curlUser   = 100 // of the curl image
	curlGroup  = 101
)

// zonesPod runs the script over the files of the ConfigMap.
func zonesPod(configMap string, f Forwarders) *corev1.PodSpecArgs {
	env := func(name, value string) *corev1.EnvVarArgs {
		return &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
	}
	return &corev1.PodSpecArgs{
		RestartPolicy:                pulumi.String("Never"), // a failed pod keeps its log
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(curlUser), RunAsGroup: pulumi.Int(curlGroup),
			FsGroup:        pulumi.Int(curlGroup), // reads the password
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:    pulumi.String("apply"),
			Image:   pulumi.String(pins.Curl),
			Command: pulumi.ToStringArray([]string{"/bin/sh", zonesMount + "/" + scriptKey}),
			Env: corev1.EnvVarArray{
				env("API", fmt.Sprintf("http://%s:%d", ConsoleService, ConsolePort)),
				env("PASSWORD_FILE", passwordMount+"/"+passwordKey),
				env("ZONES", zonesMount),
				env("FORWARDERS", f.list()),
				env("PROTOCOL", f.Protocol),
				env("RECURSION", recursion),
			},
			VolumeMounts: corev1.VolumeMountArray{
				&corev1.VolumeMountArgs{
					Name: pulumi.String("zones"), MountPath: pulumi.String(zonesMount), ReadOnly: pulumi.Bool(true),
				},
				passwordMountArgs(),
			},
			Resources: &corev1.ResourceRequirementsArgs{
				Requests: pulumi.StringMap{"cpu": pulumi.String("10m"), "memory": pulumi.String("16Mi")},
				Limits:   pulumi.StringMap{"memory": pulumi.String("64Mi")},
			},
			SecurityContext: &corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false),
				ReadOnlyRootFilesystem:   pulumi.Bool(true),
				Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
			},
		}},
		Volumes: corev1.VolumeArray{
			&corev1.VolumeArgs{Name: pulumi.String("zones"), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{
				Name: pulumi.String(configMap),
			}},
			passwordVolume(),
		},
	}
}

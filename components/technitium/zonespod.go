package technitium

import (
	"fmt"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	zonesMount = "/zones"
	curlUser   = 100 // of the curl image
	curlGroup  = 101
)

// zonesPod runs the script over the files of the ConfigMap.
func zonesPod(configMap string, f Forwarders) kube.Pod {
	return kube.Pod{
		Once: true, User: curlUser, Group: curlGroup, FSGroup: curlGroup,
		Containers: []kube.Container{{
			Name: "apply", Image: pins.Curl, Command: []string{"/bin/sh", zonesMount + "/" + scriptKey},
			Env: []kube.EnvVar{
				kube.Env("API", fmt.Sprintf("http://%s:%d", ConsoleService, ConsolePort)),
				kube.Env("PASSWORD_FILE", passwordMount+"/"+passwordKey),
				kube.Env("ZONES", zonesMount),
				kube.Env("FORWARDERS", f.list()),
				kube.Env("PROTOCOL", f.Protocol),
				kube.Env("RECURSION", recursion),
			},
			Mounts: []kube.Mount{{Volume: "zones", Path: zonesMount}, passwordMounted},
			CPU:    "10m", Memory: "16Mi", MemoryLimit: "64Mi",
		}},
		Volumes: []kube.Volume{kube.FromConfigMap("zones", configMap), passwordVolume()},
	}
}

package minio

import (
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// setupPod runs the script over the files of the ConfigMap.
func setupPod(endpoint, configMap string, a Args) kube.Pod {
	const planMount, usersMount, caMount, workMount = "/plan", "/users", "/ca", "/tmp"
	var keys []kube.KeyFile
	for _, u := range a.Users {
		keys = append(keys, kube.KeyFile{Secret: userSecret(u.Name), Key: KeySecretKey, File: u.Name})
	}
	return kube.Pod{
		Once: true, User: user, Group: user, FSGroup: user,
		Containers: []kube.Container{{
			Name: "setup", Image: pins.MinIOClient, Command: []string{"/bin/sh", planMount + "/" + scriptKey},
			Env: []kube.EnvVar{
				kube.Env("ENDPOINT", endpoint), kube.Env("REGION", a.Region), kube.Env("CA", caMount+"/"+KeyCA),
				kube.Env("PLAN", planMount), kube.Env("USERS", usersMount),
				kube.Env("HOME", workMount), kube.Env("MC_CONFIG_DIR", workMount+"/mc"),
				kube.Env("ROOT_USER", rootUser), kube.EnvFromSecret("ROOT_PASSWORD", rootSecret, passwordKey),
			},
			Mounts: []kube.Mount{
				{Volume: "plan", Path: planMount}, {Volume: "users", Path: usersMount}, {Volume: "ca", Path: caMount},
				{Volume: "work", Path: workMount, Writable: true},
			},
			CPU: "10m", Memory: "64Mi", MemoryLimit: "256Mi",
		}},
		Volumes: []kube.Volume{
			kube.FromConfigMap("plan", configMap), kube.FromConfigMap("ca", authority), kube.FromSecrets("users", keys), kube.Empty("work", "64Mi"),
		},
	}
}

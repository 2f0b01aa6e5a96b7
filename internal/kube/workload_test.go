package kube_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

var app = pulumi.StringMap{"app": pulumi.String("web")}

func workload(t *testing.T, p kube.Pod) kubetest.Resource {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := kube.Deployment(ctx, "web", kube.WorkloadArgs{
			Name: "web", Namespace: pulumi.String("front"), Labels: app, Replicas: 2, Pod: p,
		})
		return err
	}).Get(t, "kubernetes:apps/v1:Deployment", "web")
}

func TestPodsAreHardenedByDefault(t *testing.T) {
	d := workload(t, kube.Pod{Containers: []kube.Container{{Name: "web", Image: "web:1", CPU: "10m", Memory: "16Mi", MemoryLimit: "32Mi"}}})
	assert.Equal(t, map[string]any{
		"automountServiceAccountToken": false, "enableServiceLinks": false,
		"securityContext": map[string]any{"seccompProfile": map[string]any{"type": "RuntimeDefault"}},
		"containers": []any{map[string]any{
			"name": "web", "image": "web:1",
			"resources": map[string]any{
				"requests": map[string]any{"cpu": "10m", "memory": "16Mi"}, "limits": map[string]any{"memory": "32Mi"},
			},
			"securityContext": map[string]any{
				"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": map[string]any{"drop": []any{"ALL"}},
			},
		}},
	}, d.At("spec.template.spec"))
	assert.Equal(t, d.At("spec.selector.matchLabels"), d.At("spec.template.metadata.labels"))
	assert.Nil(t, d.At("spec.strategy"))
}

func TestPodSaysWhatItNeeds(t *testing.T) {
	p := workload(t, kube.Pod{
		User: 7, Group: 8, FSGroup: 9, Account: "web", Token: true, Priority: "high", NodesDNS: true, Once: true, Apart: true,
		Spread: []string{"zone"}, Nodes: pulumi.StringMap{"disk": pulumi.String("true")}, Grace: 60,
		Init: []kube.Container{{Name: "first", Command: []string{"a"}, Args: []string{"b"}, Capabilities: []string{"CHOWN"}}},
	}).At("spec.template.spec").(map[string]any)
	assert.Equal(t, map[string]any{
		"runAsNonRoot": true, "runAsUser": 7.0, "runAsGroup": 8.0, "fsGroup": 9.0, "fsGroupChangePolicy": "OnRootMismatch",
		"seccompProfile": map[string]any{"type": "RuntimeDefault"},
	}, p["securityContext"])
	for key, want := range map[string]any{
		"serviceAccountName": "web", "automountServiceAccountToken": true, "priorityClassName": "high", "dnsPolicy": "Default",
		"restartPolicy": "Never", "terminationGracePeriodSeconds": 60.0, "nodeSelector": map[string]any{"disk": "true"},
		"affinity": map[string]any{"podAntiAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": []any{map[string]any{
			"labelSelector": map[string]any{"matchLabels": map[string]any{"app": "web"}}, "topologyKey": "kubernetes.io/hostname",
		}}}},
		"topologySpreadConstraints": []any{map[string]any{
			"labelSelector": map[string]any{"matchLabels": map[string]any{"app": "web"}}, "topologyKey": "zone",
			"maxSkew": 1.0, "whenUnsatisfiable": "ScheduleAnyway",
		}},
	} {
		assert.Equal(t, want, p[key], key)
	}
	first := p["initContainers"].([]any)[0].(map[string]any)
	assert.Equal(t, []any{"a"}, first["command"])
	assert.Equal(t, []any{"b"}, first["args"])
	assert.Equal(t, []any{"CHOWN"}, first["securityContext"].(map[string]any)["capabilities"].(map[string]any)["add"])
}

func TestContainerFields(t *testing.T) {
	c := workload(t, kube.Pod{Containers: []kube.Container{{
		Env:   []kube.EnvVar{kube.Env("A", ""), kube.EnvFromSecret("B", "login", "password"), kube.EnvFromField("C", "status.podIP")},
		Ports: []kube.Port{{Name: "http", Number: 80}, {Name: "dns", Number: 53, Proto: "UDP"}},
		Ready: &kube.Probe{Port: "http", Period: 5}, Live: &kube.Probe{Path: "/", Port: "http", Period: 5, Failures: 6, Timeout: 2},
		Startup: &kube.Probe{Path: "/", Port: "http", TLS: true, Period: 1},
		Mounts:  []kube.Mount{{Volume: "a", Path: "/a"}, {Volume: "b", Path: "/b", Writable: true}},
	}}}).At("spec.template.spec.containers.0").(map[string]any)
	for key, want := range map[string]any{
		"env": []any{
			map[string]any{"name": "A", "value": ""},
			map[string]any{"name": "B", "valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": "login", "key": "password"}}},
			map[string]any{"name": "C", "valueFrom": map[string]any{"fieldRef": map[string]any{"fieldPath": "status.podIP"}}},
		},
		"ports": []any{
			map[string]any{"name": "http", "containerPort": 80.0, "protocol": "TCP"},
			map[string]any{"name": "dns", "containerPort": 53.0, "protocol": "UDP"},
		},
		"readinessProbe": map[string]any{"tcpSocket": map[string]any{"port": "http"}, "periodSeconds": 5.0},
		"livenessProbe": map[string]any{
			"httpGet": map[string]any{"path": "/", "port": "http"}, "periodSeconds": 5.0, "failureThreshold": 6.0, "timeoutSeconds": 2.0,
		},
		"startupProbe": map[string]any{"httpGet": map[string]any{"path": "/", "port": "http", "scheme": "HTTPS"}, "periodSeconds": 1.0},
		"volumeMounts": []any{
			map[string]any{"name": "a", "mountPath": "/a", "readOnly": true}, map[string]any{"name": "b", "mountPath": "/b"},
		},
	} {
		assert.Equal(t, want, c[key], key)
	}
}

func TestVolumes(t *testing.T) {
	item := func(key, path string) map[string]any { return map[string]any{"key": key, "path": path} }
	all := workload(t, kube.Pod{Volumes: []kube.Volume{
		kube.Empty("tmp", "64Mi"), kube.FromClaim("data", "claim"), kube.FromConfigMap("plan", "plan-1"),
		kube.FromSecret("login", "admin", nil), kube.FromSecret("certs", "tls", map[string]string{"tls.key": "key", "tls.crt": "crt"}),
		kube.FromSecrets("users", []kube.KeyFile{{Secret: "a", Key: "k", File: "f"}}),
		kube.Token("token", "vault", "token", 600), kube.FromProvider("s3", "class"),
	}}).At("spec.template.spec.volumes")
	assert.Equal(t, []any{
		map[string]any{"name": "tmp", "emptyDir": map[string]any{"sizeLimit": "64Mi"}},
		map[string]any{"name": "data", "persistentVolumeClaim": map[string]any{"claimName": "claim"}},
		map[string]any{"name": "plan", "configMap": map[string]any{"name": "plan-1"}},
		map[string]any{"name": "login", "secret": map[string]any{"secretName": "admin", "defaultMode": 288.0}},
		map[string]any{"name": "certs", "secret": map[string]any{
			"secretName": "tls", "defaultMode": 288.0, "items": []any{item("tls.crt", "crt"), item("tls.key", "key")},
		}},
		map[string]any{"name": "users", "projected": map[string]any{"defaultMode": 288.0, "sources": []any{
			map[string]any{"secret": map[string]any{"name": "a", "items": []any{item("k", "f")}}},
		}}},
		map[string]any{"name": "token", "projected": map[string]any{"sources": []any{
			map[string]any{"serviceAccountToken": map[string]any{"audience": "vault", "expirationSeconds": 600.0, "path": "token"}},
		}}},
		map[string]any{"name": "s3", "csi": map[string]any{
			"driver": "secrets-store.csi.k8s.io", "readOnly": true, "volumeAttributes": map[string]any{"secretProviderClass": "class"},
		}},
	}, all)
}

func TestStatefulSetKeepsItsClaims(t *testing.T) {
	set := kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := kube.StatefulSet(ctx, "db", kube.StatefulSetArgs{
			WorkloadArgs: kube.WorkloadArgs{
				Name: "db", Namespace: pulumi.String("data"), Labels: app, Replicas: 3, Annotations: pulumi.StringMap{"note": pulumi.String("why")},
			},
			Service: "peers", AtOnce: true, Claims: []kube.Claim{{Name: "disk", StorageClass: "fast", GiB: 5}},
		})
		return err
	}).Get(t, "kubernetes:apps/v1:StatefulSet", "db")
	assert.Equal(t, "1800s", set.Request.GetCustomTimeouts().GetCreate(), "the first volume may take its time")
	assert.Equal(t, "why", set.At("metadata.annotations.note"))
	assert.Equal(t, "peers", set.At("spec.serviceName"))
	assert.Equal(t, "Parallel", set.At("spec.podManagementPolicy"))
	assert.Equal(t, map[string]any{"whenDeleted": "Retain", "whenScaled": "Retain"}, set.At("spec.persistentVolumeClaimRetentionPolicy"))
	assert.Equal(t, map[string]any{
		"accessModes": []any{"ReadWriteOnce"}, "storageClassName": "fast",
		"resources": map[string]any{"requests": map[string]any{"storage": "5Gi"}},
	}, set.At("spec.volumeClaimTemplates.0.spec"))
}

func TestSecretHidesItsData(t *testing.T) {
	s := kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := kube.Secret(ctx, "login", kube.SecretArgs{Namespace: pulumi.String("data"), Data: pulumi.StringMap{"user": pulumi.String("x")}})
		return err
	}).Get(t, "kubernetes:core/v1:Secret", "login")
	assert.True(t, s.Secret("stringData"), "whatever the caller gave")
}

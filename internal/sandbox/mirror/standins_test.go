package mirror

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/pins"
)

// at reads a nested field; absent fields give nil.
func at(t *testing.T, object map[string]any, path ...string) any {
	t.Helper()
	v, _, err := unstructured.NestedFieldNoCopy(object, path...)
	require.NoError(t, err)
	return v
}

func TestTraefikFollowsTheValuesThePlatformSets(t *testing.T) {
	objects := renderChart(t, pins.Traefik, values{
		"deployment":  values{"replicas": 2},
		"persistence": values{"enabled": true, "size": "1Gi", "storageClass": "nfs-client"},
		"providers":   values{"kubernetesGateway": values{"enabled": true, "experimentalChannel": true}},
		"ports":       values{"ssh": values{"port": 2222, "expose": values{"default": true}, "exposedPort": 22}},
		"resources":   values{"requests": values{"cpu": "100m"}},
		"service": values{
			"annotations": values{"metallb.io/loadBalancerIPs": "192.0.2.1"},
			"spec":        values{"externalTrafficPolicy": "Local"},
		},
	})
	service := find(objects, "Service", "traefik")
	require.Equal(t, "LoadBalancer", at(t, service, "spec", "type"))
	require.Equal(t, "Local", at(t, service, "spec", "externalTrafficPolicy"))
	require.Equal(t, "192.0.2.1", at(t, service, "metadata", "annotations", "metallb.io/loadBalancerIPs"))
	var ports []any
	for _, p := range at(t, service, "spec", "ports").([]any) {
		ports = append(ports, p.(map[string]any)["port"])
	}
	require.Equal(t, []any{22., 80., 443.}, ports)

	deployment := find(objects, "Deployment", "traefik")
	require.Equal(t, 2., at(t, deployment, "spec", "replicas"))
	pod := at(t, deployment, "spec", "template", "spec").(map[string]any)
	container := pod["containers"].([]any)[0].(map[string]any)
	require.Equal(t, "docker.io/traefik:v3.4.1", container["image"])
	require.Equal(t, "100m", at(t, container, "resources", "requests", "cpu"))
	require.Contains(t, container["args"], "--entryPoints.ssh.address=:2222/tcp")
	require.Contains(t, container["args"], "--entryPoints.websecure.http.tls=true")
	require.Contains(t, container["args"], "--providers.kubernetesgateway.experimentalchannel=true")
	require.Equal(t, "traefik", at(t, pod["volumes"].([]any)[0].(map[string]any), "persistentVolumeClaim", "claimName"))

	claim := find(objects, "PersistentVolumeClaim", "traefik")
	require.Equal(t, "nfs-client", at(t, claim, "spec", "storageClassName"))
	require.Equal(t, "1Gi", at(t, claim, "spec", "resources", "requests", "storage"))
	require.Equal(t, "traefik.io/gateway-controller", at(t, find(objects, "GatewayClass", "traefik"), "spec", "controllerName"))
	require.True(t, has(objects, "IngressClass", "traefik"))
}

func TestTraefikWithoutGatewayOrClaim(t *testing.T) {
	objects := renderChart(t, pins.Traefik, nil)
	require.False(t, has(objects, "GatewayClass", ""))
	require.False(t, has(objects, "PersistentVolumeClaim", ""))
}

func TestIngressNginxFollowsTheValuesThePlatformSets(t *testing.T) {
	objects := renderChart(t, pins.IngressNginx, values{"controller": values{
		"replicaCount":      2,
		"service":           values{"externalTrafficPolicy": "Local", "annotations": values{"metallb.io/loadBalancerIPs": "192.0.2.2"}},
		"admissionWebhooks": values{"certManager": values{"enabled": true}},
		"metrics":           values{"enabled": true},
	}})
	require.Equal(t, 2., at(t, find(objects, "Deployment", "ingress-nginx-controller"), "spec", "replicas"))
	service := find(objects, "Service", "ingress-nginx-controller")
	require.Equal(t, "Local", at(t, service, "spec", "externalTrafficPolicy"))
	require.Equal(t, "192.0.2.2", at(t, service, "metadata", "annotations", "metallb.io/loadBalancerIPs"))
	class := find(objects, "IngressClass", "nginx")
	require.Equal(t, "k8s.io/ingress-nginx", at(t, class, "spec", "controller"))
	require.Nil(t, at(t, class, "metadata", "annotations"))
	require.True(t, has(objects, "Certificate", "ingress-nginx-admission"))
	require.True(t, has(objects, "Service", "ingress-nginx-controller-metrics"))
}

func TestNFSProvisionerFollowsTheValuesThePlatformSets(t *testing.T) {
	objects := renderChart(t, pins.NFSProvisioner, values{
		"nfs": values{"server": "192.0.2.6", "path": "/data0/k2", "mountOptions": []any{"hard"}},
		"storageClass": values{
			"provisionerName": "example.org/nfs", "reclaimPolicy": "Retain", "allowVolumeExpansion": false,
			"accessModes": "ReadWriteMany", "pathPattern": "${.PVC.namespace}",
		},
	})
	class := find(objects, "StorageClass", "nfs-client")
	require.Equal(t, "example.org/nfs", class["provisioner"])
	require.Equal(t, "Retain", class["reclaimPolicy"])
	require.Equal(t, false, class["allowVolumeExpansion"])
	require.Equal(t, values{"archiveOnDelete": "true", "pathPattern": "${.PVC.namespace}"}, class["parameters"])
	volume := find(objects, "PersistentVolume", "pv-nfs-subdir-external-provisioner")
	require.Equal(t, values{"server": "192.0.2.6", "path": "/data0/k2"}, at(t, volume, "spec", "nfs"))
	require.True(t, has(objects, "PersistentVolumeClaim", "pvc-nfs-subdir-external-provisioner"))
}

func TestMetalLBAndCertManagerBringTheirDefinitions(t *testing.T) {
	lb := renderChart(t, pins.MetalLB, nil)
	require.True(t, has(lb, "CustomResourceDefinition", "ipaddresspools.metallb.io"))
	require.True(t, has(lb, "Service", "metallb-webhook-service"))
	require.True(t, has(lb, "DaemonSet", "metallb-speaker"))
	without := renderChart(t, pins.MetalLB, values{"crds": values{"enabled": false}})
	require.False(t, has(without, "CustomResourceDefinition", ""))

	require.False(t, has(renderChart(t, pins.CertManager, nil), "CustomResourceDefinition", ""))
	cm := renderChart(t, pins.CertManager, values{"crds": values{"enabled": true}, "webhook": values{"replicaCount": 3}})
	d := find(cm, "CustomResourceDefinition", "clusterissuers.cert-manager.io")
	require.Equal(t, "keep", at(t, d, "metadata", "annotations", "helm.sh/resource-policy"))
	require.Equal(t, 3., at(t, find(cm, "Deployment", "cert-manager-webhook"), "spec", "replicas"))
	cm = renderChart(t, pins.CertManager, values{"crds": values{"enabled": true, "keep": false}})
	d = find(cm, "CustomResourceDefinition", "clusterissuers.cert-manager.io")
	require.Nil(t, at(t, d, "metadata", "annotations"))
}

func TestDatabaseOperatorsAreNamedAsUpstream(t *testing.T) {
	arango := renderChart(t, pins.KubeArangoDB, values{"operator": values{"resources": values{"requests": values{"cpu": "100m"}}}})
	deployment := find(arango, "Deployment", "arango-"+pins.KubeArangoDB.Name+"-operator")
	pod := at(t, deployment, "spec", "template", "spec").(map[string]any)
	require.Equal(t, "100m", at(t, pod["containers"].([]any)[0].(map[string]any), "resources", "requests", "cpu"))
	require.True(t, has(arango, "Service", "arango-"+pins.KubeArangoDB.Name+"-operator"))

	zalando := renderChart(t, pins.PostgresOperator, values{
		"configKubernetes":     values{"enable_secrets_deletion": false},
		"configAwsOrGcp":       values{"wal_s3_bucket": "backups"},
		"podPriorityClassName": values{"create": false},
	})
	require.True(t, has(zalando, "Deployment", "postgres-operator"))
	configuration := find(zalando, "OperatorConfiguration", "postgres-operator")
	require.Equal(t, false, at(t, configuration, "configuration", "kubernetes", "enable_secrets_deletion"))
	require.Equal(t, "postgres-pod", at(t, configuration, "configuration", "kubernetes", "pod_service_account_name"))
	require.Equal(t, "backups", at(t, configuration, "configuration", "aws_or_gcp", "wal_s3_bucket"))
	require.False(t, has(zalando, "PriorityClass", ""))
}

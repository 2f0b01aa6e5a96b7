package controllers

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"

	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
)

type values = map[string]any

// TestStandInsBecomeReady installs the stand-in charts with Helm's own wait, in namespaces as
// strict as the platform's: workloads run, claims are bound, Services have their addresses.
func TestStandInsBecomeReady(t *testing.T) {
	c, _ := world(t)
	dir := t.TempDir()
	require.NoError(t, mirror.Write(dir))
	for _, name := range []string{"node-1", "node-2"} {
		create(t, c, &corev1.Node{ObjectMeta: objectMeta("", name)})
	}
	create(t, c, addressPool("default", "edge", false, "203.0.113.150-203.0.113.151"))
	off := values{"crds": values{"enabled": false}} // the suite has them already
	for _, r := range []struct {
		pin    pins.Chart
		level  string // Pod Security Standard
		values values
	}{
		{pins.MetalLB, "privileged", off},
		{pins.CertManager, "restricted", off},
		{pins.NFSProvisioner, "baseline", values{
			"nfs":          values{"server": "127.0.0.1", "mountOptions": []any{"hard"}},
			"storageClass": values{"name": "shared"},
		}},
		{pins.Traefik, "baseline", values{
			"persistence": values{"enabled": true, "storageClass": "shared"},
			"providers":   values{"kubernetesGateway": values{"enabled": true, "experimentalChannel": true}},
			"service": values{
				"annotations": values{"metallb.io/loadBalancerIPs": "203.0.113.150"},
				"spec":        values{"externalTrafficPolicy": "Local"},
			},
		}},
		{pins.IngressNginx, "baseline", values{"controller": values{
			"replicaCount":      2,
			"service":           values{"annotations": values{"metallb.io/loadBalancerIPs": "203.0.113.151"}},
			"admissionWebhooks": values{"certManager": values{"enabled": true}},
		}}},
	} {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			GenerateName: "chart-", Labels: map[string]string{"pod-security.kubernetes.io/enforce": r.level},
		}}
		require.NoError(t, c.Create(t.Context(), namespace))
		install(t, filepath.Join(dir, r.pin.Name+"-"+r.pin.Version+".tgz"), r.pin.Name, namespace.Name, r.values)
	}
}

func install(t *testing.T, file, release, namespace string, v values) {
	t.Helper()
	// No kubeconfig of the user's is read: the suite's own access replaces it.
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer, flags.Namespace, flags.CacheDir = &suite.config.Host, &namespace, ptr.To(t.TempDir())
	flags.WrapConfigFn = func(*rest.Config) *rest.Config { return rest.CopyConfig(suite.config) }
	helm := new(action.Configuration)
	require.NoError(t, helm.Init(flags, namespace, "secret", func(string, ...any) {}))
	c, err := loader.Load(file)
	require.NoError(t, err)
	install := action.NewInstall(helm)
	install.ReleaseName, install.Namespace = release, namespace
	install.Wait, install.Timeout = true, time.Minute
	t.Cleanup(func() {
		_, err := action.NewUninstall(helm).Run(release)
		require.NoError(t, err)
	})
	_, err = install.RunWithContext(t.Context(), c, v)
	require.NoError(t, err, release)
}

package kube_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

var pin = pins.Chart{Name: "tool", Version: "1.2.3", Repo: "https://charts.example.test/"}

func release(mirror string, a kube.ReleaseArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := kube.Charts{Mirror: mirror}.Release(ctx, "tool-main", pin, a)
		return err
	}
}

func TestReleaseFromAFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tool-1.2.3.tgz"), nil, 0o600))
	r := kubetest.Run(t, release(dir, kube.ReleaseArgs{
		Namespace: pulumi.String("tools"), Values: pulumi.Map{"replicas": pulumi.Int(2)}, SkipCRDs: true, Timeout: 60,
	})).Release(t, "tool-main")
	assert.Equal(t, map[string]any{
		"chart": filepath.Join(dir, "tool-1.2.3.tgz"), "version": "1.2.3", "name": "tool-main", "namespace": "tools",
		"values": map[string]any{"replicas": 2.0}, "skipCrds": true, "timeout": 60.0, "atomic": true, "cleanupOnFail": true,
		"maxHistory": 5.0,
	}, r.Values())
}

func TestReleaseDefaults(t *testing.T) {
	r := kubetest.Run(t, release("oci://registry.test/charts/", kube.ReleaseArgs{Namespace: pulumi.String("tools")})).
		Release(t, "tool-main")
	assert.Equal(t, 600.0, r.At("timeout"))
	assert.Equal(t, false, r.At("skipCrds"))
	assert.Nil(t, r.At("values"))
	assert.Equal(t, "oci://registry.test/charts/tool", r.At("chart"))
	assert.Nil(t, r.At("repositoryOpts"))
}

func TestARelativeMirrorStaysRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("mirror", 0o755))
	require.NoError(t, os.WriteFile("mirror/tool-1.2.3.tgz", nil, 0o600))
	r := kubetest.Run(t, release("./mirror", kube.ReleaseArgs{Namespace: pulumi.String("tools")})).Release(t, "tool-main")
	assert.Equal(t, "mirror/tool-1.2.3.tgz", r.At("chart"), "another clone has another absolute path")

	_, err := kubetest.TryRun(release("elsewhere", kube.ReleaseArgs{Namespace: pulumi.String("tools")}))
	here, wdErr := os.Getwd()
	require.NoError(t, wdErr)
	assert.ErrorContains(t, err, "stat "+filepath.Join(here, "elsewhere", "tool-1.2.3.tgz")+": ", "of a relative folder the whole path is named")
}

func TestReleaseFromAnHTTPMirror(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/charts/tool-1.2.3.tgz" {
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	r := kubetest.Run(t, release(server.URL+"/charts", kube.ReleaseArgs{Namespace: pulumi.String("tools")})).
		Release(t, "tool-main")
	assert.Equal(t, "tool", r.At("chart"))
	assert.Equal(t, server.URL+"/charts", r.At("repositoryOpts.repo"))

	_, err := kubetest.TryRun(release(server.URL+"/empty", kube.ReleaseArgs{Namespace: pulumi.String("tools")}))
	assert.ErrorContains(t, err, "release tool-main (tool 1.2.3): not in the mirror: "+server.URL+
		"/empty/tool-1.2.3.tgz answers 404 Not Found; `streamforge mirror pull DIR` fills a mirror, charts.mirror names it")
}

func TestReleaseNamesWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	_, err := kubetest.TryRun(release(dir, kube.ReleaseArgs{Namespace: pulumi.String("tools")}))
	assert.ErrorContains(t, err, "release tool-main (tool 1.2.3): not in the mirror: stat "+dir+
		"/tool-1.2.3.tgz: no such file or directory; `streamforge mirror pull DIR` fills a mirror, charts.mirror names it")
}

func TestUpstreamThatCannotBeReached(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	pin := pins.Chart{Name: "tool", Version: "1.2.3", Repo: server.URL}
	program := func(ctx *pulumi.Context) error {
		_, err := kube.Charts{}.Release(ctx, "tool-main", pin, kube.ReleaseArgs{Namespace: pulumi.String("tools")})
		return err
	}
	r := kubetest.Run(t, program).Release(t, "tool-main")
	assert.Equal(t, server.URL, r.At("repositoryOpts.repo"), "what upstream answers is for the provider to judge")

	server.Close()
	_, err := kubetest.TryRun(program)
	assert.ErrorContains(t, err, "release tool-main (tool 1.2.3): cannot be reached: Head \""+server.URL+"/index.yaml\"")
	assert.ErrorContains(t, err, "; `streamforge mirror pull DIR` fills a mirror, charts.mirror names it")
}

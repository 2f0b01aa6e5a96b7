package kube_test

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/file"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

// push does what `oras push` does.
func push(t *testing.T, repository, version string, files map[string]string) {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	store, err := file.New(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	var options oras.PackManifestOptions
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		layer, err := store.Add(ctx, name, "application/yaml", path)
		require.NoError(t, err)
		options.Layers = append(options.Layers, layer)
	}
	manifest, err := oras.PackManifest(ctx, store, oras.PackManifestVersion1_1, "application/vnd.streamforge.manifest", options)
	require.NoError(t, err)
	require.NoError(t, store.Tag(ctx, manifest, version))
	repo, err := remote.NewRepository(repository)
	require.NoError(t, err)
	repo.PlainHTTP = true
	_, err = oras.Copy(ctx, store, version, repo, version, oras.DefaultCopyOptions)
	require.NoError(t, err)
}

func TestManifestFromAnOCIRepository(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	mirror := strings.TrimPrefix(server.URL, "http://") + "/mirror"
	push(t, mirror+"/things", "v1", map[string]string{"others.yaml": others, "things.yaml": things})

	g := kubetest.Run(t, manifest("oci://"+mirror, "", "things.yaml", "others.yaml"))
	g.Get(t, definition, "things.example.test")
	g.Get(t, definition, "others.example.test")

	_, err := kubetest.TryRun(manifest("oci://"+mirror, "", "none.yaml"))
	assert.ErrorContains(t, err, "manifest things (things v1): none.yaml: "+mirror+"/things:v1 has no layer of that name")

	_, err = kubetest.TryRun(manifest("oci://"+mirror+"/empty", "", "things.yaml"))
	assert.ErrorContains(t, err, "manifest things (things v1): oci://"+mirror+"/empty: "+mirror+"/empty/things:v1 is not in the mirror: ")
	assert.ErrorContains(t, err, "`oras push` it there from a folder that `streamforge mirror pull` filled")
}

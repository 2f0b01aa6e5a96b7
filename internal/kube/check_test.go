package kube

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/pins"
)

func TestMissing(t *testing.T) {
	charts := []pins.Chart{{Name: "a", Version: "1", Repo: "oci://example.test/x"}, {Name: "b", Version: "2", Repo: "oci://example.test/x"}}
	manifests := []pins.Manifest{{Name: "m", Version: "v3", Files: []string{"k.yaml", "l.yaml"}}}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "m-v3"), 0o755))
	for _, file := range []string{"a-1.tgz", "b-2.tgz", "m-v3/k.yaml", "m-v3/l.yaml"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	for _, mirror := range []string{dir, server.URL + "/", ""} { // upstream: the registry is not asked
		require.NoError(t, Charts{Mirror: mirror}.Missing(t.Context(), charts, manifests), mirror)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "b-2.tgz")))
	require.NoError(t, os.Remove(filepath.Join(dir, "m-v3", "l.yaml")))
	err := Charts{Mirror: dir}.Missing(t.Context(), charts, manifests)
	require.ErrorContains(t, err, "2 things are missing\nnot in the mirror: stat "+filepath.Join(dir, "b-2.tgz"))
	require.ErrorContains(t, err, filepath.Join(dir, "m-v3", "l.yaml"))
	require.ErrorContains(t, Charts{Mirror: server.URL}.Missing(t.Context(), charts, manifests), server.URL+"/b-2.tgz answers 404")

	server.Close()
	gone := []pins.Chart{{Name: "a", Version: "1", Repo: server.URL}, {Name: "b", Version: "2", Repo: server.URL}}
	err = Charts{}.Missing(t.Context(), gone, nil)
	require.ErrorContains(t, err, "cannot be reached")
	require.NotContains(t, err.Error(), "\n", "a host that several charts come from is named once")
}

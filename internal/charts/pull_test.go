package charts

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	helmregistry "helm.sh/helm/v3/pkg/registry"
	"helm.sh/helm/v3/pkg/repo"

	"github.com/streamforge/infrastructure/internal/pins"
)

// upstream serves one chart over HTTP, one from an OCI registry and one manifest, on loopback.
type upstream struct {
	dir       string // the HTTP server's folder
	charts    []pins.Chart
	manifests []pins.Manifest
}

func serve(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{dir: t.TempDir()}
	files := httptest.NewServer(http.FileServer(http.Dir(u.dir)))
	t.Cleanup(files.Close)
	archive(t, u.dir, "web", "1.2.3", "first")
	index, err := repo.IndexDirectory(u.dir, files.URL)
	require.NoError(t, err)
	require.NoError(t, index.WriteFile(filepath.Join(u.dir, "index.yaml"), 0o644))
	require.NoError(t, os.MkdirAll(filepath.Join(u.dir, "v1", "crds"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(u.dir, "v1", "crds", "a.yaml"), []byte("kind: A\n"), 0o644))

	oci := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(oci.Close)
	host := strings.TrimPrefix(oci.URL, "http://")
	client, err := helmregistry.NewClient(helmregistry.ClientOptPlainHTTP(), helmregistry.ClientOptWriter(io.Discard))
	require.NoError(t, err)
	packed, err := os.ReadFile(archive(t, t.TempDir(), "operator", "4.5.6", "first"))
	require.NoError(t, err)
	_, err = client.Push(packed, host+"/charts/operator:4.5.6")
	require.NoError(t, err)

	u.charts = []pins.Chart{
		{Name: "web", Version: "1.2.3", Repo: files.URL},
		{Name: "operator", Version: "4.5.6", Repo: "oci://" + host + "/charts"},
	}
	u.manifests = []pins.Manifest{{Name: "crds", Version: "v1", Repo: files.URL, Path: "crds", Files: []string{"a.yaml"}}}
	return u
}

// archive packs a chart whose description is what tells two builds apart.
func archive(t *testing.T, dir, name, version, description string) string {
	t.Helper()
	file, err := chartutil.Save(&chart.Chart{Metadata: &chart.Metadata{
		APIVersion: chart.APIVersionV2, Name: name, Version: version, Description: description}}, dir)
	require.NoError(t, err)
	return file
}

func mirror(t *testing.T) (Mirror, *strings.Builder) {
	t.Helper()
	out := &strings.Builder{}
	dir := t.TempDir()
	return Mirror{Dir: filepath.Join(dir, "mirror"), Lock: filepath.Join(dir, "lock.json"), Out: out}, out
}

func TestPullFromHTTPAndOCI(t *testing.T) {
	u := serve(t)
	m, out := mirror(t)
	require.NoError(t, m.Pull(t.Context(), u.charts, u.manifests))
	require.Equal(t, "pulled  web-1.2.3.tgz\npulled  operator-4.5.6.tgz\npulled  crds-v1/a.yaml\n", out.String())
	for _, file := range []string{"web-1.2.3.tgz", "operator-4.5.6.tgz", "crds-v1/a.yaml", "index.yaml"} {
		require.FileExists(t, filepath.Join(m.Dir, file))
	}
	index, err := repo.LoadIndexFile(filepath.Join(m.Dir, "index.yaml"))
	require.NoError(t, err)
	require.True(t, index.Has("operator", "4.5.6"))

	lock, err := readLock(m.Lock)
	require.NoError(t, err)
	require.Len(t, lock, 3)
}

func TestSecondPullKeepsAndRepairs(t *testing.T) {
	u := serve(t)
	m, out := mirror(t)
	require.NoError(t, m.Pull(t.Context(), u.charts, u.manifests))
	require.NoError(t, os.WriteFile(filepath.Join(m.Dir, "web-1.2.3.tgz"), []byte("damaged"), 0o644))
	out.Reset()
	require.NoError(t, m.Pull(t.Context(), u.charts, u.manifests))
	require.Equal(t, "pulled  web-1.2.3.tgz\nkept    operator-4.5.6.tgz\nkept    crds-v1/a.yaml\n", out.String())
}

func TestSilentChangeIsRefused(t *testing.T) {
	u := serve(t)
	m, _ := mirror(t)
	require.NoError(t, m.Pull(t.Context(), u.charts, u.manifests))
	before, err := os.ReadFile(filepath.Join(m.Dir, "crds-v1/a.yaml"))
	require.NoError(t, err)

	archive(t, u.dir, "web", "1.2.3", "second build of the same version")
	require.NoError(t, os.WriteFile(filepath.Join(u.dir, "v1", "crds", "a.yaml"), []byte("kind: B\n"), 0o644))
	fresh := Mirror{Dir: t.TempDir(), Lock: m.Lock, Out: io.Discard}
	err = fresh.Pull(t.Context(), u.charts, u.manifests)
	require.ErrorIs(t, err, ErrChanged)
	require.Regexp(t, `chart web 1\.2\.3 from http://127\.0\.0\.1:\d+: content changed upstream: sha256 [0-9a-f]{64}, `+
		`locked [0-9a-f]{64}; if upstream's reason for it is known, delete the line of web-1\.2\.3\.tgz in \S+lock\.json`, err.Error())
	require.Contains(t, err.Error(), "manifest crds v1 from ")
	require.NoFileExists(t, filepath.Join(fresh.Dir, "web-1.2.3.tgz"))
	require.FileExists(t, filepath.Join(fresh.Dir, "operator-4.5.6.tgz"), "what did not change is pulled all the same")
	after, err := os.ReadFile(filepath.Join(m.Dir, "crds-v1/a.yaml"))
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestMissingChartSaysWhereItLooked(t *testing.T) {
	u := serve(t)
	m, _ := mirror(t)
	missing := []pins.Chart{
		{Name: "web", Version: "9.9.9", Repo: u.charts[0].Repo},
		{Name: "operator", Version: "9.9.9", Repo: u.charts[1].Repo},
		{Name: "web", Version: "1.2.3", Repo: "http://127.0.0.1:1"},
	}
	err := m.Pull(t.Context(), missing, []pins.Manifest{{Name: "crds", Version: "v2", Repo: u.charts[0].Repo, Path: "crds", Files: []string{"a.yaml"}}})
	require.ErrorContains(t, err, "chart web 9.9.9 from "+u.charts[0].Repo+": ")
	require.ErrorContains(t, err, "chart operator 9.9.9 from "+u.charts[1].Repo+": ")
	require.ErrorContains(t, err, "chart web 1.2.3 from http://127.0.0.1:1: ")
	require.ErrorContains(t, err, "manifest crds v2 from "+u.charts[0].Repo+"/v2/crds/a.yaml: 404 Not Found")
}

func TestDamagedLockFileIsNotOverwritten(t *testing.T) {
	m, _ := mirror(t)
	require.NoError(t, os.WriteFile(m.Lock, []byte("{"), 0o644))
	require.EqualError(t, m.Pull(t.Context(), nil, nil), "lock file "+m.Lock+": unexpected end of JSON input")
}

// TestCancelledPull fetches nothing more, and keeps what it has.
func TestCancelledPull(t *testing.T) {
	u := serve(t)
	m, out := mirror(t)
	ctx, cancel := context.WithCancel(t.Context())
	m.Out = writerFunc(func(p []byte) (int, error) {
		cancel()
		return out.Write(p)
	})
	err := m.Pull(ctx, u.charts, u.manifests)
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "pull into "+m.Dir+": context canceled; what was pulled stays, run it again for the rest")
	require.Equal(t, "pulled  web-1.2.3.tgz\n", out.String())
	lock, err := readLock(m.Lock)
	require.NoError(t, err)
	require.Len(t, lock, 1)
	require.NoError(t, m.Pull(t.Context(), u.charts, u.manifests))
}

// writerFunc is an io.Writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

package pipeline_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/pipeline/emulator"
)

// registry plays the part of GitLab's API for the job of a tag.
type registry struct {
	sync.Mutex
	calls  []string
	bodies []string
	done   bool // the tag is released
	broken bool // the registry of packages is
}

func (g *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.Lock()
	defer g.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method == http.MethodGet && !g.done:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPut && g.broken:
		w.WriteHeader(http.StatusInsufficientStorage)
		fmt.Fprint(w, `{"message": "no space"}`)
	}
	if r.Method == http.MethodGet {
		return
	}
	g.calls, g.bodies = append(g.calls, r.Method+" "+r.URL.Path+" "+r.Header.Get("JOB-TOKEN")), append(g.bodies, string(body))
}

func TestReleaseJobPublishesWhatWasBuilt(t *testing.T) {
	t.Parallel()
	emulator.Needs(t, "curl")
	raw, err := os.ReadFile(filepath.Join(platform(t), "..", ".ci", "release"))
	require.NoError(t, err)
	dir := t.TempDir()
	g := &registry{}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	put := func(path, content string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(content), 0o700))
	}
	job := func() ([]byte, error) {
		cmd := exec.Command(filepath.Join(dir, ".ci", "release"))
		cmd.Env = append(os.Environ(), "CI_API_V4_URL="+server.URL, "CI_PROJECT_ID=7", "CI_COMMIT_TAG=v0.1.0", "CI_JOB_TOKEN=MARKED")
		return cmd.CombinedOutput()
	}
	put(".ci/release", string(raw))
	put("dist/streamforge-v0.1.0-linux-amd64", "program")
	put("dist/SHA256SUMS", strings.Repeat("0", 64)+"  streamforge-v0.1.0-linux-amd64\n")
	out, err := job()
	require.Error(t, err, "a file that is not what its checksum says: %s", out)
	require.Empty(t, g.calls)

	sums, err := exec.Command("sh", "-c", "cd '"+dir+"/dist' && sha256sum streamforge-* > SHA256SUMS && cat SHA256SUMS").Output()
	require.NoError(t, err)
	out, err = job()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "MARKED")
	const at = "/projects/7/packages/generic/streamforge/v0.1.0/"
	require.Equal(t, []string{"PUT " + at + "SHA256SUMS MARKED", "PUT " + at + "streamforge-v0.1.0-linux-amd64 MARKED", "POST /projects/7/releases MARKED"}, g.calls)
	require.Equal(t, []string{string(sums), "program"}, g.bodies[:2])
	link := func(name string) string { return fmt.Sprintf(`{"name":%q,"url":%q}`, name, server.URL+at+name) }
	require.JSONEq(t, `{"tag_name": "v0.1.0", "description": "See CHANGELOG.md.", "assets": {"links": [`+
		link("SHA256SUMS")+","+link("streamforge-v0.1.0-linux-amd64")+`]}}`, g.bodies[2])

	g.done = true
	out, err = job()
	require.Error(t, err)
	require.Contains(t, string(out), "v0.1.0 is released already; take the next version")
	require.Len(t, g.calls, 3, "what was published stays")

	g.done, g.broken = false, true
	out, err = job()
	require.Error(t, err)
	require.Contains(t, string(out), "no space")
	require.Len(t, g.calls, 4)
}

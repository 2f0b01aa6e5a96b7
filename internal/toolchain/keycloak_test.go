package toolchain

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/pins"
)

// The sandbox runs what the platform installs.
func TestKeycloakIsThePlatforms(t *testing.T) {
	assert.Equal(t, "quay.io/keycloak/keycloak:"+keycloakVersion, pins.Keycloak)
}

// java puts a java on PATH that says version.
func java(t *testing.T, output string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\necho '" + output + "' >&2\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "java"), []byte(script), 0o755))
	t.Setenv("PATH", dir)
	t.Setenv("JAVA_HOME", "")
}

func TestJava(t *testing.T) {
	for output, problem := range map[string]string{
		`openjdk version "17.0.15" 2025-04-15`: "",
		`openjdk version "21" 2023-09-19 LTS`:  "",
		`java version "1.8.0_401"`:             "is Java 1",
		`openjdk version "11.0.2" 2019-01-15`:  "is Java 11",
		`no version`:                           "does not tell its version",
	} {
		java(t, output)
		path, err := Java(t.Context())
		if problem == "" {
			require.NoError(t, err, output)
			assert.Equal(t, "java", filepath.Base(path))
			continue
		}
		require.ErrorContains(t, err, problem, output)
		assert.ErrorContains(t, err, "no Java 17 or later: ")
	}
	t.Setenv("PATH", t.TempDir())
	_, err := Java(t.Context())
	require.EqualError(t, err, "no Java 17 or later: there is no java on PATH and JAVA_HOME is not set")
}

func TestKeycloakIsLeftOutWithoutJava(t *testing.T) {
	b := newBench(t, "ok")
	builder := b.builder("bin")
	java(t, `openjdk version "11.0.2"`)
	require.NoError(t, builder.Run(t.Context(), Keycloak))
	assert.Contains(t, b.out.String(), "left out, the sandbox will have no Keycloak: no Java 17 or later")
	_, err := KeycloakHome(builder.Bin)
	assert.EqualError(t, err, "keycloak is not in "+builder.Bin+": run make tools")
}

func TestKeycloakOfAnotherVersion(t *testing.T) {
	bin := t.TempDir()
	old := filepath.Join(t.TempDir(), "keycloak-1.0.0")
	require.NoError(t, os.Mkdir(old, 0o755))
	require.NoError(t, os.Symlink(old, filepath.Join(bin, Keycloak)))
	_, err := KeycloakHome(bin)
	assert.EqualError(t, err, "keycloak in "+bin+" is keycloak-1.0.0, must be keycloak-"+keycloakVersion+": run make tools")
}

func TestDownload(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/archive" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("content"))
	}))
	defer server.Close()
	b := newBench(t, "ok").builder("bin")
	b.line = &progress{out: b.Out, total: 1}
	s := steps{b: b, tool: Keycloak, dir: t.TempDir()}
	file := filepath.Join(s.dir, "archive")
	require.NoError(t, s.download(t.Context(), server.URL+"/archive", file))
	sum, err := digest(file)
	require.NoError(t, err)
	want := sha256.Sum256([]byte("content"))
	assert.Equal(t, hex.EncodeToString(want[:]), sum)
	assert.EqualError(t, s.download(t.Context(), server.URL+"/none", file), "GET "+server.URL+"/none: 404 Not Found")
	b.line.abort()
}

func TestUnzipStaysInside(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "a.zip")
	write := func(names ...string) {
		f, err := os.Create(archive)
		require.NoError(t, err)
		z := zip.NewWriter(f)
		for _, name := range names {
			w, err := z.Create(name)
			require.NoError(t, err)
			if !strings.HasSuffix(name, "/") { // a folder has no content
				_, err = w.Write([]byte(name))
				require.NoError(t, err)
			}
		}
		require.NoError(t, z.Close())
		require.NoError(t, f.Close())
	}
	write("a/", "a/b/c")
	dir := t.TempDir()
	require.NoError(t, unzip(archive, dir))
	text, err := os.ReadFile(filepath.Join(dir, "a", "b", "c"))
	require.NoError(t, err)
	assert.Equal(t, "a/b/c", string(text))
	write("../out")
	require.Error(t, unzip(archive, t.TempDir()))
}

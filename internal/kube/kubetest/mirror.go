package kubetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/pins"
)

// Mirror makes a mirror that holds every pin: charts without content, and for each file of a
// manifest one definition named after the file. Mocks read no more.
func Mirror(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, c := range pins.AllCharts() {
		write(t, filepath.Join(dir, c.Name+"-"+c.Version+".tgz"), "")
	}
	for _, m := range pins.AllManifests() {
		for _, file := range m.Files {
			group, plural, _ := strings.Cut(strings.TrimSuffix(file, ".yaml"), "_")
			write(t, filepath.Join(dir, m.Name+"-"+m.Version, file), "apiVersion: apiextensions.k8s.io/v1\n"+
				"kind: CustomResourceDefinition\nmetadata: {name: "+plural+"."+group+"}\nspec: {group: "+group+"}\n")
		}
	}
	return dir
}

func write(t *testing.T, file, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
}

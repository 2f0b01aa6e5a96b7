package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestStorage lives one sandbox through what happens to volumes and buckets.
func TestStorage(t *testing.T) {
	s := newSite(t, 41)
	step := func(name string, body func(*testing.T)) {
		require.True(t, t.Run(name, func(t *testing.T) { s.t = t; body(t) }))
		s.t = t
	}
	step("up", func(t *testing.T) {
		s.ok("sandbox", "start")
		out := s.ok("up", "-s", "sandbox", "--yes")
		for _, layer := range []string{"storage.Volumes", "storage.Blocks", "storage.Objects"} {
			require.Contains(t, out, layer)
		}
		for _, host := range []string{"https://s3.sandbox.test", "https://minio.sandbox.test"} {
			require.Contains(t, out, host)
		}
	})
	step("nothing changes after that", func(*testing.T) { s.unchanged() })
	step("one class is the default", func(t *testing.T) {
		classes := s.kubectl("get", "storageclass", "--no-headers")
		require.Len(t, strings.Split(strings.TrimSpace(classes), "\n"), 4)
		require.Equal(t, 1, strings.Count(classes, "(default)"))
		require.Contains(t, classes, "linstor-r2 (default)   linstor.csi.linbit.com")
	})
	step("drives are on machines of their own", func(t *testing.T) {
		require.Equal(t, "4", s.kubectl("get", "statefulset", "-n", "minio", "minio", "-o", "jsonpath={.status.readyReplicas}"))
		require.Equal(t, 4, strings.Count(s.kubectl("get", "pvc", "-n", "minio", "--no-headers"), " Bound "))
	})
	step("claims are bound as their classes say", s.claims)
	step("another bucket is another run of the set-up", func(t *testing.T) {
		before := s.kubectl("get", "job", "-n", "minio", "-o", "name")
		s.edit("storage", func(v map[string]any) {
			m := v["minio"].(map[string]any)
			m["buckets"] = append(m["buckets"].([]any), map[string]any{"name": "reports"})
		})
		s.ok("sandbox", "start") // takes the committed file over
		s.ok("up", "-s", "sandbox", "--yes")
		after := s.kubectl("get", "job", "-n", "minio", "-o", "name")
		require.NotEqual(t, before, after)
		require.Len(t, strings.Fields(after), 1)
		require.Contains(t, s.kubectl("get", "configmap", "-n", "minio", "-l", "app.kubernetes.io/name=minio-setup", "-o", "yaml"), "reports plain")
		s.unchanged()
	})
	step("Helm's records are taken away, though one is met only behind another", func(t *testing.T) {
		s.forget("elastic-operator", "fluent-bit") // the second waits for the first
		out := s.ok("up", "-s", "sandbox", "--yes")
		require.Equal(t, 2, strings.Count(out, "its record is taken away, its objects stay"), out)
		s.unchanged()
	})
	step("destroy leaves nothing", func(t *testing.T) {
		s.ok("destroy", "-s", "sandbox", "--yes")
		require.Empty(t, strings.Fields(s.kubectl("get", "storageclass", "-o", "name")))
	})
}

// claims makes one claim that names no class and one for the whole Gluster volume.
func (s *site) claims(t *testing.T) {
	file := filepath.Join(t.TempDir(), "claims.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: plain, namespace: default}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: whole, namespace: default}
spec: {accessModes: [ReadWriteMany], storageClassName: glusterfs, volumeName: glusterfs-gv0, resources: {requests: {storage: 1Gi}}}
`), 0o600))
	s.kubectl("apply", "-f", file)
	require.Equal(t, "linstor-r2", s.kubectl("get", "pvc", "plain", "-o", "jsonpath={.spec.storageClassName}"))
	require.Eventually(t, func() bool {
		return s.kubectl("get", "pvc", "whole", "-o", "jsonpath={.status.phase}") == "Bound"
	}, time.Minute, 200*time.Millisecond)
	s.kubectl("delete", "-f", file)
	require.Equal(t, "Retain", s.kubectl("get", "pv", "glusterfs-gv0", "-o", "jsonpath={.spec.persistentVolumeReclaimPolicy}"))
}

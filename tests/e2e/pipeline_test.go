package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/pipeline/emulator"
)

// TestPipeline takes a stack of machines through the pipeline of this project: judged, deployed,
// refused, audited.
func TestPipeline(t *testing.T) {
	emulator.Dir(t)
	s := newSite(t, 73)
	s.ok("sandbox", "start")
	p := newProject(t, s)
	gitlab := httptest.NewServer(p.notes)
	t.Cleanup(gitlab.Close)
	request := []string{"CI_PIPELINE_SOURCE=merge_request_event", "CI_MERGE_REQUEST_PROJECT_ID=1217", "CI_MERGE_REQUEST_IID=9",
		"CI_API_V4_URL=" + gitlab.URL, "CI_COMMIT_BRANCH="}
	main := []string{"CI_PIPELINE_SOURCE=push", "CI_COMMIT_BRANCH=main", "CI_DEFAULT_BRANCH=main"}
	step := func(name string, body func(*testing.T)) {
		require.True(t, t.Run(name, func(t *testing.T) { s.t = t; body(t) }))
		s.t = t
	}

	step("what was planned is deployed", func(t *testing.T) {
		log, err := p.jobs(true, main, "plan")
		require.NoError(t, err, log)
		log, err = p.jobs(true, main, "deploy")
		require.NoError(t, err, log)
		require.Len(t, s.machines(), 9)
	})
	step("a merge request gets one note, and the verdict", func(t *testing.T) {
		p.rewrite("cores: 8", "cores: 6")
		log, err := p.jobs(true, request, "gate")
		require.Error(t, err, log)
		require.Contains(t, log, "FAIL 20")
		require.Len(t, p.notes.bodies, 1)
		require.Contains(t, p.notes.bodies[0], "needs-approval")

		until := time.Now().AddDate(0, 0, 30).Format(time.DateOnly)
		require.NoError(t, os.WriteFile(filepath.Join(p.dir, "approvals.yaml"), []byte("approvals:\n  - {urn: '*VirtualMachine::proxmox-k2w-*', "+
			"operation: update, reason: fewer cores, owner: alice, expires: "+until+"}\n"), 0o600))
		p.commit("approve it")
		log, err = p.jobs(true, request, "gate")
		require.NoError(t, err, log)
		require.Contains(t, log, "note replaced")
		require.Len(t, p.notes.bodies, 1)
		require.Contains(t, p.notes.bodies[0], "approved by alice")
	})
	step("a report that is stale deploys nothing", func(t *testing.T) {
		log, err := p.jobs(true, main, "plan")
		require.NoError(t, err, log)
		p.rewrite("cores: 6", "cores: 10")
		log, err = p.jobs(true, main, "deploy")
		require.Error(t, err, log)
		require.Contains(t, log, "FAIL 3")
		require.Contains(t, log, "would do something else than what was approved")
		p.rewrite("cores: 10", "cores: 6")
		log, err = p.jobs(true, main, "deploy")
		require.NoError(t, err, log)
	})
	step("the night finds what was changed by hand", func(t *testing.T) {
		night := []string{"CI_PIPELINE_SOURCE=schedule"}
		log, err := p.jobs(true, night, "drift")
		require.NoError(t, err, log)
		s.proxmox(http.MethodPost, "/api2/json/nodes/pve2/qemu/132/config?memory=16384", nil)
		log, err = p.jobs(true, night, "drift")
		require.Error(t, err, log)
		require.Contains(t, log, "FAIL 1")
		require.Contains(t, p.artifact("drift", "drift-report.json"), "root@pam!streamforge (qmconfig)")
		require.Contains(t, p.artifact("drift", "drift.prom"), `streamforge_drift_new_findings{stack="ci"} 1`)
	})
	step("a fork is judged without a secret", func(t *testing.T) {
		fork := append(request, "CI_MERGE_REQUEST_PROJECT_ID=5", "CI_MERGE_REQUEST_PROJECT_URL=file://"+p.dir+"/",
			"CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main")
		p.git("checkout", "--quiet", "-b", "fork")
		p.rewrite("          - {name: k2w-3, vmId: 133, address: 127.53.73.133}\n", "")
		log, err := p.jobs(false, fork, "gate-fork")
		require.Error(t, err, log)
		require.Contains(t, log, "FAIL 30")
		require.Contains(t, p.artifact("gate-fork", "gate.md"), "node k2w-3 leaves the cluster")
		require.Len(t, p.notes.bodies, 1, "a fork writes no note")
	})
}

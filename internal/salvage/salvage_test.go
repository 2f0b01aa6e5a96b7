package salvage

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chart"
	helm "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
	helmtime "helm.sh/helm/v3/pkg/time"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

var wanted = Wanted{Name: "web", Namespace: "edge", Version: "1.2.3", Create: true,
	Values: map[string]any{"replicas": 2, "password": masked, "on": []any{true}, "none": map[string]any{}}}

// record is one of a release as wanted, changed by edit.
func record(version int, status helm.Status, age time.Duration, edit func(*helm.Release)) *helm.Release {
	r := &helm.Release{Name: "web", Namespace: "edge", Version: version,
		Info:   &helm.Info{Status: status, LastDeployed: helmtime.Time{Time: now.Add(-age)}},
		Chart:  &chart.Chart{Metadata: &chart.Metadata{Name: "web", Version: "1.2.3"}},
		Config: map[string]any{"replicas": 2.0, "password": "hush", "on": []any{true}}}
	if edit != nil {
		edit(r)
	}
	return r
}

func TestRelease(t *testing.T) {
	other := func(r *helm.Release) { r.Config["replicas"] = 3.0 }
	more := func(r *helm.Release) { r.Config["extra"] = "x" }
	newer := func(r *helm.Release) { r.Chart.Metadata.Version = "1.3.0" }
	for name, c := range map[string]struct {
		record *helm.Release
		exists bool // the state knows the release
		gone   bool
		says   string
	}{
		"cut off":                  {record(1, helm.StatusPendingInstall, time.Minute, nil), false, true, "its record is taken away"},
		"cut off, other values":    {record(1, helm.StatusPendingInstall, time.Minute, other), false, false, "somebody may be at work on it"},
		"long ago, other values":   {record(1, helm.StatusPendingInstall, time.Hour, other), false, true, "its record is taken away"},
		"being removed":            {record(1, helm.StatusUninstalling, time.Minute, nil), false, true, "its record is taken away"},
		"installed, answer lost":   {record(1, helm.StatusDeployed, time.Minute, nil), false, true, "its record is taken away"},
		"somebody else's":          {record(1, helm.StatusDeployed, time.Hour, other), false, false, "somebody else's"},
		"somebody's other values":  {record(1, helm.StatusDeployed, time.Hour, more), false, false, "somebody else's"},
		"somebody's other version": {record(1, helm.StatusDeployed, time.Hour, newer), false, false, "somebody else's"},
		"failed long ago":          {record(1, helm.StatusFailed, time.Hour, other), false, true, "its record is taken away"},
		"upgrade cut off":          {record(2, helm.StatusPendingUpgrade, time.Minute, nil), true, true, "revision 2 is pending-upgrade"},
		"deployed and known":       {record(2, helm.StatusDeployed, time.Minute, nil), true, false, "should not be in the way"},
	} {
		t.Run(name, func(t *testing.T) {
			m := driver.NewMemory()
			m.SetNamespace("edge")
			if c.record.Version > 1 {
				require.NoError(t, m.Create("sh.helm.release.v1.web.v1", record(1, helm.StatusSuperseded, time.Hour, nil)))
			}
			key := "sh.helm.release.v1.web.v" + string(rune('0'+c.record.Version))
			require.NoError(t, m.Create(key, c.record))
			w := wanted
			w.Create = !c.exists
			told, gone, err := release(m, w, now)
			require.NoError(t, err)
			require.Equal(t, c.gone, gone, told)
			require.Contains(t, told, c.says)
			_, err = m.Get(key)
			require.Equal(t, c.gone, err != nil, "only that record")
		})
	}
	told, gone, err := release(driver.NewMemory(), wanted, now)
	require.NoError(t, err)
	require.False(t, gone)
	require.Equal(t, "release edge/web: there is no record of it that can be read", told)
}

func TestCollector(t *testing.T) {
	c := &Collector{}
	failed := func(urn, kind, why string, op apitype.OpType) {
		c.Observe(apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{URN: urn, Severity: "error", Message: why}})
		c.Observe(apitype.EngineEvent{ResOpFailedEvent: &apitype.ResOpFailedEvent{Metadata: apitype.StepEventMetadata{
			URN: urn, Type: kind, Op: op, New: &apitype.StepEventStateMetadata{Inputs: map[string]any{
				"name": "web", "namespace": "edge", "version": "1.2.3", "values": map[string]any{"a": 1}}}}}})
	}
	const kind = "kubernetes:helm.sh/v3:Release"
	failed("a", kind, "cannot re-use a name that is still in use", apitype.OpCreate)
	failed("b", kind, "context deadline exceeded", apitype.OpCreate)
	failed("c", "kubernetes:core/v1:Secret", "cannot re-use a name that is still in use", apitype.OpCreate)
	failed("d", kind, "another operation (install/upgrade/rollback) is in progress", apitype.OpUpdate)
	require.Equal(t, []Wanted{
		{URN: "a", Name: "web", Namespace: "edge", Version: "1.2.3", Values: map[string]any{"a": 1}, Create: true},
		{URN: "d", Name: "web", Namespace: "edge", Version: "1.2.3", Values: map[string]any{"a": 1}},
	}, c.Refused())
}

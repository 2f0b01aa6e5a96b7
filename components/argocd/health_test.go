package argocd

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	lua "github.com/yuin/gopher-lua"
)

const prefix = "resource.customizations.health."

// judge runs a check as Argo CD does: without libraries beyond the safe ones, the object as obj.
func judge(t *testing.T, kind, object string) (status, message string) {
	t.Helper()
	checks, err := healthChecks()
	require.NoError(t, err)
	require.Contains(t, checks, prefix+kind)
	var content any
	require.NoError(t, json.Unmarshal([]byte(object), &content))
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{"": lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		l.Push(l.NewFunction(open))
		l.Push(lua.LString(name))
		l.Call(1, 0)
	}
	l.SetGlobal("obj", value(l, content))
	require.NoError(t, l.DoString(checks[prefix+kind]))
	verdict, ok := l.Get(-1).(*lua.LTable)
	require.True(t, ok, "a check returns a table")
	return verdict.RawGetString("status").String(), verdict.RawGetString("message").String()
}

func value(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case map[string]any:
		table := l.NewTable()
		for key, e := range v {
			table.RawSetString(key, value(l, e))
		}
		return table
	case []any:
		table := l.NewTable()
		for _, e := range v {
			table.Append(value(l, e))
		}
		return table
	case string:
		return lua.LString(v)
	case float64:
		return lua.LNumber(v)
	case bool:
		return lua.LBool(v)
	}
	return lua.LNil
}

func TestHealth(t *testing.T) {
	const (
		healthy, progressing, degraded, suspended = "Healthy", "Progressing", "Degraded", "Suspended"

		kafka     = "kafka.strimzi.io_Kafka"
		topic     = "kafka.strimzi.io_KafkaTopic"
		pg        = "acid.zalan.do_postgresql"
		arango    = "database.arangodb.com_ArangoDeployment"
		search    = "elasticsearch.k8s.elastic.co_Elasticsearch"
		kibana    = "kibana.k8s.elastic.co_Kibana"
		scaled    = "keda.sh_ScaledObject"
		linstor   = "piraeus.io_LinstorCluster"
		satellite = "piraeus.io_LinstorSatellite"
	)
	for _, c := range []struct{ kind, name, object, status, message string }{
		{kafka, "new", `{"metadata":{"generation":1}}`, progressing, "waiting for its operator"},
		{kafka, "ready", `{"metadata":{"generation":2},"status":{"observedGeneration":2,"conditions":[{"type":"Ready","status":"True"}]}}`, healthy, ""},
		{kafka, "ready before the change", `{"metadata":{"generation":3},"status":{"observedGeneration":2,"conditions":[{"type":"Ready","status":"True"}]}}`,
			progressing, "waiting for its operator to see the change"},
		{kafka, "ready with a warning", `{"metadata":{},"status":{"conditions":[{"type":"Warning","status":"True","message":"old"},{"type":"Ready","status":"True"}]}}`, healthy, ""},
		{kafka, "being made", `{"metadata":{},"status":{"conditions":[{"type":"NotReady","status":"True","reason":"Creating","message":"pods start"}]}}`, progressing, "pods start"},
		{kafka, "refused", `{"metadata":{},"status":{"conditions":[{"type":"NotReady","status":"True","reason":"InvalidResourceException","message":"no such version"}]}}`, degraded, "no such version"},
		{topic, "failed", `{"metadata":{},"status":{"conditions":[{"type":"Ready","status":"False","reason":"KafkaError","message":"too many partitions"}]}}`, degraded, "too many partitions"},
		{pg, "new", `{"metadata":{}}`, progressing, "waiting for its operator"},
		{pg, "starting", `{"status":{"PostgresClusterStatus":"Creating"}}`, progressing, "Creating"},
		{pg, "running", `{"status":{"PostgresClusterStatus":"Running"}}`, healthy, "Running"},
		{pg, "failed", `{"status":{"PostgresClusterStatus":"SyncFailed"}}`, degraded, "SyncFailed"},
		{pg, "invalid", `{"status":{"PostgresClusterStatus":"Invalid"}}`, degraded, "Invalid"},
		{arango, "new", `{"metadata":{}}`, progressing, "waiting for its operator"},
		{arango, "running", `{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"},{"type":"UpToDate","status":"True"}]}}`, healthy, "Running"},
		{arango, "rolling", `{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"},{"type":"UpToDate","status":"False"}]}}`, progressing, "Running"},
		{arango, "failed", `{"status":{"phase":"Failed","reason":"licence"}}`, degraded, "licence"},
		{search, "new", `{"metadata":{"generation":1}}`, progressing, "waiting for its operator"},
		{search, "green", `{"metadata":{"generation":1},"status":{"health":"green","phase":"Ready","observedGeneration":1}}`, healthy, "green"},
		{search, "yellow", `{"metadata":{},"status":{"health":"yellow","phase":"Ready"}}`, progressing, "copies are missing"},
		{search, "moving", `{"metadata":{},"status":{"health":"green","phase":"MigratingData"}}`, progressing, "MigratingData"},
		{search, "red", `{"metadata":{},"status":{"health":"red","phase":"Ready"}}`, degraded, "red"},
		{search, "refused", `{"metadata":{},"status":{"health":"unknown","phase":"Invalid"}}`, degraded, "the operator refuses it"},
		{kibana, "green", `{"metadata":{},"status":{"health":"green"}}`, healthy, "green"},
		{kibana, "red", `{"metadata":{},"status":{"health":"red"}}`, degraded, "red"},
		{scaled, "new", `{"metadata":{}}`, progressing, "waiting for KEDA"},
		{scaled, "idle", `{"status":{"conditions":[{"type":"Ready","status":"True","message":"ok"},{"type":"Active","status":"False"}]}}`, healthy, "ok"},
		{scaled, "broken", `{"status":{"conditions":[{"type":"Ready","status":"False","message":"no such topic"},{"type":"Paused","status":"True"}]}}`, degraded, "no such topic"},
		{scaled, "paused", `{"status":{"conditions":[{"type":"Paused","status":"True"},{"type":"Ready","status":"True"}]}}`, suspended, "paused by an annotation"},
		{scaled, "blind", `{"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Fallback","status":"True"}]}}`, degraded, "no metrics: runs at its fallback"},
		{linstor, "new", `{"metadata":{}}`, progressing, "waiting for Applied"},
		{linstor, "up", `{"status":{"conditions":[{"type":"Configured","status":"True"},{"type":"Applied","status":"True"},{"type":"Available","status":"True"}]}}`, healthy, ""},
		{linstor, "starting", `{"status":{"conditions":[{"type":"Applied","status":"True"},{"type":"Available","status":"False","reason":"Pending","message":"offline"}]}}`, progressing, "offline"},
		{satellite, "failed", `{"status":{"conditions":[{"type":"Applied","status":"False","reason":"Error","message":"no module"}]}}`, degraded, "no module"},
	} {
		t.Run(c.kind+"/"+c.name, func(t *testing.T) {
			status, message := judge(t, c.kind, c.object)
			assert.Equal(t, c.status, status)
			assert.Equal(t, c.message, message)
		})
	}
}

func TestEveryKindIsJudgedBeforeItHasAStatus(t *testing.T) {
	for kind := range checkOf {
		status, message := judge(t, kind, `{"metadata":{"generation":1}}`)
		assert.Equal(t, "Progressing", status, kind)
		assert.NotEmpty(t, message, kind)
	}
}

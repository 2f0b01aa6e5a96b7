package fluentbit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	lua "github.com/yuin/gopher-lua"
)

// of these, the first two are those of services.
var prefixes = []Prefix{
	{Name: "internal", Namespaces: []string{"streams", "ml"}},
	{Name: "trading_2", Namespaces: []string{"desk"}, PerNamespace: true},
	{Name: "platform", PerNamespace: true},
}

const id = "-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// filterOf loads the script as Fluent Bit does.
func filterOf(t *testing.T, prefixes []Prefix) *lua.LState {
	t.Helper()
	l := lua.NewState()
	t.Cleanup(l.Close)
	require.NoError(t, l.DoString(script(prefixes)))
	return l
}

// call gives the three values that the filter returns.
func call(t *testing.T, l *lua.LState, tag, record lua.LValue) (code lua.LValue, time lua.LValue, out lua.LValue) {
	t.Helper()
	require.NoError(t, l.CallByParam(lua.P{Fn: l.GetGlobal("set_index"), NRet: 3, Protect: true}, tag, lua.LNumber(1754524800.5), record))
	defer l.Pop(3)
	return l.Get(-3), l.Get(-2), l.Get(-1)
}

func containers(file string) string { return "kube.var.log.containers." + file }

func TestIndexOfATag(t *testing.T) {
	long := strings.Repeat("a", 63)
	for name, c := range map[string]struct{ tag, want string }{
		"a service":                  {containers("myapp-7d9f_streams_myapp" + id + ".log"), "internal-myapp"},
		"its second namespace":       {containers("train-0_ml_train" + id + ".log"), "internal-train"},
		"an index per namespace":     {containers("x-1_desk_main" + id + ".log"), "trading_2-desk"},
		"any other namespace":        {containers("k3-broker-0_kafka_kafka" + id + ".log"), "platform-kafka"},
		"no namespace":               {containers("myapp-7d9f_myapp" + id + ".log"), "platform-myapp"},
		"namespace empty":            {containers("myapp-7d9f__myapp" + id + ".log"), "platform-myapp"},
		"no id":                      {containers("a_streams_myapp.log"), "internal-myapp"},
		"no id and no ending":        {containers("a_streams_myapp"), "internal-myapp"},
		"an id too short":            {containers("a_streams_myapp-0123abcd.log"), "internal-myapp-0123abcd"},
		"a container with dashes":    {containers("a-b-c_streams_my-own-app" + id + ".log"), "internal-my-own-app"},
		"a container like an id":     {containers("a_streams_deadbeef" + id + ".log"), "internal-deadbeef"},
		"upper case":                 {containers("A_streams_MyApp" + id + ".log"), "internal-myapp"},
		"what a name may not hold":   {containers(`a_streams_my\/*?"<>|,# app` + id + ".log"), "internal-my-app"},
		"a colon":                    {containers("a_streams_my:app" + id + ".log"), "internal-my-app"},
		"dots":                       {containers("a_streams_my.app.v2" + id + ".log"), "internal-my-app-v2"},
		"beyond ASCII":               {containers("a_streams_müapp" + id + ".log"), "internal-m-app"},
		"begins with a dash":         {containers("a_streams_-app" + id + ".log"), "internal-app"},
		"begins with an underscore":  {containers("a_streams__app" + id + ".log"), "internal-app"},
		"begins with a plus":         {containers("a_streams_+app" + id + ".log"), "internal-app"},
		"ends oddly":                 {containers("a_streams_app_-" + id + ".log"), "internal-app"},
		"only odd characters":        {containers("a_streams_###" + id + ".log"), "internal-unknown"},
		"as long as they come":       {containers("a_streams_" + long + id + ".log"), "internal-" + long},
		"too long":                   {containers("a_streams_" + strings.Repeat("a", 500) + id + ".log"), "internal-" + strings.Repeat("a", 119)},
		"cut at a dash":              {containers("a_streams_" + strings.Repeat("a", 118) + "-b" + id + ".log"), "internal-" + strings.Repeat("a", 118)},
		"a template's own, inside":   {containers("a_streams_logs-nginx-default" + id + ".log"), "internal-logs-nginx-default"},
		"the journal":                {"host.kubelet.service", "platform-node"},
		"the journal without a unit": {"host.", "platform-node"},
		"another input":              {"forward.myapp", "platform-unknown"},
		"a path from elsewhere":      {"kube.srv.log.a_streams_b.log", "platform-unknown"},
		"only a pod":                 {containers("myapp.log"), "platform-unknown"},
		"empty":                      {"", "platform-unknown"},
		"a template of Lua patterns": {containers("a_%a+_%d" + id + ".log"), "platform-a"},
		"a day in the name":          {containers("a_streams_app-2025.12.31" + id + ".log"), "internal-app-2025-12-31"},
	} {
		t.Run(name, func(t *testing.T) {
			l := filterOf(t, prefixes)
			record := l.NewTable()
			code, time, out := call(t, l, lua.LString(c.tag), record)
			assert.Equal(t, lua.LNumber(2), code, "the record has changed, its time has not")
			assert.Equal(t, lua.LNumber(1754524800.5), time)
			require.Same(t, record, out)
			assert.Equal(t, c.want, record.RawGetString("es_index").String())
			assert.LessOrEqual(t, len(c.want), 128)
			assert.Regexp(t, `^[a-z0-9][a-z0-9_-]*$`, c.want)
		})
	}
}

// TestTheDayIsNotTheFilters: the output adds it, in UTC, from the record's own time.
func TestTheDayIsNotTheFilters(t *testing.T) {
	l := filterOf(t, prefixes)
	for _, at := range []float64{0, 1735689599.999, 1735689600, 1709164800, -1, 4102444800} { // about year's ends, a leap day
		record := l.NewTable()
		require.NoError(t, l.CallByParam(lua.P{Fn: l.GetGlobal("set_index"), NRet: 3, Protect: true},
			lua.LString(containers("a_streams_app"+id+".log")), lua.LNumber(at), record))
		assert.Equal(t, lua.LNumber(at), l.Get(-2))
		l.Pop(3)
		assert.Equal(t, "internal-app", record.RawGetString("es_index").String())
	}
}

func TestThePrefixOfARecordNeverReachesTheNext(t *testing.T) {
	l := filterOf(t, prefixes)
	for range 3 {
		for _, c := range []struct {
			tag  lua.LValue
			want string
		}{
			{lua.LString(containers("a_streams_first" + id + ".log")), "internal-first"},
			{lua.LString("nothing known"), "platform-unknown"},
			{lua.LNil, "platform-unknown"},
			{lua.LNumber(7), "platform-unknown"},
			{lua.LString(containers("a_desk_second" + id + ".log")), "trading_2-desk"},
			{lua.LString("host.kernel"), "platform-node"},
			{lua.LString(containers("_.log")), "platform-unknown"},
		} {
			record := l.NewTable()
			call(t, l, c.tag, record)
			assert.Equal(t, c.want, record.RawGetString("es_index").String(), c.tag.String())
		}
	}
	record := l.NewTable()
	record.RawSetString("es_index", lua.LString("logs-forged-default"))
	call(t, l, lua.LString("nothing known"), record)
	assert.Equal(t, "platform-unknown", record.RawGetString("es_index").String(), "a service cannot choose another's index")
	code, _, out := call(t, l, lua.LString("a"), lua.LString("no record"))
	assert.Equal(t, lua.LNumber(0), code, "what is no record is left alone")
	assert.Equal(t, lua.LString("no record"), out)
}

func TestReservedPrefixesAreMovedAway(t *testing.T) {
	for name, want := range map[string]string{
		"logs": "xlogs-app", "metrics": "xmetrics-app", "traces": "xtraces-app", "synthetics": "xsynthetics-app",
		"Logs": "xlogs-app", "-internal": "internal-app", "_x": "x-app", "+y": "y-app", "": "x-app", "logs2": "logs2-app",
	} {
		l := filterOf(t, []Prefix{{Name: name}})
		record := l.NewTable()
		call(t, l, lua.LString(containers("a_ns_app"+id+".log")), record)
		assert.Equal(t, want, record.RawGetString("es_index").String(), name)
	}
}

func TestLift(t *testing.T) {
	for name, c := range map[string]struct{ in, want map[string]string }{
		"JSON":          {map[string]string{"log": `{"ts":1,"level": "ERROR","msg":"x"}`}, map[string]string{"level": "error"}},
		"severity":      {map[string]string{"log": `{"severity":"Warning"}`}, map[string]string{"level": "warning"}},
		"logfmt":        {map[string]string{"log": `ts=1 level=info msg="loglevel=x"`}, map[string]string{"level": "info"}},
		"quoted":        {map[string]string{"log": `lvl="warn" msg=x`}, map[string]string{"level": "warn"}},
		"none":          {map[string]string{"log": "plain text"}, map[string]string{"level": "nil", "log": "plain text"}},
		"a longer word": {map[string]string{"log": "sublevel=3 mylevel=high"}, map[string]string{"level": "nil"}},
		"already there": {map[string]string{"log": `level=info`, "level": "mine"}, map[string]string{"level": "mine"}},
		"journal":       {map[string]string{"MESSAGE": "E0101 kubelet"}, map[string]string{"log": "E0101 kubelet", "MESSAGE": "nil"}},
		"both":          {map[string]string{"MESSAGE": "a", "log": "b"}, map[string]string{"log": "b", "MESSAGE": "a"}},
		"nothing":       {nil, map[string]string{"log": "nil", "level": "nil"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := filterOf(t, prefixes)
			record := l.NewTable()
			for k, v := range c.in {
				record.RawSetString(k, lua.LString(v))
			}
			call(t, l, lua.LString("host.x"), record)
			for k, v := range c.want {
				assert.Equal(t, v, record.RawGetString(k).String(), k)
			}
		})
	}
	l := filterOf(t, prefixes)
	record := l.NewTable()
	record.RawSetString("log", l.NewTable())
	record.RawSetString("MESSAGE", lua.LNumber(1))
	code, _, _ := call(t, l, lua.LString("host.x"), record)
	assert.Equal(t, lua.LNumber(2), code, "what is no text is left as it is")
}

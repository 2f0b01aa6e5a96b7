package engine

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

var thingIDs = map[string]string{"probe:index:Thing": "text"}

func TestAdopted(t *testing.T) {
	const stored = `{"urn":"urn:a","custom":true,"id":"a","type":"probe:index:Thing","inputs":{"text":"a"}}`
	const secret = `{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","ciphertext":"v1:x"}`
	op := func(kind, urn, typ, text string) string {
		return `{"type":"` + kind + `","resource":{"urn":"` + urn + `","custom":true,"type":"` + typ +
			`","inputs":{"text":` + text + `,"n":12345678901234567890},"provider":"p::1"}}`
	}
	none := map[apitype.OperationType]map[string]bool{}
	const made = `"initErrors":["the run that made it was cut off"]}`
	for name, c := range map[string]struct {
		pending string
		want    string // resources after the stored one, empty if the creation is only forgotten
	}{
		"creation": {op("creating", "urn:b", "probe:index:Thing", `"b"`),
			`{"urn":"urn:b","custom":true,"id":"b","type":"probe:index:Thing","inputs":{"text":"b","n":12345678901234567890},` +
				`"provider":"p::1","outputs":{"id":"b","text":"b","n":12345678901234567890},` + made},
		"of what is there": {op("creating", "urn:a", "probe:index:Thing", `"b"`), ""},
		"another type":     {op("creating", "urn:b", "probe:index:Other", `"b"`), ""},
		"secret id":        {op("creating", "urn:b", "probe:index:Thing", secret), ""},
		"no id":            {op("creating", "urn:b", "probe:index:Thing", `null`), ""},
		"empty id":         {op("creating", "urn:b", "probe:index:Thing", `""`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			const head = `{"version":4,"features":["new"],"deployment":{"later":1,"resources":[` + stored
			edited, err := adopted([]byte(head+`],"pending_operations":[`+c.pending+`]}}`), thingIDs, none)
			require.NoError(t, err)
			want := head
			if c.want != "" {
				want += "," + c.want
			}
			require.JSONEq(t, want+`]}}`, string(edited))
			if c.want != "" {
				require.Contains(t, string(edited), "12345678901234567890", "to the last digit")
			}
		})
	}
	twice := op("creating", "urn:b", "probe:index:Thing", `"b"`)
	edited, err := adopted([]byte(`{"deployment":{"pending_operations":[`+twice+`,`+twice+`]}}`), thingIDs, none)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(edited), "urn:b"), "one resource of a URN")

	const behind = `{"urn":"urn:c","custom":true,"id":"c","type":"probe:index:Other","dependencies":["urn:a"]}`
	gone := strings.TrimSuffix(stored, "}") + `,"pendingReplacement":true}`
	edited, err = adopted([]byte(`{"deployment":{"resources":[`+gone+`,`+behind+`],"pending_operations":[`+
		op("creating", "urn:a", "probe:index:Thing", `"b"`)+`]}}`), thingIDs, none)
	require.NoError(t, err)
	require.JSONEq(t, `{"deployment":{"resources":[{"urn":"urn:a","custom":true,"id":"b","type":"probe:index:Thing",
		"inputs":{"text":"b","n":12345678901234567890},"provider":"p::1","outputs":{"id":"b","text":"b","n":12345678901234567890},`+
		made+`,`+behind+`]}}`, string(edited), "what replaces a deleted resource takes its place")

	changed := op("updating", "urn:a", "probe:index:Thing", `"a"`)
	exported := []byte(`{"deployment":{"resources":[` + stored + `],"pending_operations":[` + changed + `,` + twice + `]}}`)
	begun, err := cutShort(exported)
	require.NoError(t, err)
	require.Equal(t, map[apitype.OperationType]map[string]bool{
		apitype.OperationTypeUpdating: {"urn:a": true}, apitype.OperationTypeCreating: {"urn:b": true},
	}, begun)
	edited, err = adopted(exported, nil, begun)
	require.NoError(t, err)
	require.JSONEq(t, `{"deployment":{"resources":[`+strings.TrimSuffix(stored, "}")+
		`,"initErrors":["the run that changed it was cut off"]}]}}`, string(edited))

	begun, err = cutShort([]byte(`{"version":3}`))
	require.NoError(t, err)
	require.Empty(t, begun)
	_, err = cutShort([]byte(`no state`))
	require.ErrorContains(t, err, "exported state: ")
	_, err = adopted([]byte(`no state`), nil, nil)
	require.ErrorContains(t, err, "exported state: ")
}

// cutOffRun leaves the creations of two things pending: made, which the world then has, and lost.
func cutOffRun(t *testing.T, r *rig) *Stack {
	t.Helper()
	for _, name := range []string{"made", "lost"} {
		r.things[name] = pulumi.Map{"text": pulumi.String(name), "sleepMs": pulumi.Int(600_000), "stubborn": pulumi.Bool(true),
			"secret": pulumi.ToSecret(pulumi.String("hush-hush"))}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	abort := make(chan struct{})
	go func() {
		if r.probe.waitCreates(ctx, 2) == nil {
			cancel()
			<-r.probe.cancelled
			close(abort)
		}
	}()
	s, opts := r.open(), r.options()
	opts.Abort = abort
	_, err := s.Up(ctx, opts)
	require.Equal(t, Cancelled, KindOf(err))
	state, _, err := s.State(t.Context())
	require.NoError(t, err)
	cutOffIn, _ := Unfinished(state)
	require.Equal(t, []string{"creating Thing lost", "creating Thing made"}, cutOffIn)
	for _, props := range r.things {
		delete(props, "sleepMs")
		delete(props, "stubborn")
	}
	r.probe.set("made", resource.PropertyMap{"text": resource.NewProperty("made"),
		"secret": resource.MakeSecret(resource.NewProperty("hush-hush"))})
	return s
}

func TestPendingCreationsAreLookedUp(t *testing.T) {
	r := newRig(t)
	r.project.Private, r.project.IDs = true, thingIDs
	s, ctx := cutOffRun(t, r), t.Context()
	opts := r.options()
	opts.ClearPending = true
	sum, err := s.Refresh(ctx, opts)
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 2, "update": 1, "delete": 1}, sum.Counts)
	state, _, err := s.State(ctx)
	require.NoError(t, err)
	require.Empty(t, state.PendingOperations)

	sum, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 3, "create": 1}, sum.Counts)
	require.Equal(t, 3, r.probe.created, "what the world had is not made again")
	require.NotContains(t, r.out.String(), "hush")
}

// TestReplacementWhoseAnswerIsLost: the old thing is gone, the new one may be there.
func TestReplacementWhoseAnswerIsLost(t *testing.T) {
	r := newRig(t)
	r.project.Private, r.project.IDs = true, thingIDs
	r.things["one"] = text("one")
	s, ctx := r.open(), t.Context()
	_, err := s.Up(ctx, r.options())
	require.NoError(t, err)
	r.things["one"] = pulumi.Map{"text": pulumi.String("one"), "kind": pulumi.String("new"), "exclusive": pulumi.Bool(true),
		"fail": pulumi.String("read tcp: connection reset by peer")}
	_, err = s.Up(ctx, r.options())
	require.Error(t, err)
	state, _, err := s.State(ctx)
	require.NoError(t, err)
	cutOffIn, _ := Unfinished(state)
	require.Equal(t, []string{"creating Thing one"}, cutOffIn)

	delete(r.things["one"], "fail")
	r.probe.set("one", resource.PropertyMap{"text": resource.NewProperty("one"), "kind": resource.NewProperty("new"),
		"exclusive": resource.NewProperty(true)})
	opts := r.options()
	opts.ClearPending = true
	_, err = s.Refresh(ctx, opts)
	require.NoError(t, err)
	_, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, 2, r.probe.created, "what the world has is not made again")
	require.Equal(t, 3, r.resources(s), "nothing of the old thing is left")
}

// TestAnswerLost: where the server may have made what was asked for, the state notes that it was begun; where it said
// no, or was never asked, it does not.
func TestAnswerLost(t *testing.T) {
	const post = `failed to perform HTTP POST request (path: pools) - Reason: Post "https://pve:8006/api2/json/pools": `
	lost := map[string]string{
		"cut":      post + "EOF",
		"reset":    post + "read tcp 10.0.0.1:4711->10.0.0.2:8006: read: connection reset by peer",
		"timeout":  post + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
		"stopped":  post + "context canceled",
		"gateway":  "error sending POST request to /admin/realms: 502 Bad Gateway",
		"gateway2": "Error making API request. Code: 504. Raw Message:\n\nGateway Timeout",
	}
	refused := map[string]string{
		"exists":  "create pool failed: pool 'k8s' already exists",
		"absent":  post + "dial tcp 10.0.0.2:8006: connect: connection refused",
		"unheard": post + "dial tcp 10.0.0.2:8006: i/o timeout",
		"busy":    "received an HTTP 500 response - Reason: cfs-lock 'file-user_cfg' error: got lock request timeout",
		"sealed":  "Error making API request. Code: 503. Errors: * Vault is sealed",
	}
	r := newRig(t)
	r.project.Private, r.project.IDs = true, thingIDs
	var want []string
	for _, texts := range []map[string]string{lost, refused} {
		for name, why := range texts { // all fail together: the first failure keeps others from being begun
			r.things[name] = pulumi.Map{"text": pulumi.String(name), "sleepMs": pulumi.Int(600_000), "fail": pulumi.String(why)}
		}
	}
	for name := range lost {
		want = append(want, "creating Thing "+name)
	}
	begun := make(chan error, 1)
	go func() {
		begun <- r.probe.waitCreates(t.Context(), len(r.things))
		r.probe.finish()
	}()
	s, ctx := r.open(), t.Context()
	_, err := s.Up(ctx, r.options())
	require.NoError(t, <-begun)
	require.ErrorContains(t, err, "11 operation(s) failed")
	state, _, err := s.State(ctx)
	require.NoError(t, err)
	cutOffIn, failed := Unfinished(state)
	require.ElementsMatch(t, want, cutOffIn)
	require.Empty(t, failed)

	r.probe.set("cut", resource.PropertyMap{"text": resource.NewProperty("cut")})
	for name := range r.things {
		r.things[name] = text(name)
	}
	opts := r.options()
	opts.ClearPending = true
	_, err = s.Refresh(ctx, opts)
	require.NoError(t, err)
	before := r.probe.created
	_, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, before+len(r.things)-1, r.probe.created, "what the world has is not made again")
}

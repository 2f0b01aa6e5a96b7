package engine

import (
	"context"
	"strings"
	"testing"

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
	other := "," + op("creating", "urn:c", "probe:index:Other", `"c"`)
	for name, c := range map[string]struct {
		pending string
		want    string // resources after the stored one, empty if nothing is to be adopted
	}{
		"creation": {op("creating", "urn:b", "probe:index:Thing", `"b"`),
			`{"urn":"urn:b","custom":true,"id":"b","type":"probe:index:Thing","inputs":{"text":"b","n":12345678901234567890},` +
				`"provider":"p::1","outputs":{"id":"b","text":"b","n":12345678901234567890},"initErrors":["the run that made it was cut off"]}`},
		"of a replacement": {op("creating", "urn:a", "probe:index:Thing", `"b"`), ""},
		"another type":     {op("creating", "urn:b", "probe:index:Other", `"b"`), ""},
		"secret id":        {op("creating", "urn:b", "probe:index:Thing", secret), ""},
		"no id":            {op("creating", "urn:b", "probe:index:Thing", `null`), ""},
		"empty id":         {op("creating", "urn:b", "probe:index:Thing", `""`), ""},
		"update":           {op("updating", "urn:b", "probe:index:Thing", `"b"`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			const head = `{"version":4,"features":["new"],"deployment":{"later":1,"resources":[` + stored
			edited, n, err := adopted([]byte(head+`],"pending_operations":[`+c.pending+other+`]}}`), thingIDs)
			require.NoError(t, err)
			if c.want == "" {
				require.Zero(t, n)
				return
			}
			require.Equal(t, 1, n)
			require.JSONEq(t, head+`,`+c.want+`],"pending_operations":[`+strings.TrimPrefix(other, ",")+`]}}`, string(edited))
			require.Contains(t, string(edited), "12345678901234567890", "to the last digit")
		})
	}
	twice := op("creating", "urn:b", "probe:index:Thing", `"b"`)
	_, n, err := adopted([]byte(`{"deployment":{"pending_operations":[`+twice+`,`+twice+`]}}`), thingIDs)
	require.NoError(t, err)
	require.Equal(t, 1, n, "one resource of a URN")
	_, n, err = adopted([]byte(`{"version":3}`), thingIDs)
	require.NoError(t, err)
	require.Zero(t, n, "nothing was ever deployed")
	_, _, err = adopted([]byte(`no state`), thingIDs)
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
	require.Equal(t, []string{"creating Thing lost", "creating Thing made"}, Unfinished(state))
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
	require.Empty(t, Unfinished(state))

	sum, err = s.Up(ctx, r.options())
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 3, "create": 1}, sum.Counts)
	require.Equal(t, 3, r.probe.created, "what the world had is not made again")
	require.NotContains(t, r.out.String(), "hush")
}

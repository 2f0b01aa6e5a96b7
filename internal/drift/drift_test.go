package drift

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

const marked = "MARKED-0123456789"

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	require.NoError(t, json.Unmarshal([]byte(text), &o.Object))
	return o
}

// deployment is a live object that four have written to.
const deployment = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"ui","namespace":"kafka",
  "labels":{"app":"ui","owner":"bob"},"managedFields":[
  {"manager":"pulumi-kubernetes-1","operation":"Apply","time":"2026-01-01T00:00:00Z","fieldsV1":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"ui\"}":{".":{},"f:image":{}}}}}}}},
  {"manager":"kube-controller-manager","operation":"Update","subresource":"scale","time":"2026-01-02T00:00:00Z","fieldsV1":{"f:spec":{"f:replicas":{}}}},
  {"manager":"kubectl-label","operation":"Update","time":"2026-01-03T00:00:00Z","fieldsV1":{"f:metadata":{"f:labels":{"f:owner":{}}}}},
  {"manager":"kubectl-edit","operation":"Update","time":"2026-01-04T00:00:00Z","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"ui\"}":{"f:image":{}},"k:{\"name\":\"spy\"}":{".":{},"f:name":{},"f:image":{}}}}}}}}]},
  "spec":{"replicas":4,"template":{"spec":{"containers":[{"name":"ui","image":"b"},{"name":"spy","image":"spy"}]}}},"status":{"replicas":4}}`

func audit(t *testing.T) *Audit {
	t.Helper()
	known, err := newKnowledge(nil)
	require.NoError(t, err)
	return &Audit{Stack: "lab", State: NewState(apitype.DeploymentV3{}, ""), Rules: &Rules{}, known: known}
}

func TestFindingsTellWhoDidIt(t *testing.T) {
	want := object(t, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"ui","namespace":"kafka","labels":{"app":"ui"}},
	  "spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"ui","image":"a"}]}}}}`)
	live := object(t, deployment)
	var different []difference
	lacks("", want.Object["metadata"], live.Object["metadata"], func(string, any, any) { t.Error("its metadata is as declared") })
	different = append(different, difference{"spec.replicas", 2, 4}, difference{"spec.template.spec.containers.ui.image", "a", "b"},
		difference{"spec.paused", true, nil})
	e := expectation{id: "urn:pulumi:lab::p::streamforge:data:Data$kubernetes:apps/v1:Deployment::ui", urn: "urn:pulumi:lab::p::streamforge:data:Data$kubernetes:apps/v1:Deployment::ui", object: want, manager: "pulumi-kubernetes-1"}
	items := audit(t).findings(e, "kafka", want, live, different)
	by := map[string]report.Item{}
	for _, i := range items {
		by[i.Manager] = i
	}
	require.Len(t, by, 2, "the autoscaler's replicas are no drift")
	edit := by["kubectl-edit"]
	assert.Equal(t, Edited, edit.Op)
	assert.Equal(t, "2026-01-04", edit.When.Format(time.DateOnly))
	assert.Equal(t, []string{"spec.paused", "spec.template.spec.containers.spy", "spec.template.spec.containers.ui.image"}, paths(edit), "what was taken away is laid to who wrote last")
	assert.Equal(t, Extra, by["kubectl-label"].Op)
	assert.Equal(t, report.Cosmetic, by["kubectl-label"].Danger)
	assert.Contains(t, by["kubectl-label"].Hint, "kubectl -n kafka label deployment ui owner-")
}

func paths(i report.Item) (all []string) {
	for _, p := range i.Properties {
		all = append(all, p.Path)
	}
	return all
}

func TestDeclaredIsComparedByMeaning(t *testing.T) {
	differ := func(want, have string) (all []string) {
		var w, h any
		require.NoError(t, json.Unmarshal([]byte(want), &w))
		require.NoError(t, json.Unmarshal([]byte(have), &h))
		lacks("", w, h, func(path string, _, _ any) { all = append(all, path) })
		return all
	}
	assert.Empty(t, differ(`{"cpu":"1000m","a":{},"l":[]}`, `{"cpu":"1","more":2}`))
	assert.Equal(t, []string{"l"}, differ(`{"l":[1]}`, `{"l":[1,2]}`))
	assert.Equal(t, []string{"l.x.v"}, differ(`{"l":[{"name":"x","v":1}]}`, `{"l":[{"name":"x","v":2}]}`))
	assert.Equal(t, []string{"m"}, differ(`{"m":{"k":"v"}}`, `{}`))

	secret := declared(object(t, `{"kind":"Secret","stringData":{"a":"b"},"data":{"c":"ZA=="},"status":{},"metadata":{"creationTimestamp":null}}`))
	assert.Equal(t, map[string]any{"kind": "Secret", "data": map[string]any{"a": "Yg==", "c": "ZA=="}, "metadata": map[string]any{}}, secret.Object)
}

func TestSecretsAreNeverShown(t *testing.T) {
	s := NewState(apitype.DeploymentV3{Resources: []apitype.ResourceV3{{
		URN: "urn:pulumi:lab::p::kubernetes:core/v1:Secret::x", Type: "kubernetes:core/v1:Secret", Custom: true,
		Inputs: map[string]any{"data": map[string]any{sig.Key: sig.Secret, "plaintext": `{"password":"` + marked + `"}`}},
	}}}, "").secrets
	for name, p := range map[string]report.Property{
		"of a Secret":         s.property("Secret", "data.x", "short", "other"),
		"of the state":        s.property("Deployment", "spec.args[0]", "--x="+marked, "--x=y"),
		"by its name":         s.property("Deployment", "spec.env.DB_PASSWORD.value", nil, "word"),
		"within a list":       s.property("Deployment", "spec.env", nil, []any{map[string]any{"name": "API_TOKEN", "value": "word"}}),
		"a key in a text":     s.property("ConfigMap", "data.x", nil, "-----BEGIN PRIVATE KEY-----\nabc"),
		"what kubectl copied": s.property("Pod", `metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]`, nil, "{}"),
	} {
		assert.Contains(t, p.Before+p.After, report.Masked, name)
		for _, leak := range []string{marked, "word", "short", "other", "abc", "{}"} {
			assert.NotContains(t, p.Before+p.After, leak, name)
		}
	}
	assert.Equal(t, "4", s.property("Deployment", "spec.replicas", 2, 4).After)
	assert.Equal(t, "bob", s.property("Secret", "metadata.labels.owner", nil, "bob").After, "labels are no secret")
}

func TestRules(t *testing.T) {
	file := filepath.Join(t.TempDir(), "drift-ignore.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`ignores:
  - {pattern: "a*", reason: r, owner: o}
  - {pattern: "a*", reason: r, owner: o, expires: soon}
controllers: [{manager: "*", reason: r}]
`), 0o600))
	_, err := LoadRules(file)
	require.ErrorContains(t, err, "expires missing")
	require.ErrorContains(t, err, "not a date")
	require.ErrorContains(t, err, "* alone is no manager")

	require.NoError(t, os.WriteFile(file, []byte(`ignores:
  - {pattern: "a*", path: "metadata.annotations[\"x.y/*\"]", reason: r, owner: o, expires: 2026-01-31}
  - {pattern: "b", reason: r, owner: o, expires: 2025-01-31}
`), 0o600))
	rules, err := LoadRules(file)
	require.NoError(t, err)
	now := time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)
	items := rules.apply([]report.Item{
		{ID: "a1", State: New, Properties: []report.Property{{Path: `metadata.annotations["x.y/z"]`}, {Path: "spec.replicas"}}},
		{ID: "b", State: New},
	}, now)
	require.Len(t, items, 3)
	assert.Equal(t, []string{Ignored, New, New}, []string{items[0].State, items[1].State, items[2].State})
	assert.Equal(t, "2026-01-31", items[0].Until)
	assert.Equal(t, []string{"spec.replicas"}, paths(items[1]))
	assert.Len(t, rules.complaints(now), 1, "only the expired one")
}

func TestConclude(t *testing.T) {
	a := audit(t)
	a.Refreshed(gate.Preview{Ended: true}, Findings{})
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	finding := func(after string) []report.Item {
		return []report.Item{{ID: "x", Op: Edited, Danger: report.Access, When: &now, Properties: []report.Property{{Path: "p", After: after}}}}
	}
	first := a.Conclude(Findings{Items: finding("1"), Managed: 9, Total: 10}, nil, now)
	assert.Equal(t, ExitDrift, first.ExitCode)
	assert.InDelta(t, 90, *first.Coverage, 0)

	again := a.Conclude(Findings{Items: finding("1")}, &first, now)
	assert.Equal(t, []any{ExitInSync, Known}, []any{again.ExitCode, again.Items[0].State})
	assert.Equal(t, first.Fingerprint, again.Fingerprint)

	other := a.Conclude(Findings{Items: finding("2")}, &first, now)
	assert.Equal(t, ExitDrift, other.ExitCode)
	require.Len(t, other.Items, 2, "the old value is resolved, the new one is new")

	gone := a.Conclude(Findings{Unchecked: []string{"cluster"}}, &first, now)
	assert.Equal(t, []any{ExitError, Resolved}, []any{gone.ExitCode, gone.Items[0].State}, "what was not looked at is not in sync")

	first.Items[0].State = Ignored
	expired := a.Conclude(Findings{Items: finding("1")}, &first, now)
	assert.Equal(t, []any{ExitDrift, New}, []any{expired.ExitCode, expired.Items[0].State}, "the rule that ignored it is gone")
	first.Items[0].State = New

	var b bytes.Buffer
	require.NoError(t, WritePrometheus(&b, first))
	assert.Contains(t, b.String(), `streamforge_drift_findings{stack="lab",danger="access",state="new",op="edited"} 1`)
	assert.Contains(t, b.String(), `streamforge_drift_coverage_percent{stack="lab"} 90`)
}

// TestOnlyWhatWasLookedForIsResolved: a finding of a part that could not be reached is neither gone nor new.
func TestOnlyWhatWasLookedForIsResolved(t *testing.T) {
	const machine, object = "urn:pulumi:lab::p::x$" + machineType + "::a", "urn:pulumi:lab::p::x$kubernetes:apps/v1:Deployment::ui"
	const chart = "urn:pulumi:lab::p::x$" + releaseType + "::traefik"
	const part1, part2 = chart + "#Service/traefik/traefik", chart + "#Deployment.apps/traefik/traefik"
	baseline := &report.Report{}
	for _, i := range []report.Item{
		{ID: "proxmox#vm/999", Op: Unmanaged}, {ID: machine, Op: Missing}, {ID: machine, Op: Edited},
		{ID: "cluster#Secret/a/b", Op: Unmanaged}, {ID: object + "@kubectl-edit", Op: Edited},
		{ID: part1, Op: Missing}, {ID: part2 + "@kubectl-edit", Op: Edited},
		{ID: "urn:pulumi:lab::p::x$keycloak:openid/client:Client::c", Op: Edited},
	} {
		i.State = Known
		baseline.Items = append(baseline.Items, i)
	}
	for name, c := range map[string]struct {
		blind     part
		refreshed bool
		known     []string
		looked    []string // at these all the same
	}{
		"everything":         {"", true, nil, nil},
		"without cluster":    {inCluster, true, []string{"cluster#Secret/a/b", object + "@kubectl-edit", part1, part2 + "@kubectl-edit"}, nil},
		"without one kind":   {inCluster, true, []string{"cluster#Secret/a/b", part1}, []string{object, chart, part2}},
		"without hypervisor": {inProxmox, true, []string{machine, "proxmox#vm/999"}, nil},
		"without refresh":    {"", false, []string{machine, "urn:pulumi:lab::p::x$keycloak:openid/client:Client::c"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := audit(t)
			a.blind, a.looked = map[part]bool{}, map[string]bool{}
			for _, id := range c.looked {
				a.sawItself(id)
			}
			if c.blind != "" {
				a.skip(c.blind, "not reached")
			}
			a.Refreshed(gate.Preview{Ended: c.refreshed}, Findings{})
			var known []string
			for _, i := range a.Conclude(Findings{Unchecked: a.unchecked}, baseline, time.Now()).Items {
				if i.State == Known {
					known = append(known, i.ID)
				}
			}
			assert.ElementsMatch(t, c.known, known)
		})
	}
}

// TestComparedIsSeen: of the objects of the state as of those of releases. One whose kind could not be
// listed may be there, as may one of a group that does not answer; one of a kind that nobody knows is not.
func TestComparedIsSeen(t *testing.T) {
	a := audit(t)
	client, err := dynamic.NewForConfig(&rest.Config{Host: "https://127.0.0.1:1"})
	require.NoError(t, err)
	kinds := meta.NewDefaultRESTMapper([]schema.GroupVersion{{Version: "v1"}})
	for _, kind := range []string{"ConfigMap", "Secret"} {
		kinds.Add(schema.GroupVersionKind{Version: "v1", Kind: kind}, meta.RESTScopeNamespace)
	}
	a.looked, a.cluster = map[string]bool{}, &cluster{dynamic: client, mapper: kinds, missing: []gap{
		{schema.GroupResource{Resource: "secrets"}, errors.New("forbidden")}, {schema.GroupResource{Group: "silent.example"}, errors.New("timeout")},
	}}
	expect := func(id, version, kind string, of *release) expectation {
		return expectation{id: id, urn: "urn:pulumi:lab::p::kubernetes:core/v1:ConfigMap::x", release: of, object: object(t, `{"apiVersion":"`+version+`","kind":"`+kind+`","metadata":{"name":"x"}}`)}
	}
	var missing, problems []string
	for _, r := range a.each(t.Context(), []expectation{
		expect("map", "v1", "ConfigMap", nil), expect("chart#map", "v1", "ConfigMap", &release{}), expect("secret", "v1", "Secret", nil),
		expect("thing", "v1", "Thing", nil), expect("silence", "silent.example/v1", "Thing", nil),
	}) {
		for _, i := range r.items {
			missing = append(missing, i.ID)
		}
		if r.problem != "" {
			problems = append(problems, r.problem)
		}
	}
	assert.Equal(t, map[string]bool{"map": true, "chart#map": true}, a.looked)
	assert.Equal(t, []string{"map", "chart#map", "thing"}, missing)
	assert.Equal(t, []string{
		"Secret x: objects of its kind could not be listed", `Thing x: no matches for kind "Thing" in version "silent.example/v1"`,
	}, problems)
}

// TestObjectsOfAReleaseWithoutARecord: nobody knows what it should have, so what was found there stays.
func TestObjectsOfAReleaseWithoutARecord(t *testing.T) {
	const urn = "urn:pulumi:lab::p::x$" + releaseType + "::traefik"
	release := apitype.ResourceV3{URN: urn, Type: releaseType, Custom: true, Inputs: map[string]any{"name": "traefik", "namespace": "traefik"}}
	baseline := &report.Report{Items: []report.Item{
		{ID: urn + "@helm", Op: Edited, State: New},
		{ID: urn + "#Deployment.apps/traefik/traefik@kubectl-edit", Op: Edited, State: New},
		{ID: urn + "-other#Deployment.apps/traefik/traefik@kubectl-edit", Op: Edited, State: New},
	}}
	a := audit(t)
	a.State = NewState(apitype.DeploymentV3{Resources: []apitype.ResourceV3{release}}, "")
	a.looked, a.unread = map[string]bool{}, map[string]bool{}
	_, items := a.releases(nil, &inventory{audit: a, managed: map[string]bool{}, foreign: map[string]string{}})
	a.Refreshed(gate.Preview{Ended: true}, Findings{})
	states := map[string]string{}
	for _, i := range a.Conclude(Findings{Items: items}, baseline, time.Now()).Items {
		states[i.ID] = i.State
	}
	assert.Equal(t, map[string]string{
		urn: New, urn + "@helm#resolved": Resolved,
		urn + "#Deployment.apps/traefik/traefik@kubectl-edit":                Known,
		urn + "-other#Deployment.apps/traefik/traefik@kubectl-edit#resolved": Resolved,
	}, states)
}

// TestPathsOfValues: rules name a value as the chart does.
func TestPathsOfValues(t *testing.T) {
	env := func(x string) map[string]any {
		return map[string]any{"grafana": map[string]any{"env": map[string]any{"X": x, "a.b": x}}}
	}
	a := audit(t)
	a.cluster = &cluster{}
	r := resource{URN: "urn:pulumi:lab::p::" + releaseType + "::prometheus", Type: releaseType, Outputs: map[string]any{"status": map[string]any{"revision": 1}},
		Inputs: map[string]any{"name": "prometheus", "namespace": "monitoring", "values": env("1")}}
	items := a.record(r, []*release{{Name: "prometheus", Namespace: "monitoring", Version: 1, Config: env("2")}})
	require.Len(t, items, 1)
	assert.Equal(t, []string{"values.grafana.env.X", `values.grafana.env["a.b"]`}, paths(items[0]))
}

package gate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/report"
)

var now = time.Date(2025, 8, 7, 12, 0, 0, 0, time.UTC)

const stem = "urn:pulumi:homelab::streamforge::streamforge:data:Data$kubernetes:"

// change makes a change of a Kubernetes kind, with properties as path, before, after.
func change(op, kind, name string, properties ...[3]string) Change {
	c := Change{URN: stem + kind + "::" + name, Type: "kubernetes:" + kind, Op: op}
	for _, p := range properties {
		c.Properties = append(c.Properties, report.Property{Path: p[0], Before: p[1], After: p[2]})
	}
	c.Old.Exists, c.New.Exists = op != "create", op != "delete"
	return c
}

func object(c Change, namespace, name string) Change {
	meta := map[string]any{"name": name}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	c.Old.Inputs = map[string]any{"metadata": meta}
	return c
}

func judge(t *testing.T, approvals string, changes ...Change) report.Report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "approvals.yaml")
	require.NoError(t, os.WriteFile(file, []byte(approvals), 0o600))
	a, err := LoadApprovals(file, now)
	require.NoError(t, err)
	return Judge{Stack: "homelab", Approvals: a, Now: now}.Report(Preview{Changes: changes, Ended: true}, nil)
}

func TestDangers(t *testing.T) {
	for _, c := range []struct {
		name   string
		change Change
		danger report.Danger
		code   int
	}{
		{"nothing", change("same", "apps/v1:Deployment", "x"), "", ExitNoChanges},
		{"created", change("create", "kafka.strimzi.io/v1beta2:KafkaTopic", "x"), report.None, ExitAllowed},
		{"label", change("update", "core/v1:Service", "x", [3]string{"metadata.labels.team", "a", "b"}), report.Cosmetic, ExitAllowed},
		{"security label", change("update", "core/v1:Namespace", "x",
			[3]string{`metadata.labels["pod-security.kubernetes.io/enforce"]`, "restricted", "privileged"}), report.Access, ExitNeedsApproval},
		{"topic deleted", change("delete", "kafka.strimzi.io/v1beta2:KafkaTopic", "x"), report.DataLoss, ExitDenied},
		{"retention shorter", change("update", "kafka.strimzi.io/v1beta2:KafkaTopic", "x",
			[3]string{`spec.config["retention.ms"]`, "604800000", "1000"}), report.DataLoss, ExitDenied},
		{"retention longer", change("update", "kafka.strimzi.io/v1beta2:KafkaTopic", "x",
			[3]string{`spec.config["retention.ms"]`, "1000", "604800000"}), report.Capacity, ExitAllowed},
		{"retention bounded", change("update", "kafka.strimzi.io/v1beta2:KafkaTopic", "x",
			[3]string{`spec.config["retention.ms"]`, "-1", "604800000"}), report.DataLoss, ExitDenied},
		{"retention bounded for the first time", change("update", "kafka.strimzi.io/v1beta2:KafkaTopic", "x",
			[3]string{`spec.config["retention.bytes"]`, "", "1073741824"}), report.DataLoss, ExitDenied},
		{"more brokers", change("update", "kafka.strimzi.io/v1beta2:KafkaNodePool", "x", [3]string{"spec.replicas", "3", "4"}), report.Capacity, ExitAllowed},
		{"fewer brokers", change("update", "kafka.strimzi.io/v1beta2:KafkaNodePool", "x", [3]string{"spec.replicas", "4", "3"}), report.Outage, ExitNeedsApproval},
		{"secret", change("update", "core/v1:Secret", "x", [3]string{"data.password", "[secret]", "[secret]"}), report.Access, ExitNeedsApproval},
		{"unknown kind goes", change("delete", "example.test/v1:Gadget", "x"), report.Outage, ExitNeedsApproval},
		{"unknown kind changes", change("update", "example.test/v1:Gadget", "x", [3]string{"spec.a", "1", "2"}), report.Outage, ExitNeedsApproval},
		{"unknown kind is described", change("update", "example.test/v1:Gadget", "x", [3]string{"metadata.labels.team", "a", "b"}), report.Cosmetic, ExitAllowed},
		{"rights widened", Change{URN: "urn:pulumi:homelab::streamforge::vault:index/policy:Policy::p", Type: "vault:index/policy:Policy", Op: "update",
			Properties: []report.Property{{Path: "policy"}}}, report.Access, ExitNeedsApproval},
		{"route led elsewhere", change("update", "gateway.networking.k8s.io/v1:HTTPRoute", "x",
			[3]string{"spec.rules[0].backendRefs[0].name", "a", "b"}), report.Outage, ExitNeedsApproval},
		{"address asked for", change("update", "core/v1:Service", "x",
			[3]string{`metadata.annotations["metallb.io/loadBalancerIPs"]`, "192.168.1.153", "192.168.1.154"}), report.Outage, ExitNeedsApproval},
		{"address asked for, the first annotation", change("update", "core/v1:Service", "x",
			[3]string{"metadata.annotations", "", `{"metallb.io/loadBalancerIPs":"192.168.1.154"}`}), report.Outage, ExitNeedsApproval},
		{"first annotations, harmless", change("update", "core/v1:Service", "x", [3]string{"metadata.annotations", "", `{"note":"x"}`}), report.Cosmetic, ExitAllowed},
		{"default class", change("update", "storage.k8s.io/v1:StorageClass", "x",
			[3]string{`metadata.annotations["storageclass.kubernetes.io/is-default-class"]`, "true", "false"}), report.Outage, ExitNeedsApproval},
		{"label that selectors go by", change("update", "core/v1:Service", "x",
			[3]string{`metadata.labels["app.kubernetes.io/name"]`, "a", "b"}), report.Outage, ExitNeedsApproval},
		{"rotated secrets no longer reach pods", change("update", "apps/v1:StatefulSet", "x",
			[3]string{`metadata.annotations["reloader.stakater.com/auto"]`, "true", ""}), report.Outage, ExitNeedsApproval},
		{"a rotated secret no longer reaches pods", change("update", "apps/v1:Deployment", "x",
			[3]string{"metadata.annotations", `{"secret.reloader.stakater.com/reload":"login"}`, ""}), report.Capacity, ExitAllowed},
		{"group of people goes", Change{URN: stem + "keycloak:index/group:Group::x", Type: "keycloak:index/group:Group", Op: "delete"}, report.DataLoss, ExitDenied},
		{"group of people changes", Change{URN: stem + "keycloak:index/group:Group::x", Type: "keycloak:index/group:Group",
			Op: "update", Properties: []report.Property{{Path: "name"}}}, report.Access, ExitNeedsApproval},
		{"unknown operation", change("transmute", "core/v1:Service", "x"), report.DataLoss, ExitDenied},
		{"no properties told", change("update", "core/v1:Service", "x"), report.Outage, ExitNeedsApproval},
		{"kept when it leaves", func() Change { c := change("delete", "core/v1:Namespace", "x"); c.Retain = true; return c }(), report.Cosmetic, ExitAllowed},
		{"renamed by digest", change("replace", "core/v1:ConfigMap", "x", [3]string{"metadata.name", "x-1", "x-2"}), report.Capacity, ExitAllowed},
		{"provider replaced", Change{URN: "urn:pulumi:homelab::streamforge::pulumi:providers:kubernetes::kubernetes",
			Type: "pulumi:providers:kubernetes", Op: "replace"}, report.DataLoss, ExitDenied},
		{"provider reaches elsewhere", Change{URN: "urn:pulumi:homelab::streamforge::pulumi:providers:proxmoxve::proxmox", Type: "pulumi:providers:proxmoxve",
			Op: "update", Properties: []report.Property{{Path: "endpoint"}}}, report.Access, ExitNeedsApproval},
		{"provider's plugin", Change{URN: "urn:pulumi:homelab::streamforge::pulumi:providers:proxmoxve::proxmox", Type: "pulumi:providers:proxmoxve",
			Op: "update", Properties: []report.Property{{Path: "version"}}}, report.Capacity, ExitAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, "", c.change)
			assert.Equal(t, c.code, r.ExitCode, r.Headline)
			if c.danger == "" {
				assert.Empty(t, r.Items)
				return
			}
			require.Len(t, r.Items, 1)
			assert.Equal(t, c.danger, r.Items[0].Danger, "%v", r.Items[0].Reasons)
		})
	}
}

// TestPluginOfADefaultProvider: the engine makes a provider of another name for a new version of a plugin,
// and replaces nothing.
func TestPluginOfADefaultProvider(t *testing.T) {
	const urn = "urn:pulumi:homelab::streamforge::pulumi:providers:tls::default_"
	c := NewCollector()
	for _, m := range []apitype.StepEventMetadata{
		{Op: "create", URN: urn + "5_2_0", Type: "pulumi:providers:tls", New: &apitype.StepEventStateMetadata{}},
		{Op: "same", URN: stem + "tls:index/privateKey:PrivateKey::x", Type: "tls:index/privateKey:PrivateKey",
			Old: &apitype.StepEventStateMetadata{}, New: &apitype.StepEventStateMetadata{}},
		{Op: "delete", URN: urn + "5_1_0", Type: "pulumi:providers:tls", Old: &apitype.StepEventStateMetadata{}},
	} {
		c.Observe(apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}})
	}
	c.Observe(apitype.EngineEvent{SummaryEvent: &apitype.SummaryEvent{}})
	r := Judge{Stack: "x", Approvals: &Approvals{}, Now: now}.Report(c.Preview(), nil)
	assert.Equal(t, ExitNoChanges, r.ExitCode, r.Headline)
	assert.Equal(t, map[string]int{"same": 1}, r.Counts)
	danger, _ := Assess(c.Preview().Changes[2])
	assert.Equal(t, report.None, danger)
}

func TestCascades(t *testing.T) {
	namespace := object(change("delete", "core/v1:Namespace", "kafka"), "", "kafka")
	topic := object(change("same", "kafka.strimzi.io/v1beta2:KafkaTopic", "market.trades"), "kafka", "market.trades")
	elsewhere := object(change("same", "kafka.strimzi.io/v1beta2:KafkaTopic", "other"), "streams", "other")
	r := judge(t, "", namespace, topic, elsewhere)
	require.Len(t, r.Items, 1)
	assert.Contains(t, r.Items[0].Reasons, "the namespace kafka takes with it KafkaTopic market.trades")

	crd := change("delete", "apiextensions.k8s.io/v1:CustomResourceDefinition", "kafkatopics")
	crd.Old.Inputs = map[string]any{"spec": map[string]any{"group": "kafka.strimzi.io", "names": map[string]any{"kind": "KafkaTopic"}}}
	topic.Old.Inputs["apiVersion"], elsewhere.Old.Inputs["apiVersion"] = "kafka.strimzi.io/v1beta2", "kafka.strimzi.io/v1beta2"
	r = judge(t, "", crd, topic, elsewhere)
	assert.Contains(t, r.Items[0].Reasons, "the definition of KafkaTopic takes with it KafkaTopic market.trades, KafkaTopic other")
}

const approval = `approvals:
  - urn: "*KafkaTopic::old"
    operation: delete
    reason: nobody has read it since May
    owner: alice
    expires: %s
`

func TestApprovals(t *testing.T) {
	gone := change("delete", "kafka.strimzi.io/v1beta2:KafkaTopic", "old")
	valid := strings.Replace(approval, "%s", "2025-08-31", 1)

	r := judge(t, valid, gone)
	assert.Equal(t, ExitAllowed, r.ExitCode)
	assert.Equal(t, []string{Approved, "alice", "2025-08-31"}, []string{r.Items[0].State, r.Items[0].Owner, r.Items[0].Until})

	r = judge(t, strings.Replace(approval, "%s", "2025-08-06", 1), gone)
	assert.Equal(t, ExitDenied, r.ExitCode, "it has expired")
	assert.Contains(t, r.Warnings[0], "expired on 2025-08-06")
	r = judge(t, strings.Replace(approval, "%s", "2025-08-07", 1), gone)
	assert.Equal(t, ExitAllowed, r.ExitCode, "it holds on its last day")

	replaced := change("replace", "kafka.strimzi.io/v1beta2:KafkaTopic", "old")
	assert.Equal(t, ExitDenied, judge(t, valid, replaced).ExitCode, "another operation")
	r = judge(t, valid)
	assert.Equal(t, ExitNoChanges, r.ExitCode)
	assert.Contains(t, r.Warnings[0], "was not needed")

	var many []Change
	for _, name := range strings.Split("abcdefghijklm", "") {
		many = append(many, change("delete", "kafka.strimzi.io/v1beta2:KafkaTopic", name))
	}
	r = judge(t, strings.Replace(valid, "::old", "::*", 1), many...)
	assert.Equal(t, ExitDenied, r.ExitCode, "too broad an approval counts for nothing")
	assert.Contains(t, r.Warnings[0], "too broad: it matches 13 resources, at most 10")
}

// TestNarrowApprovalsHold: one that is too broad takes nothing away from another, and each that fits is needed.
func TestNarrowApprovalsHold(t *testing.T) {
	valid := strings.Replace(approval, "%s", "2025-08-31", 1)
	narrow := strings.TrimPrefix(valid, "approvals:\n")
	gone := change("delete", "kafka.strimzi.io/v1beta2:KafkaTopic", "old")
	r := judge(t, valid+narrow, gone)
	assert.Equal(t, ExitAllowed, r.ExitCode)
	assert.Empty(t, r.Warnings, "both are for it")

	many := []Change{gone}
	for _, name := range strings.Split("abcdefghijklm", "") {
		many = append(many, change("delete", "kafka.strimzi.io/v1beta2:KafkaTopic", name))
	}
	r = judge(t, strings.Replace(valid, "::old", "::*", 1)+narrow, many...)
	states := map[string]int{}
	for _, i := range r.Items {
		states[i.State]++
	}
	assert.Equal(t, map[string]int{Approved: 1, Denied: 13}, states)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "too broad: it matches 14 resources")
}

func TestApprovalsSayAllTheirErrorsAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "approvals.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`approvals:
  - {urn: a, operation: delete, owner: x, expires: 2025-08-10}
  - {urn: b, operation: delete, reason: r, owner: x, expires: soon}
  - {urn: c, operation: delete, reason: r, owner: x, expires: 2026-08-10}
`), 0o600))
	_, err := LoadApprovals(file, now)
	require.EqualError(t, err, "approvals "+file+": approvals[0] (a): reason missing: an exception says what, why, who and until when\n"+
		"approvals "+file+": approvals[1] (b): expires \"soon\": not a date such as 2026-12-31\n"+
		"approvals "+file+": approvals[2] (c): expires 2026-08-10: more than 90 days ahead")
	require.NoError(t, os.WriteFile(file, []byte("approvals:\n  - {uri: a}\n"), 0o600))
	_, err = LoadApprovals(file, now)
	require.ErrorContains(t, err, "field uri not found")
}

// A marked value in every field that may hold a secret never comes out.
func TestSecretsStayIn(t *testing.T) {
	secret := map[string]any{sig.Key: sig.Secret, "ciphertext": "MARKED", "plaintext": "MARKED"}
	inputs := func() map[string]any {
		return map[string]any{"data": map[string]any{"password": secret}, "list": []any{secret, map[string]any{"deep": secret}}}
	}
	c := NewCollector()
	c.Observe(apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: apitype.StepEventMetadata{
		Op: "update", URN: stem + "core/v1:Secret::x", Type: "kubernetes:core/v1:Secret",
		Old:          &apitype.StepEventStateMetadata{Inputs: inputs(), Outputs: inputs()},
		New:          &apitype.StepEventStateMetadata{Inputs: inputs(), Outputs: inputs()},
		DetailedDiff: map[string]apitype.PropertyDiff{"data": {InputDiff: true}, "data.password": {}, "list": {}, "list[1].deep": {}, "data.password.ciphertext": {}},
	}}})
	c.Observe(apitype.EngineEvent{SummaryEvent: &apitype.SummaryEvent{}})
	r := Judge{Stack: "x", Approvals: &Approvals{}, Now: now}.Report(c.Preview(), nil)
	require.Len(t, r.Items[0].Properties, 5)
	raw, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "MARKED")
	assert.Contains(t, string(raw), report.Masked)
}

func TestFingerprint(t *testing.T) {
	one := Preview{Changes: []Change{change("update", "core/v1:Service", "x", [3]string{"spec.a", "1", "2"}), change("same", "core/v1:Service", "y")}}
	same := Preview{Changes: []Change{one.Changes[0]}}
	assert.Equal(t, Fingerprint(one), Fingerprint(same), "what stays does not count")
	for name, other := range map[string]Change{
		"value": change("update", "core/v1:Service", "x", [3]string{"spec.a", "1", "3"}),
		"path":  change("update", "core/v1:Service", "x", [3]string{"spec.b", "1", "2"}),
		"op":    change("replace", "core/v1:Service", "x", [3]string{"spec.a", "1", "2"}),
		"urn":   change("update", "core/v1:Service", "z", [3]string{"spec.a", "1", "2"}),
	} {
		assert.NotEqual(t, Fingerprint(one), Fingerprint(Preview{Changes: []Change{other}}), name)
	}
}

func TestOutputsAreChanges(t *testing.T) {
	stack := Change{URN: "urn:pulumi:homelab::streamforge::pulumi:pulumi:Stack::x", Type: "pulumi:pulumi:Stack", Op: "same",
		Old: State{Outputs: map[string]any{"url": "a"}, Exists: true}, New: State{Outputs: map[string]any{"url": "b"}, Exists: true}}
	r := judge(t, "", stack)
	assert.Equal(t, ExitAllowed, r.ExitCode)
	assert.Equal(t, []report.Property{{Path: "url", Before: "a", After: "b"}}, r.Items[0].Properties)
}

func TestPreviewThatFailed(t *testing.T) {
	a := &Approvals{}
	r := Judge{Approvals: a, Now: now}.Report(Preview{Errors: []string{"no cluster"}}, nil)
	assert.Equal(t, ExitPreviewFailed, r.ExitCode)
	assert.Equal(t, []string{"no cluster"}, r.Warnings)
}

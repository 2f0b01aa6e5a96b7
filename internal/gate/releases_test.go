package gate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/charts"
	"github.com/streamforge/infrastructure/internal/report"
)

// TestReleasesThatGo: what a chart made goes with its release, but for what Helm keeps.
func TestReleasesThatGo(t *testing.T) {
	meta := func(name string, keep bool) obj {
		m := obj{"name": name}
		if keep {
			m["annotations"] = obj{"helm.sh/resource-policy": "keep"}
		}
		return m
	}
	claim := func(keep bool) obj {
		return obj{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta("data", keep)}
	}
	definition := func(keep bool) obj {
		return obj{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": meta("gadgets.example.test", keep),
			"spec": obj{"group": "example.test", "names": obj{"kind": "Gadget"}}}
	}
	deployment := obj{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("main", false)}
	gadget := object(change("same", "example.test/v1:Gadget", "mine"), "x", "mine")
	gadget.Old.Inputs["apiVersion"] = "example.test/v1"

	for name, c := range map[string]struct {
		op      string
		objects []obj
		danger  report.Danger
		reason  string
	}{
		"only pods":           {"delete", []obj{deployment}, report.Outage, "everything of the chart is deleted"},
		"a claim":             {"delete", []obj{deployment, claim(false)}, report.DataLoss, "PersistentVolumeClaim data: its volume may be deleted with it"},
		"a claim, replaced":   {"replace", []obj{claim(false)}, report.DataLoss, "PersistentVolumeClaim data: its volume may be deleted with it"},
		"a claim that stays":  {"delete", []obj{deployment, claim(true)}, report.Outage, "everything of the chart is deleted"},
		"a definition":        {"delete", []obj{definition(false)}, report.DataLoss, "the definition of Gadget takes with it Gadget mine"},
		"a definition, stays": {"delete", []obj{definition(true)}, report.Outage, "everything of the chart is deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			r := Releases{Render: func(r charts.Release, _ string, _ ...string) (all []*unstructured.Unstructured, _ error) {
				assert.True(t, r.SkipCRDs, "Helm leaves what is in crds/")
				for _, o := range c.objects {
					all = append(all, &unstructured.Unstructured{Object: o})
				}
				return all, nil
			}}
			release := change(c.op, "helm.sh/v3:Release", "chart")
			got := Judge{Approvals: &Approvals{}, Now: now, Nested: r.Differences}.Report(Preview{Changes: []Change{release, gadget}, Ended: true}, nil)
			require.Len(t, got.Items, 1)
			assert.Equal(t, c.danger, got.Items[0].Danger, "%v", got.Items[0].Reasons)
			assert.Contains(t, strings.Join(got.Items[0].Reasons, "\n"), c.reason)
			assert.Len(t, got.Items[0].Nested, len(c.objects))
		})
	}
}

package upstream_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chartutil"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/tests/program"
)

// token is how charts call the value that decides whether pods mount their account's token.
const token = "automountServiceAccountToken"

// asking are the parts of charts, by "<release> <values path>", that ask the API server something.
var asking = map[string]string{
	"argocd .server":                                   "shows and changes applications",
	"argocd .controller":                               "compares and applies applications",
	"argocd .applicationSet":                           "makes applications",
	"cert-manager ":                                    "the controller issues certificates",
	"cert-manager .webhook":                            "keeps the certificate that it serves with in a Secret",
	"cert-manager .cainjector":                         "writes authorities into webhooks and definitions",
	"cert-manager .startupapicheck":                    "tries whether a certificate can be asked for",
	"kube-prometheus-stack .prometheus":                "its account, which its pods take along",
	"elastic-operator ":                                "runs clusters",
	"ingress-nginx ":                                   "follows Ingresses",
	"keda .serviceAccount.operator":                    "scales workloads",
	"keda .serviceAccount.metricServer":                "asks the API server who asks it",
	"keda .serviceAccount.webhooks":                    "looks for two scalers of one workload",
	"kube-prometheus-stack .prometheusOperator":        "runs Prometheus and Alertmanager",
	"kube-prometheus-stack .prometheus.prometheusSpec": "finds what it scrapes",
	"kube-prometheus-stack .grafana":                   "a container beside it collects dashboards from ConfigMaps",
	"kube-prometheus-stack .kube-state-metrics":        "counts objects",
}

// talkative finds the parts of releases that mount a token for nothing. A part is what a chart's
// values have the switch for: of the pod when there is one, else of the account.
func talkative(u upstream, g *kubetest.Graph, needed map[string]bool) (found []finding) {
	for _, r := range g.All {
		if r.Type != releaseType {
			continue
		}
		chart, err := loadChart(u.dir, chartOf(r))
		if err != nil { // TestUpstream says what is the matter
			continue
		}
		values, _ := r.At("values").(map[string]any)
		all, err := chartutil.CoalesceValues(chart.helm, chartutil.Values(values))
		if err != nil {
			found = append(found, finding{r.Name, r.Type + " " + r.Name, err.Error()})
			continue
		}
		for _, path := range mounting(all, "") {
			part := r.Name + " " + path
			if _, ok := asking[part]; ok {
				needed[part] = true
				continue
			}
			found = append(found, finding{part, r.Type + " " + r.Name, "mounts a token; set " + token + " to false, or say in `asking` what for"})
		}
	}
	return found
}

// mounting lists the parts below path that run and mount a token.
func mounting(values map[string]any, path string) (all []string) {
	for _, off := range []string{"enabled", "create"} {
		if on, set := values[off].(bool); set && !on {
			return nil
		}
	}
	account, _ := values["serviceAccount"].(map[string]any)
	pod, ofPod := values[token].(bool)
	ofAccount, set := account[token].(bool)
	if ofPod && pod || !ofPod && set && ofAccount {
		all = append(all, path)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		below, ok := values[key].(map[string]any)
		if !ok || key == "serviceAccount" && (ofPod || set) {
			continue
		}
		all = append(all, mounting(below, path+"."+key)...)
	}
	return all
}

// TestTokensAreNoticed takes the program's own words away.
func TestTokensAreNoticed(t *testing.T) {
	u, g := upstream{dir: folder(t)}, program.Whole(t, "homelab")
	for i, r := range g.All {
		if r.Type == releaseType {
			g.All[i].Inputs = r.Inputs.Copy()
			delete(g.All[i].Inputs, "values")
		}
	}
	parts := []string{}
	for _, f := range talkative(u, g, map[string]bool{}) {
		parts = append(parts, f.Subject)
	}
	require.Subset(t, parts, []string{"argocd .repoServer", "argocd .redis", "kube-prometheus-stack .alertmanager", "kibana-oauth2-proxy "})
}

func TestChartsMountNoTokenForNothing(t *testing.T) {
	u, needed := upstream{dir: folder(t)}, map[string]bool{}
	for _, stack := range []string{"homelab", "sandbox"} {
		require.Empty(t, talkative(u, program.Whole(t, stack), needed), stack)
	}
	for part, why := range asking {
		require.True(t, needed[part], "%s mounts no token any more", part)
		require.NotEmpty(t, why, part)
	}
}

package salvage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	helm "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// longest is how long an operation of Helm's may take in this program; a record that has been
// unfinished for longer belongs to nobody any more. See Timeout of the releases in internal/kube.
const longest = 15 * time.Minute

// Releases takes the records away that stand in the way of these releases, and says for each what it
// did or why it did not. The objects of a release stay: an installation of the same name takes them
// over. Some tells whether any record is gone, so that another run is worth it.
func Releases(ctx context.Context, kubeconfig string, wanted []Wanted, now time.Time) (told []string, some bool, err error) {
	conf, err := clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	if err != nil {
		return nil, false, fmt.Errorf("kubeconfig: %w", err)
	}
	conf.Timeout = 30 * time.Second
	client, err := kubernetes.NewForConfig(conf)
	if err != nil {
		return nil, false, fmt.Errorf("cluster: %w", err)
	}
	for _, w := range wanted {
		if err := ctx.Err(); err != nil {
			return told, some, err
		}
		text, gone, err := release(driver.NewSecrets(client.CoreV1().Secrets(w.Namespace)), w, now)
		if err != nil {
			return told, some, fmt.Errorf("release %s/%s: %w", w.Namespace, w.Name, err)
		}
		told, some = append(told, text), some || gone
	}
	return told, some, nil
}

// release takes the newest record of one release away if a run like this one has left it.
func release(records driver.Driver, w Wanted, now time.Time) (told string, gone bool, err error) {
	all, err := records.Query(map[string]string{"name": w.Name, "owner": "helm"})
	if errors.Is(err, driver.ErrReleaseNotFound) || err == nil && len(all) == 0 {
		return fmt.Sprintf("release %s/%s: there is no record of it that can be read", w.Namespace, w.Name), false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("records: %w", err)
	}
	last := slices.MaxFunc(all, func(a, b *helm.Release) int { return cmp.Compare(a.Version, b.Version) })
	head := fmt.Sprintf("release %s/%s: revision %d is %s since %s", w.Namespace, w.Name, last.Version,
		last.Info.Status, last.Info.LastDeployed.Local().Format(time.DateTime))
	if why := keep(last, w, now); why != "" {
		return head + ": " + why, false, nil
	}
	key := fmt.Sprintf("sh.helm.release.v1.%s.v%d", last.Name, last.Version)
	if _, err := records.Delete(key); err != nil {
		return "", false, fmt.Errorf("record %s: %w", key, err)
	}
	return head + ", left by a run that was cut off: its record is taken away, its objects stay", true, nil
}

// keep says why a record must stay, nothing if it is a remainder.
func keep(r *helm.Release, w Wanted, now time.Time) string {
	alike := r.Chart != nil && r.Chart.Metadata != nil && r.Chart.Metadata.Version == w.Version && equal(w.Values, r.Config)
	old := now.Sub(r.Info.LastDeployed.Time) > longest
	remedy := fmt.Sprintf("`helm history %s -n %s` tells more", r.Name, r.Namespace)
	switch {
	case r.Info.Status.IsPending() || r.Info.Status == helm.StatusUninstalling:
		if alike || old {
			return ""
		}
		return "somebody may be at work on it with other values; run `up` again in a quarter of an hour, or: " + remedy
	case !w.Create:
		return "that should not be in the way of an upgrade; " + remedy
	case alike || r.Info.Status == helm.StatusFailed && old:
		return ""
	default:
		return "it is not what the program would install, so it is somebody else's; remove it, or: " + remedy
	}
}

// masked stands for a secret in the events of a run.
const masked = "[secret]"

// equal compares the values that a program wants with those of a record. A masked value equals any.
func equal(want, have any) bool {
	return same(number(want), number(have))
}

// number takes a value through JSON, so that every number is of one type and nothing is no map.
func number(v any) (clean any) {
	raw, err := json.Marshal(v)
	if err != nil || json.Unmarshal(raw, &clean) != nil {
		return v
	}
	return clean
}

func same(want, have any) bool {
	if s, ok := want.(string); ok && strings.HasPrefix(s, masked) {
		return true
	}
	switch w := want.(type) {
	case nil:
		h, ok := have.(map[string]any)
		return have == nil || ok && len(h) == 0
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok && have != nil {
			return false
		}
		for k := range h {
			if _, known := w[k]; !known {
				return false
			}
		}
		for k := range w {
			if !same(w[k], h[k]) {
				return false
			}
		}
		return true
	case []any:
		h, ok := have.([]any)
		return ok && slices.EqualFunc(w, h, same)
	default:
		return reflect.DeepEqual(want, have)
	}
}

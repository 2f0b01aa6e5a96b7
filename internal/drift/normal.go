package drift

import (
	"encoding/base64"
	"maps"

	quantity "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/gate"
)

// declared is a copy of an object in the form in which it is applied: no nulls, no text for the server
// to encode.
func declared(o *unstructured.Unstructured) *unstructured.Unstructured {
	content, _ := dense(o.Object).(map[string]any)
	delete(content, "status")
	if texts, ok := content["stringData"].(map[string]any); ok && o.GetKind() == "Secret" {
		data, _ := content["data"].(map[string]any)
		all := map[string]any{}
		maps.Copy(all, data)
		for k, v := range texts {
			all[k] = base64.StdEncoding.EncodeToString([]byte(gate.Text(v)))
		}
		content["data"] = all
		delete(content, "stringData")
	}
	return &unstructured.Unstructured{Object: content}
}

func dense(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			if x != nil {
				out[k] = dense(x)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = dense(x)
		}
		return out
	case int:
		return int64(v)
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	}
	return v
}

// bare is an object without what the server keeps about it.
func bare(o *unstructured.Unstructured) map[string]any {
	content := maps.Clone(o.Object)
	delete(content, "status")
	about, _ := content["metadata"].(map[string]any)
	about = maps.Clone(about)
	for _, k := range []string{"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"} {
		delete(about, k)
	}
	content["metadata"] = about
	return content
}

// lacks calls leaf for every declared value that is not there, or is another one.
func lacks(path string, want, have any, leaf func(path string, was, is any)) {
	switch w := want.(type) {
	case map[string]any:
		h, isMap := have.(map[string]any)
		if !isMap && len(w) > 0 {
			leaf(path, want, have)
			return
		}
		for k, v := range w {
			lacks(gate.Join(path, k), v, h[k], leaf)
		}
	case []any:
		h, _ := have.([]any)
		if len(w) != len(h) {
			leaf(path, want, have)
			return
		}
		for i, v := range w {
			lacks(element(path, w, i), v, h[i], leaf)
		}
	default:
		if was, is := gate.Text(want), gate.Text(have); was != is && !sameAmount(was, is) {
			leaf(path, want, have)
		}
	}
}

// sameAmount tells whether two texts are the same quantity, as 1000m and 1 are.
func sameAmount(a, b string) bool {
	x, errX := quantity.ParseQuantity(a)
	y, errY := quantity.ParseQuantity(b)
	return errX == nil && errY == nil && x.Cmp(y) == 0
}

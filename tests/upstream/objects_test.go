package upstream_test

import (
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	strictjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

// native knows every kind that the API server has of its own.
var native = func() *runtime.Scheme {
	s := runtime.NewScheme()
	if err := scheme.AddToScheme(s); err != nil {
		panic(err) // two of Kubernetes' own types under one name
	}
	return s
}()

// checkObject gives what the API server would object to in one object of the graph. Kinds it has
// itself are decoded into their types; all others are held to their definition.
func (all definitions) checkObject(r kubetest.Resource) []finding {
	resource := r.Type + " " + r.Name
	raw, err := json.Marshal(r.Values())
	if err != nil {
		return []finding{{r.Name, resource, err.Error()}}
	}
	object := map[string]any{}
	if err := utiljson.Unmarshal(raw, &object); err != nil { // whole numbers become int64, as in the API server
		return []finding{{r.Name, resource, err.Error()}}
	}
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	if native.IsGroupRegistered(gvk.Group) {
		strict := strictjson.NewSerializerWithOptions(strictjson.DefaultMetaFactory, native, native, strictjson.SerializerOptions{Strict: true})
		if _, _, err := strict.Decode(raw, nil, nil); err != nil {
			return []finding{{kind, resource, err.Error()}}
		}
		return nil
	}
	d, ok := all[gvk]
	if !ok {
		return []finding{{kind, resource, "no definition serves " + apiVersion + " " + kind}}
	}
	var found []finding
	for _, e := range d.refuse(object) {
		found = append(found, finding{strings.TrimSpace(kind + " " + e.Field), resource, e.ErrorBody()})
	}
	return found
}

// isObject tells whether a resource is an object in the cluster. Definitions are left out: the
// program registers them as upstream wrote them.
func isObject(r kubetest.Resource) bool {
	return strings.HasPrefix(r.Type, "kubernetes:") && r.Type != releaseType &&
		!strings.HasPrefix(r.Type, "kubernetes:apiextensions.k8s.io/")
}

package drift

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/gate"
)

// Declared lists the objects that an audit compares with the live ones, each in its namespace, for
// who wants to hand the same ones to another tool. They hold secrets in clear. Objects of kinds that
// the cluster does not know are left out.
func (a *Audit) Declared(ctx context.Context) (objects []*unstructured.Unstructured, err error) {
	kubeconfig := a.Kubeconfig
	if provider := a.State.provider("kubernetes"); len(kubeconfig) == 0 && provider != nil {
		kubeconfig = []byte(gate.Text(provider["kubeconfig"]))
	}
	if a.cluster, err = openCluster(ctx, kubeconfig); err != nil {
		return nil, err
	}
	records, err := a.cluster.records()
	if err != nil {
		return nil, err
	}
	expected := a.State.objects()
	for _, r := range a.State.ofType(releaseType) {
		of := records[releaseName(r)]
		if len(of) == 0 {
			return nil, fmt.Errorf("release %s: it has no record", releaseName(r))
		}
		list, err := children(standing(of), r.URN, gate.Text(r.Inputs["skipCrds"]) == "true")
		if err != nil {
			return nil, fmt.Errorf("release %s: %w", releaseName(r), err)
		}
		expected = append(expected, list...)
	}
	var errs []error
	for _, e := range expected {
		_, ns, err := a.cluster.resource(e.object, e.namespace())
		if meta.IsNoMatchError(err) {
			continue
		}
		o := declared(e.object)
		o.SetNamespace(ns)
		objects, errs = append(objects, o), append(errs, err)
	}
	return objects, errors.Join(errs...)
}

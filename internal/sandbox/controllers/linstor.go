package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// linstor stands in for the Piraeus operator: it makes one LinstorSatellite for each node that a
// LinstorCluster selects, and says of all its objects that they are in order. A cluster is
// available once a storage pool has a node.
var linstor = operator{
	name: "linstor",
	needs: []string{
		"linstorclusters.piraeus.io", "linstorsatelliteconfigurations.piraeus.io", "linstorsatellites.piraeus.io",
	},
	setup: func(mgr ctrl.Manager) error {
		l := &linstorOperator{client: mgr.GetClient()}
		builder := ctrl.NewControllerManagedBy(mgr).Named("linstor")
		for _, watched := range []client.Object{
			piraeusObject("LinstorCluster"), piraeusObject("LinstorSatelliteConfiguration"), piraeusObject("LinstorSatellite"), &corev1.Node{},
		} {
			builder = builder.Watches(watched, everything)
		}
		return builder.Complete(steady(l.reconcile))
	},
}

type linstorOperator struct{ client client.Client }

func piraeusObject(kind string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("piraeus.io/v1")
	o.SetKind(kind)
	return o
}

func (l *linstorOperator) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	clusters, err := l.listed(ctx, "LinstorCluster")
	if err != nil {
		return reconcile.Result{}, err
	}
	configurations, err := l.listed(ctx, "LinstorSatelliteConfiguration")
	if err != nil {
		return reconcile.Result{}, err
	}
	var nodes corev1.NodeList
	if err := l.client.List(ctx, &nodes); err != nil {
		return reconcile.Result{}, err
	}
	for i := range configurations {
		if err := report(ctx, l.client, &configurations[i], inOrder("Applied")); err != nil {
			return reconcile.Result{}, err
		}
	}
	for i := range clusters {
		if err := l.cluster(ctx, &clusters[i], configurations, nodes.Items); err != nil {
			return reconcile.Result{}, err
		}
	}
	return reconcile.Result{}, nil
}

// listed gives the objects of a kind that are not being deleted.
func (l *linstorOperator) listed(ctx context.Context, kind string) (all []unstructured.Unstructured, err error) {
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("piraeus.io/v1")
	list.SetKind(kind + "List")
	if err := l.client.List(ctx, list); err != nil {
		return nil, err
	}
	for _, o := range list.Items {
		if o.GetDeletionTimestamp() == nil {
			all = append(all, o)
		}
	}
	return all, nil
}

func (l *linstorOperator) cluster(ctx context.Context, c *unstructured.Unstructured,
	configurations []unstructured.Unstructured, nodes []corev1.Node) error {
	disks := 0
	for i := range nodes {
		node := &nodes[i]
		here, err := selects(c, node)
		if err != nil {
			return err
		}
		if !here {
			continue
		}
		pools := []any{}
		for j := range configurations {
			configured, err := selects(&configurations[j], node)
			if err != nil {
				return err
			}
			if list, _, _ := unstructured.NestedSlice(configurations[j].Object, "spec", "storagePools"); configured {
				pools = append(pools, list...)
			}
		}
		if len(pools) > 0 {
			disks++
		}
		if err := l.satellite(ctx, c, node.Name, pools); err != nil {
			return err
		}
	}
	return report(ctx, l.client, c, inOrder("Applied"), inOrder("Configured"),
		condition("Available", disks > 0, "AsExpected", fmt.Sprintf("%d satellites have a storage pool", disks)))
}

// satellite makes the node's, owned by the cluster as upstream.
func (l *linstorOperator) satellite(ctx context.Context, c *unstructured.Unstructured, node string, pools []any) error {
	s := piraeusObject("LinstorSatellite")
	s.SetName(node)
	_, err := controllerutil.CreateOrUpdate(ctx, l.client, s, func() error {
		if err := unstructured.SetNestedSlice(s.Object, pools, "spec", "storagePools"); err != nil {
			return err
		}
		if err := unstructured.SetNestedField(s.Object, c.GetName(), "spec", "clusterRef", "name"); err != nil {
			return err
		}
		return controllerutil.SetControllerReference(c, s, l.client.Scheme())
	})
	if err != nil {
		return fmt.Errorf("satellite %s: %w", node, err)
	}
	return report(ctx, l.client, s, inOrder("Applied"), inOrder("Available"), inOrder("Configured"))
}

func inOrder(kind string) metav1.Condition { return condition(kind, true, "AsExpected", "as wanted") }

// selects reads spec.nodeAffinity; without one every node is selected.
func selects(o *unstructured.Unstructured, node *corev1.Node) (bool, error) {
	raw, found, err := unstructured.NestedMap(o.Object, "spec", "nodeAffinity")
	if err != nil || !found {
		return err == nil, err
	}
	var terms corev1.NodeSelector
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &terms); err != nil {
		return false, fmt.Errorf("%s %s: nodeAffinity: %w", o.GetKind(), o.GetName(), err)
	}
	selector, err := nodeaffinity.NewNodeSelector(&terms)
	if err != nil {
		return false, fmt.Errorf("%s %s: nodeAffinity: %w", o.GetKind(), o.GetName(), err)
	}
	return selector.Match(node), nil
}

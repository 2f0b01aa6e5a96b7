package nodes

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (c *Controller) leave(ctx context.Context, name string) error {
	if err := c.Client.CoreV1().Nodes().Delete(ctx, name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("node %s: %w", name, err)
	}
	c.Log.Info("node removed", "node", name)
	return c.forget(ctx, name)
}

// forget removes the pods of a node that is gone. The cluster does so too, but only after 40 s,
// in which no namespace with such a pod can be deleted.
func (c *Controller) forget(ctx context.Context, node string) error {
	pods, err := c.Client.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + node})
	if err != nil {
		return fmt.Errorf("pods of node %s: %w", node, err)
	}
	var errs []error
	now := int64(0)
	for _, p := range pods.Items {
		err := c.Client.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
		if err != nil && !apierrors.IsNotFound(err) {
			errs = append(errs, fmt.Errorf("pod %s/%s of node %s: %w", p.Namespace, p.Name, node, err))
		}
	}
	return errors.Join(errs...)
}

// markStopped says of a node what the cluster would find out by itself some 40 s later.
func markStopped(n *corev1.Node, now metav1.Time) {
	for i := range n.Status.Conditions {
		cond := &n.Status.Conditions[i]
		if cond.Status == corev1.ConditionUnknown {
			continue
		}
		cond.Status, cond.Reason = corev1.ConditionUnknown, "NodeStatusUnknown"
		cond.Message, cond.LastTransitionTime = "The virtual machine is not running.", now
	}
}

package controllers

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// strimzi stands in for the Kafka operator and the operators of topics and users: it says of every
// cluster, topic, user, worker and connector whether the real ones would serve it, and makes the
// Services and Secrets that clients find them by. There are no brokers.
var strimzi = operator{
	name: "strimzi",
	needs: []string{
		"kafkas.kafka.strimzi.io", "kafkanodepools.kafka.strimzi.io", "kafkatopics.kafka.strimzi.io",
		"kafkausers.kafka.strimzi.io", "kafkaconnects.kafka.strimzi.io", "kafkaconnectors.kafka.strimzi.io",
	},
	setup: func(mgr ctrl.Manager) error {
		s := &strimziOperator{client: mgr.GetClient()}
		builder := ctrl.NewControllerManagedBy(mgr).Named("strimzi")
		for _, watched := range []client.Object{
			kafkaObject("Kafka"), kafkaObject("KafkaNodePool"), kafkaObject("KafkaTopic"), kafkaObject("KafkaUser"),
			kafkaObject("KafkaConnect"), kafkaObject("KafkaConnector"), &corev1.Secret{}, &corev1.ConfigMap{}, &corev1.Service{},
		} {
			builder = builder.Watches(watched, everything)
		}
		return builder.Complete(steady(s.reconcile))
	},
}

const strimziCluster = "strimzi.io/cluster"

type strimziOperator struct{ client client.Client }

func kafkaObject(kind string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("kafka.strimzi.io/v1beta2")
	o.SetKind(kind)
	return o
}

// strimziWorld is one view of all clusters; a name in ready is namespace/name.
type strimziWorld struct {
	pools   []unstructured.Unstructured
	ready   map[string]bool // clusters
	workers map[string]bool // Connect clusters that are ready
}

func (s *strimziOperator) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	w := strimziWorld{ready: map[string]bool{}, workers: map[string]bool{}}
	var err error
	if w.pools, err = s.listed(ctx, "KafkaNodePool"); err != nil {
		return reconcile.Result{}, err
	}
	var errs []error
	// Each kind relies on those before it.
	for _, step := range []struct {
		kind  string
		serve func(context.Context, strimziWorld, *unstructured.Unstructured) error
	}{
		{"Kafka", s.kafka}, {"KafkaTopic", s.topic}, {"KafkaUser", s.user}, {"KafkaConnect", s.connect}, {"KafkaConnector", s.connector},
	} {
		objects, err := s.listed(ctx, step.kind)
		if err != nil {
			return reconcile.Result{}, err
		}
		for i := range objects {
			errs = append(errs, s.conclude(ctx, &objects[i], step.serve(ctx, w, &objects[i])))
		}
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// listed gives the objects of a kind that are not being deleted.
func (s *strimziOperator) listed(ctx context.Context, kind string) (all []unstructured.Unstructured, err error) {
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("kafka.strimzi.io/v1beta2")
	list.SetKind(kind + "List")
	if err := s.client.List(ctx, list); err != nil {
		return nil, err
	}
	for _, o := range list.Items {
		if o.GetDeletionTimestamp() == nil {
			all = append(all, o)
		}
	}
	return all, nil
}

// invalid is a problem of the object itself, which ends up in its status.
type invalid struct{ reason, message string }

func (e invalid) Error() string { return e.message }

func invalidf(reason, format string, args ...any) error {
	return invalid{reason, fmt.Sprintf(format, args...)}
}

// conclude writes the object's Ready or NotReady condition; other errors are the caller's.
func (s *strimziOperator) conclude(ctx context.Context, o *unstructured.Unstructured, err error) error {
	var problem invalid
	switch {
	case errors.As(err, &problem):
		return report(ctx, s.client, o, condition("Ready", false, problem.reason, problem.message))
	case err != nil:
		return err
	}
	return report(ctx, s.client, o, condition("Ready", true, "Served", "as wanted"))
}

// clusterOf gives the namespace/name that the object's label refers to.
func clusterOf(o *unstructured.Unstructured) string {
	return o.GetNamespace() + "/" + o.GetLabels()[strimziCluster]
}

func field(o *unstructured.Unstructured, path ...string) any {
	v, _, err := unstructured.NestedFieldNoCopy(o.Object, path...)
	if err != nil {
		return nil
	}
	return v
}

func text(o *unstructured.Unstructured, path ...string) string {
	s, _ := field(o, path...).(string)
	return s
}

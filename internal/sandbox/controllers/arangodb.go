package controllers

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// arangoDB stands in for the operator of ArangoDB: a cluster is ready once the Secrets it names
// are there. There are no servers.
var arangoDB = operator{
	name:  "arangodb",
	needs: []string{"arangodeployments.database.arangodb.com", "arangobackuppolicies.backup.arangodb.com"},
	setup: func(mgr ctrl.Manager) error {
		a := &arangoOperator{databases{mgr.GetClient()}}
		return ctrl.NewControllerManagedBy(mgr).Named("arangodb").Watches(arangoDeployment(), everything).
			Watches(arangoPolicy(), everything).Watches(&corev1.Secret{}, everything).Watches(&corev1.Service{}, everything).
			Complete(steady(a.reconcile))
	},
}

type arangoOperator struct{ databases }

func arangoDeployment() *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("database.arangodb.com/v1")
	o.SetKind("ArangoDeployment")
	return o
}

func arangoPolicy() *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("backup.arangodb.com/v1")
	o.SetKind("ArangoBackupPolicy")
	return o
}

func (a *arangoOperator) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	deployments, err := a.listed(ctx, arangoDeployment())
	if err != nil {
		return reconcile.Result{}, err
	}
	policies, err := a.listed(ctx, arangoPolicy())
	if err != nil {
		return reconcile.Result{}, err
	}
	var errs []error
	for i := range deployments {
		errs = append(errs, a.conclude(ctx, &deployments[i], a.serve(ctx, &deployments[i])))
	}
	for i := range policies {
		errs = append(errs, a.schedule(ctx, &policies[i]))
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// serve makes the Services and the Secrets of a cluster, and checks those that others make.
func (a *arangoOperator) serve(ctx context.Context, o *unstructured.Unstructured) error {
	name, ns := o.GetName(), o.GetNamespace()
	labels := map[string]string{"app": "arangodb", "arango_deployment": name}
	if text(o, "spec", "mode") != "Cluster" {
		return invalidf("ValidationError", "mode %q is not played here", text(o, "spec", "mode"))
	}
	for group, least := range map[string]int64{"agents": 3, "dbservers": 2, "coordinators": 2} {
		if count, _ := field(o, "spec", group, "count").(int64); count < least && text(o, "spec", "environment") == "Production" {
			return invalidf("ValidationError", "%s.count is %d, in production at least %d", group, count, least)
		}
	}
	if err := a.invent(ctx, ns, name+"-jwt", labels, map[string]string{"token": password()}); err != nil {
		return err
	}
	root, ca := text(o, "spec", "bootstrap", "passwordSecretNames", "root"), text(o, "spec", "tls", "caSecretName")
	if root == "Auto" {
		root = name + "-root-password"
	}
	if root != "" && root != "None" {
		if err := a.invent(ctx, ns, root, labels, map[string]string{"username": "root", "password": password()}); err != nil {
			return err
		}
		if err := a.holds(ctx, ns, root, "username", "password"); err != nil {
			return err
		}
	}
	if ca != "None" {
		if ca == "" {
			ca = name + "-ca"
		}
		if err := a.invent(ctx, ns, ca, labels, map[string]string{"ca.crt": "made by the sandbox\n", "ca.key": "made by the sandbox\n"}); err != nil {
			return err
		}
		if err := a.holds(ctx, ns, ca, "ca.crt", "ca.key"); err != nil {
			return err
		}
	}
	return a.services(ctx, o, labels)
}

func (a *arangoOperator) services(ctx context.Context, o *unstructured.Unstructured, labels map[string]string) error {
	name := o.GetName()
	of := func(role string) map[string]string { return merged(nil, labels, map[string]string{"role": role}) }
	errs := []error{
		a.service(ctx, o, name, false, of("coordinator"), 8529),
		a.service(ctx, o, name+"-int", true, labels, 8529),
		a.service(ctx, o, name+"-agent", false, of("agent"), 8529),
	}
	if enabled, _ := field(o, "spec", "metrics", "enabled").(bool); enabled {
		errs = append(errs, a.service(ctx, o, name+"-exporter", false, labels, 9101))
	}
	return errors.Join(errs...)
}

// conclude writes the cluster's conditions. The stored version of its kind has no status
// subresource: the operator writes the object itself.
func (a *arangoOperator) conclude(ctx context.Context, o *unstructured.Unstructured, err error) error {
	ready := condition("Ready", true, "", "")
	var problem invalid
	switch {
	case errors.As(err, &problem):
		ready = condition("Ready", false, problem.reason, problem.message)
	case err != nil:
		return err
	}
	before := o.DeepCopy()
	raw, _ := field(o, "status").(map[string]any)
	var status struct{ Conditions []metav1.Condition }
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &status); err != nil {
		return err
	}
	conditions := status.Conditions
	upToDate := ready
	upToDate.Type = "UpToDate"
	setConditions(&conditions, 0, ready, upToDate) // the generation changes with every status here
	list := make([]any, len(conditions))
	for i := range conditions {
		if list[i], err = runtime.DefaultUnstructuredConverter.ToUnstructured(&conditions[i]); err != nil {
			return err
		}
	}
	if err := unstructured.SetNestedSlice(o.Object, list, "status", "conditions"); err != nil {
		return err
	}
	if err := unstructured.SetNestedField(o.Object, "Running", "status", "phase"); err != nil {
		return err
	}
	if equality.Semantic.DeepEqual(before, o) {
		return nil
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(a.client.Patch(ctx, o, patch))
}

// schedule says when a policy's next backup is: here always the day after it was made.
func (a *arangoOperator) schedule(ctx context.Context, o *unstructured.Unstructured) error {
	before := o.DeepCopy()
	message := ""
	if name := text(o, "spec", "template", "upload", "credentialsSecretName"); name != "" {
		var problem invalid
		if err := a.holds(ctx, o.GetNamespace(), name, "token"); errors.As(err, &problem) {
			message = problem.message
		} else if err != nil {
			return err
		}
	}
	next := o.GetCreationTimestamp().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	status := map[string]any{"scheduled": next}
	if message != "" {
		status = map[string]any{"message": message}
	}
	if err := unstructured.SetNestedMap(o.Object, status, "status"); err != nil {
		return err
	}
	return patchStatus(ctx, a.client, before, o)
}

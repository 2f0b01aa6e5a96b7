package controllers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// postgres stands in for Zalando's operator: it makes a cluster's StatefulSet, whose claims stay
// when the cluster goes, its Services, and the Secrets of users that have none yet.
var postgres = operator{
	name:  "postgres",
	needs: []string{"postgresqls.acid.zalan.do", "operatorconfigurations.acid.zalan.do"},
	setup: func(mgr ctrl.Manager) error {
		p := &postgresOperator{databases{mgr.GetClient()}}
		return ctrl.NewControllerManagedBy(mgr).Named("postgres").Watches(postgresObject(), everything).
			Watches(&corev1.Secret{}, everything).Watches(&corev1.Service{}, everything).Watches(&appsv1.StatefulSet{}, everything).
			Complete(steady(p.reconcile))
	},
}

type postgresOperator struct{ databases }

func postgresObject() *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("acid.zalan.do/v1")
	o.SetKind("postgresql")
	return o
}

func (p *postgresOperator) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	clusters, err := p.listed(ctx, postgresObject())
	if err != nil {
		return reconcile.Result{}, err
	}
	var errs []error
	for i := range clusters {
		o := &clusters[i]
		status := "Creating"
		running, err := p.serve(ctx, o)
		var problem invalid
		switch {
		case errors.As(err, &problem):
			status = "CreateFailed"
		case err != nil:
			errs = append(errs, err)
			continue
		case running:
			status = "Running"
		}
		before := o.DeepCopy()
		if err := unstructured.SetNestedField(o.Object, status, "status", "PostgresClusterStatus"); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, patchStatus(ctx, p.client, before, o))
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// serve tells whether every instance runs.
func (p *postgresOperator) serve(ctx context.Context, o *unstructured.Unstructured) (bool, error) {
	name, ns, team := o.GetName(), o.GetNamespace(), text(o, "spec", "teamId")
	if !strings.HasPrefix(name, team+"-") {
		return false, invalidf("Invalid", "%s does not begin with its team %s", name, team)
	}
	if err := p.mounts(ctx, o); err != nil {
		return false, err
	}
	users, _ := field(o, "spec", "users").(map[string]any)
	owners, _ := field(o, "spec", "databases").(map[string]any)
	for database, owner := range owners {
		if _, known := users[fmt.Sprint(owner)]; !known {
			return false, invalidf("Invalid", "database %s belongs to %s, who is no user", database, owner)
		}
	}
	labels := map[string]string{"application": "spilo", "cluster-name": name, "team": team}
	for _, user := range append(slices.Sorted(maps.Keys(users)), "postgres", "standby") {
		secret := strings.ReplaceAll(user, "_", "-") + "." + name + ".credentials.postgresql.acid.zalan.do"
		if err := p.invent(ctx, ns, secret, labels, map[string]string{"username": user, "password": password()}); err != nil {
			return false, err
		}
		if err := p.holds(ctx, ns, secret, "username", "password"); err != nil {
			return false, err
		}
	}
	role := func(r string) map[string]string { return merged(nil, labels, map[string]string{"spilo-role": r}) }
	if err := errors.Join(
		p.service(ctx, o, name, false, role("master"), 5432), p.service(ctx, o, name+"-repl", false, role("replica"), 5432),
		p.service(ctx, o, name+"-config", true, labels, 5432),
	); err != nil {
		return false, err
	}
	return p.instances(ctx, o, labels)
}

// mounts demands the Secrets without which the instances would not start.
func (p *postgresOperator) mounts(ctx context.Context, o *unstructured.Unstructured) error {
	if tls := text(o, "spec", "tls", "secretName"); tls != "" {
		if err := p.holds(ctx, o.GetNamespace(), tls, "tls.crt", "tls.key"); err != nil {
			return err
		}
	}
	env, _ := field(o, "spec", "env").([]any)
	for _, e := range env {
		variable := &unstructured.Unstructured{Object: e.(map[string]any)}
		name, key := text(variable, "valueFrom", "secretKeyRef", "name"), text(variable, "valueFrom", "secretKeyRef", "key")
		if name == "" {
			continue
		}
		if err := p.holds(ctx, o.GetNamespace(), name, key); err != nil {
			return err
		}
	}
	return nil
}

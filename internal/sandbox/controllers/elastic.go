package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// elastic stands in for Elastic's operator: it makes the StatefulSet of each node set, Kibana's
// Deployment, their Services, and the Secrets that clients look for, once the Secrets are there that
// users, roles and certificates come from.
var elastic = operator{
	name:  "elastic",
	needs: []string{"elasticsearches.elasticsearch.k8s.elastic.co", "kibanas.kibana.k8s.elastic.co"},
	setup: func(mgr ctrl.Manager) error {
		e := &elasticOperator{databases{mgr.GetClient()}}
		return ctrl.NewControllerManagedBy(mgr).Named("elastic").Watches(elasticsearchObject(), everything).
			Watches(kibanaObject(), everything).Watches(&corev1.Secret{}, everything).Watches(&corev1.Service{}, everything).
			Watches(&appsv1.StatefulSet{}, everything).Watches(&appsv1.Deployment{}, everything).
			Complete(steady(e.reconcile))
	},
}

type elasticOperator struct{ databases }

func elasticsearchObject() *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("elasticsearch.k8s.elastic.co/v1")
	o.SetKind("Elasticsearch")
	return o
}

func kibanaObject() *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("kibana.k8s.elastic.co/v1")
	o.SetKind("Kibana")
	return o
}

func (e *elasticOperator) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	clusters, err := e.listed(ctx, elasticsearchObject())
	if err != nil {
		return reconcile.Result{}, err
	}
	consoles, err := e.listed(ctx, kibanaObject())
	if err != nil {
		return reconcile.Result{}, err
	}
	var errs []error
	healthy := map[string]bool{}
	for i := range clusters {
		o := &clusters[i]
		running, err := e.cluster(ctx, o)
		healthy[o.GetNamespace()+"/"+o.GetName()] = running && err == nil
		errs = append(errs, e.conclude(ctx, o, running, err))
	}
	for i := range consoles {
		o := &consoles[i]
		running := false
		err := error(nil)
		if healthy[o.GetNamespace()+"/"+text(o, "spec", "elasticsearchRef", "name")] {
			running, err = e.console(ctx, o)
		}
		errs = append(errs, e.conclude(ctx, o, running, err))
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// cluster tells whether every server runs.
func (e *elasticOperator) cluster(ctx context.Context, o *unstructured.Unstructured) (bool, error) {
	if err := errors.Join(e.accounts(ctx, o), e.certificates(ctx, o, "es")); err != nil {
		return false, err
	}
	name := o.GetName()
	labels := map[string]string{"common.k8s.elastic.co/type": "elasticsearch", "elasticsearch.k8s.elastic.co/cluster-name": name}
	err := errors.Join(
		e.invent(ctx, o.GetNamespace(), name+"-es-elastic-user", labels, map[string]string{"elastic": password()}),
		e.service(ctx, o, name+"-es-http", false, labels, 9200), e.service(ctx, o, name+"-es-internal-http", false, labels, 9200),
		e.service(ctx, o, name+"-es-transport", true, labels, 9300),
	)
	if err != nil {
		return false, err
	}
	sets, _ := field(o, "spec", "nodeSets").([]any)
	all := len(sets) > 0
	for _, s := range sets {
		running, err := e.nodeSet(ctx, o, s.(map[string]any), labels)
		if err != nil {
			return false, err
		}
		all = all && running
	}
	return all, nil
}

// accounts demands what users and roles are read from, in the form that the operator takes.
func (e *elasticOperator) accounts(ctx context.Context, o *unstructured.Unstructured) error {
	for kind, keys := range map[string][]string{"fileRealm": {"username", "password", "roles"}, "roles": {"roles.yml"}} {
		list, _ := field(o, "spec", "auth", kind).([]any)
		for _, raw := range list {
			ref, _ := raw.(map[string]any)
			if err := e.holds(ctx, o.GetNamespace(), fmt.Sprint(ref["secretName"]), keys...); err != nil {
				return err
			}
		}
	}
	return nil
}

// certificates makes the Secret that clients take the authority from: our own where the object names
// one, else one of the operator's.
func (e *elasticOperator) certificates(ctx context.Context, o *unstructured.Unstructured, short string) error {
	authority := "made by the sandbox\n"
	if own := text(o, "spec", "http", "tls", "certificate", "secretName"); own != "" {
		if err := e.holds(ctx, o.GetNamespace(), own, "ca.crt", "ca.key"); err != nil {
			return err
		}
		var secret corev1.Secret
		secret.Namespace, secret.Name = o.GetNamespace(), own
		if err := e.client.Get(ctx, clientKey(&secret), &secret); err != nil {
			return err
		}
		authority = string(secret.Data["ca.crt"])
	}
	return e.invent(ctx, o.GetNamespace(), o.GetName()+"-"+short+"-http-certs-public", nil,
		map[string]string{"ca.crt": authority, "tls.crt": "made by the sandbox\n" + authority})
}

// console tells whether Kibana runs.
func (e *elasticOperator) console(ctx context.Context, o *unstructured.Unstructured) (bool, error) {
	if err := e.certificates(ctx, o, "kb"); err != nil {
		return false, err
	}
	settings, _ := field(o, "spec", "secureSettings").([]any)
	for _, raw := range settings {
		ref, _ := raw.(map[string]any)
		if err := e.holds(ctx, o.GetNamespace(), fmt.Sprint(ref["secretName"])); err != nil {
			return false, err
		}
	}
	labels := map[string]string{"common.k8s.elastic.co/type": "kibana", "kibana.k8s.elastic.co/name": o.GetName()}
	if err := e.service(ctx, o, o.GetName()+"-kb-http", false, labels, 5601); err != nil {
		return false, err
	}
	return e.deployment(ctx, o, labels)
}

// conclude writes what people and programs wait for. Only Elasticsearch has a phase.
func (e *elasticOperator) conclude(ctx context.Context, o *unstructured.Unstructured, running bool, err error) error {
	health, phase := "red", "ApplyingChanges"
	var problem invalid
	switch {
	case errors.As(err, &problem):
		phase = "Invalid"
	case err != nil:
		return err
	case running:
		health, phase = "green", "Ready"
	}
	before := o.DeepCopy()
	fields := map[string]string{"health": health, "version": text(o, "spec", "version")}
	if strings.EqualFold(o.GetKind(), "Elasticsearch") {
		fields["phase"] = phase
	}
	for key, value := range fields {
		if err := unstructured.SetNestedField(o.Object, value, "status", key); err != nil {
			return err
		}
	}
	return patchStatus(ctx, e.client, before, o)
}

package controllers

import (
	"context"
	"errors"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
	gwv1alpha2 "sigs.k8s.io/gateway-api/apis/v1alpha2"
	gwv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
)

// gateway stands in for Traefik's Gateway API provider: it says of every class, gateway and route
// whether Traefik would serve it, and why not. What entry points there are it reads from the
// arguments of the Traefik Deployment; without one nothing has a status.
var gateway = operator{
	name: "gateway",
	needs: []string{
		"gatewayclasses.gateway.networking.k8s.io", "gateways.gateway.networking.k8s.io",
		"httproutes.gateway.networking.k8s.io", "tcproutes.gateway.networking.k8s.io",
		"tlsroutes.gateway.networking.k8s.io", "referencegrants.gateway.networking.k8s.io",
	},
	setup: func(mgr ctrl.Manager) error {
		p := &gatewayProvider{client: mgr.GetClient()}
		builder := ctrl.NewControllerManagedBy(mgr).Named("gateway")
		for _, watched := range []client.Object{
			&gwv1.GatewayClass{}, &gwv1.Gateway{}, &gwv1.HTTPRoute{},
			&gwv1alpha2.TCPRoute{}, &gwv1alpha2.TLSRoute{}, &gwv1beta1.ReferenceGrant{},
			&appsv1.Deployment{}, &corev1.Service{}, &corev1.Secret{}, &corev1.Namespace{}, &discoveryv1.EndpointSlice{},
		} {
			builder = builder.Watches(watched, everything)
		}
		return builder.Complete(steady(p.reconcile))
	},
}

// gatewayController is how classes and statuses name Traefik.
const gatewayController = "traefik.io/gateway-controller"

type gatewayProvider struct{ client client.Client }

// reconcile computes the status of everything anew, as Traefik itself does on every event.
func (p *gatewayProvider) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	s := &snapshot{reader: p.client}
	e, err := s.load(ctx)
	if err != nil || e == nil {
		return reconcile.Result{}, err
	}
	var errs []error
	served := map[string]bool{}
	for i := range s.classes.Items {
		class := &s.classes.Items[i]
		if class.Spec.ControllerName != gatewayController {
			continue
		}
		served[class.Name] = true
		before := class.DeepCopy()
		setConditions(&class.Status.Conditions, class.Generation,
			condition(string(gwv1.GatewayClassConditionStatusAccepted), true, "Handled", servedMessage))
		errs = append(errs, patchStatus(ctx, p.client, before, class))
	}
	gateways := slices.DeleteFunc(s.gateways.Items, func(g gwv1.Gateway) bool {
		return !served[string(g.Spec.GatewayClassName)]
	})
	var listeners []*listener
	for i := range gateways {
		listeners = append(listeners, s.listeners(*e, &gateways[i])...)
	}
	for _, r := range s.routes() {
		before := r.object.DeepCopyObject().(client.Object)
		if s.attach(r, listeners) {
			errs = append(errs, patchStatus(ctx, p.client, before, r.object))
		}
	}
	for i := range gateways {
		g := &gateways[i]
		before := g.DeepCopy()
		s.settle(*e, g, listeners)
		errs = append(errs, patchStatus(ctx, p.client, before, g))
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// snapshot is one view of all that decides about gateways and routes.
type snapshot struct {
	reader     client.Reader
	classes    gwv1.GatewayClassList
	gateways   gwv1.GatewayList
	httpRoutes gwv1.HTTPRouteList
	tcpRoutes  gwv1alpha2.TCPRouteList
	tlsRoutes  gwv1alpha2.TLSRouteList
	grants     gwv1beta1.ReferenceGrantList
	services   map[types.NamespacedName]corev1.Service
	secrets    map[types.NamespacedName]corev1.Secret
	namespaces map[string]corev1.Namespace
	slices     map[types.NamespacedName]bool // Services that have EndpointSlices
}

// load reads everything and gives Traefik's configuration, nil if there is no Traefik.
func (s *snapshot) load(ctx context.Context) (*edge, error) {
	var deployments appsv1.DeploymentList
	var services corev1.ServiceList
	var secrets corev1.SecretList
	var namespaces corev1.NamespaceList
	var endpoints discoveryv1.EndpointSliceList
	for _, list := range []client.ObjectList{
		&deployments, &services, &secrets, &namespaces, &endpoints,
		&s.classes, &s.gateways, &s.httpRoutes, &s.tcpRoutes, &s.tlsRoutes, &s.grants,
	} {
		if err := s.reader.List(ctx, list); err != nil {
			return nil, err
		}
	}
	s.services, s.secrets = map[types.NamespacedName]corev1.Service{}, map[types.NamespacedName]corev1.Secret{}
	s.namespaces, s.slices = map[string]corev1.Namespace{}, map[types.NamespacedName]bool{}
	for _, o := range services.Items {
		s.services[types.NamespacedName{Namespace: o.Namespace, Name: o.Name}] = o
	}
	for _, o := range secrets.Items {
		s.secrets[types.NamespacedName{Namespace: o.Namespace, Name: o.Name}] = o
	}
	for _, o := range namespaces.Items {
		s.namespaces[o.Name] = o
	}
	for _, o := range endpoints.Items {
		s.slices[types.NamespacedName{Namespace: o.Namespace, Name: o.Labels[discoveryv1.LabelServiceName]}] = true
	}
	for _, d := range deployments.Items {
		if e := parseEdge(d.Spec.Template.Spec); d.Labels["app.kubernetes.io/name"] == "traefik" && e.enabled {
			return &e, nil
		}
	}
	return nil, nil
}

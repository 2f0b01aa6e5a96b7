package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// traefikIn installs what the operator needs to see of Traefik, and a class of the test's own.
func traefikIn(t *testing.T, c client.Client, ns string) gwv1.ObjectName {
	t.Helper()
	labels := map[string]string{"app.kubernetes.io/name": "traefik"}
	deployment := &appsv1.Deployment{ObjectMeta: objectMeta(ns, "traefik"), Spec: appsv1.DeploymentSpec{
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "traefik", Image: "none", Args: []string{
				"--entryPoints.web.address=:8000/tcp", "--entryPoints.websecure.address=:8443/tcp", "--entryPoints.websecure.http.tls=true",
				"--entryPoints.ssh.address=:2222/tcp", "--entryPoints.kafka.address=:9094/tcp",
				"--providers.kubernetesgateway", "--providers.kubernetesgateway.experimentalchannel=true",
				"--providers.kubernetesgateway.statusaddress.service.name=traefik",
				"--providers.kubernetesgateway.statusaddress.service.namespace=" + ns,
			}}},
		}},
	}}
	deployment.Labels = labels
	service := balanced(ns, "traefik", map[string]string{"metallb.io/address-pool": ns})
	class := &gwv1.GatewayClass{ObjectMeta: objectMeta("", ns), Spec: gwv1.GatewayClassSpec{ControllerName: gatewayController}}
	create(t, c, deployment, service, class, addressPool(ns, ns, false, "203.0.113.200/32"))
	until(t, c, class, func(g *gwv1.GatewayClass) bool {
		return meta.IsStatusConditionTrue(g.Status.Conditions, "Accepted")
	})
	return gwv1.ObjectName(class.Name)
}

func hostNamed(name string) *gwv1.Hostname { return ptr.To(gwv1.Hostname(name)) }

func https(name, hostname, secret string) gwv1.Listener {
	return gwv1.Listener{
		Name: gwv1.SectionName(name), Port: 8443, Protocol: gwv1.HTTPSProtocolType, Hostname: hostNamed(hostname),
		TLS: &gwv1.GatewayTLSConfig{CertificateRefs: []gwv1.SecretObjectReference{{Name: gwv1.ObjectName(secret)}}},
	}
}

func gatewayOf(ns, name string, class gwv1.ObjectName, listeners ...gwv1.Listener) *gwv1.Gateway {
	return &gwv1.Gateway{ObjectMeta: objectMeta(ns, name), Spec: gwv1.GatewaySpec{GatewayClassName: class, Listeners: listeners}}
}

// listenerIs says whether the gateway's n-th listener has the condition with that reason.
func listenerIs(n int, kind, reason string) func(*gwv1.Gateway) bool {
	return func(g *gwv1.Gateway) bool {
		if len(g.Status.Listeners) <= n {
			return false
		}
		c := meta.FindStatusCondition(g.Status.Listeners[n].Conditions, kind)
		return c != nil && c.Reason == reason
	}
}

func backendTo(service string) gwv1.BackendRef {
	return gwv1.BackendRef{BackendObjectReference: gwv1.BackendObjectReference{
		Name: gwv1.ObjectName(service), Port: ptr.To(gwv1.PortNumber(80)),
	}}
}

func httpRoute(ns, name, parent, hostname string, edit func(*gwv1.HTTPRouteSpec)) *gwv1.HTTPRoute {
	r := &gwv1.HTTPRoute{ObjectMeta: objectMeta(ns, name), Spec: gwv1.HTTPRouteSpec{
		CommonRouteSpec: gwv1.CommonRouteSpec{ParentRefs: []gwv1.ParentReference{{Name: gwv1.ObjectName(parent)}}},
		Hostnames:       []gwv1.Hostname{gwv1.Hostname(hostname)},
		Rules:           []gwv1.HTTPRouteRule{{BackendRefs: []gwv1.HTTPBackendRef{{BackendRef: backendTo("traefik")}}}},
	}}
	if edit != nil {
		edit(&r.Spec)
	}
	return r
}

// routeIs says whether the first parent's conditions have those reasons.
func routeIs(status *gwv1.RouteStatus, accepted, resolved string) bool {
	if len(status.Parents) == 0 || status.Parents[0].ControllerName != gatewayController {
		return false
	}
	a := meta.FindStatusCondition(status.Parents[0].Conditions, "Accepted")
	r := meta.FindStatusCondition(status.Parents[0].Conditions, "ResolvedRefs")
	return a != nil && r != nil && a.Reason == accepted && r.Reason == resolved
}

func httpRouteIs(accepted, resolved string) func(*gwv1.HTTPRoute) bool {
	return func(r *gwv1.HTTPRoute) bool { return routeIs(&r.Status.RouteStatus, accepted, resolved) }
}

func TestGatewayServesARoute(t *testing.T) {
	c, ns := world(t)
	g := gatewayOf(ns, "web", traefikIn(t, c, ns), https("https", "web.example.org", "web-tls"))
	r := httpRoute(ns, "web", "web", "web.example.org", nil)
	create(t, c, g, r)
	until(t, c, g, listenerIs(0, "ResolvedRefs", "InvalidCertificateRef"))
	require.True(t, meta.IsStatusConditionFalse(g.Status.Conditions, "Accepted"))
	until(t, c, r, httpRouteIs("NoMatchingParent", "ResolvedRefs"))

	create(t, c, tlsSecret(ns, "web-tls", certificateBy(t, "web.example.org", false, nil)))
	until(t, c, g, func(g *gwv1.Gateway) bool {
		return meta.IsStatusConditionTrue(g.Status.Conditions, "Programmed") && len(g.Status.Addresses) == 1
	})
	require.Equal(t, "203.0.113.200", g.Status.Addresses[0].Value)
	require.Equal(t, int32(1), g.Status.Listeners[0].AttachedRoutes)
	until(t, c, r, httpRouteIs("Accepted", "ResolvedRefs"))
	require.NoError(t, c.Delete(t.Context(), r))
	until(t, c, g, func(g *gwv1.Gateway) bool { return g.Status.Listeners[0].AttachedRoutes == 0 })
}

func TestListenersThatDoNotWork(t *testing.T) {
	c, ns := world(t)
	class := traefikIn(t, c, ns)
	passthrough := &gwv1.GatewayTLSConfig{Mode: ptr.To(gwv1.TLSModePassthrough)}
	foreign := https("foreign", "f.example.org", "web-tls")
	foreign.TLS.CertificateRefs[0].Namespace = ptr.To(gwv1.Namespace("default"))
	listeners := []struct {
		listener     gwv1.Listener
		kind, reason string
	}{
		{gwv1.Listener{Name: "port", Port: 443, Protocol: "HTTPS"}, "Accepted", "PortUnavailable"},
		{gwv1.Listener{Name: "plain", Port: 8443, Protocol: "HTTP"}, "Accepted", "PortUnavailable"},
		{gwv1.Listener{Name: "udp", Port: 2222, Protocol: "UDP"}, "Conflicted", "UnsupportedProtocol"},
		{gwv1.Listener{Name: "no-tls", Port: 8443, Protocol: "HTTPS"}, "Accepted", "InvalidTLSConfiguration"},
		{gwv1.Listener{Name: "http-tls", Port: 8000, Protocol: "HTTP", TLS: passthrough}, "Accepted", "InvalidTLSConfiguration"},
		{gwv1.Listener{Name: "through", Port: 8443, Protocol: "HTTPS", TLS: passthrough, Hostname: hostNamed("t.example.org")}, "Accepted", "UnsupportedProtocol"},
		{gwv1.Listener{Name: "kinds", Port: 2222, Protocol: "TCP", AllowedRoutes: &gwv1.AllowedRoutes{
			Kinds: []gwv1.RouteGroupKind{{Kind: "HTTPRoute"}}}}, "ResolvedRefs", "InvalidRouteKinds"},
		{foreign, "ResolvedRefs", "RefNotPermitted"},
		{https("twice", "f.example.org", "web-tls"), "Conflicted", "DuplicateListener"},
	}
	g := gatewayOf(ns, "broken", class)
	for _, l := range listeners {
		g.Spec.Listeners = append(g.Spec.Listeners, l.listener)
	}
	create(t, c, g)
	for i, l := range listeners {
		until(t, c, g, listenerIs(i, l.kind, l.reason))
	}
}

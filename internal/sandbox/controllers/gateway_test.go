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
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	gatewayv1alpha2 "sigs.k8s.io/gateway-api/apis/v1alpha2"
	gatewayv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
)

// traefikIn installs what the operator needs to see of Traefik, and a class of the test's own.
func traefikIn(t *testing.T, c client.Client, ns string) gatewayv1.ObjectName {
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
	class := &gatewayv1.GatewayClass{ObjectMeta: objectMeta("", ns), Spec: gatewayv1.GatewayClassSpec{ControllerName: gatewayController}}
	create(t, c, deployment, service, class, addressPool(ns, ns, false, "203.0.113.200/32"))
	until(t, c, class, func(g *gatewayv1.GatewayClass) bool {
		return meta.IsStatusConditionTrue(g.Status.Conditions, "Accepted")
	})
	return gatewayv1.ObjectName(class.Name)
}

func hostNamed(name string) *gatewayv1.Hostname { return ptr.To(gatewayv1.Hostname(name)) }

func https(name, hostname, secret string) gatewayv1.Listener {
	return gatewayv1.Listener{
		Name: gatewayv1.SectionName(name), Port: 8443, Protocol: gatewayv1.HTTPSProtocolType, Hostname: hostNamed(hostname),
		TLS: &gatewayv1.GatewayTLSConfig{CertificateRefs: []gatewayv1.SecretObjectReference{{Name: gatewayv1.ObjectName(secret)}}},
	}
}

func gatewayOf(ns, name string, class gatewayv1.ObjectName, listeners ...gatewayv1.Listener) *gatewayv1.Gateway {
	return &gatewayv1.Gateway{ObjectMeta: objectMeta(ns, name), Spec: gatewayv1.GatewaySpec{GatewayClassName: class, Listeners: listeners}}
}

// listenerIs says whether the gateway's n-th listener has the condition with that reason.
func listenerIs(n int, kind, reason string) func(*gatewayv1.Gateway) bool {
	return func(g *gatewayv1.Gateway) bool {
		if len(g.Status.Listeners) <= n {
			return false
		}
		c := meta.FindStatusCondition(g.Status.Listeners[n].Conditions, kind)
		return c != nil && c.Reason == reason
	}
}

func backendTo(service string) gatewayv1.BackendRef {
	return gatewayv1.BackendRef{BackendObjectReference: gatewayv1.BackendObjectReference{
		Name: gatewayv1.ObjectName(service), Port: ptr.To(gatewayv1.PortNumber(80)),
	}}
}

func httpRoute(ns, name, parent, hostname string, edit func(*gatewayv1.HTTPRouteSpec)) *gatewayv1.HTTPRoute {
	r := &gatewayv1.HTTPRoute{ObjectMeta: objectMeta(ns, name), Spec: gatewayv1.HTTPRouteSpec{
		CommonRouteSpec: gatewayv1.CommonRouteSpec{ParentRefs: []gatewayv1.ParentReference{{Name: gatewayv1.ObjectName(parent)}}},
		Hostnames:       []gatewayv1.Hostname{gatewayv1.Hostname(hostname)},
		Rules:           []gatewayv1.HTTPRouteRule{{BackendRefs: []gatewayv1.HTTPBackendRef{{BackendRef: backendTo("traefik")}}}},
	}}
	if edit != nil {
		edit(&r.Spec)
	}
	return r
}

// routeIs says whether the first parent's conditions have those reasons.
func routeIs(status *gatewayv1.RouteStatus, accepted, resolved string) bool {
	if len(status.Parents) == 0 || status.Parents[0].ControllerName != gatewayController {
		return false
	}
	a := meta.FindStatusCondition(status.Parents[0].Conditions, "Accepted")
	r := meta.FindStatusCondition(status.Parents[0].Conditions, "ResolvedRefs")
	return a != nil && r != nil && a.Reason == accepted && r.Reason == resolved
}

func httpRouteIs(accepted, resolved string) func(*gatewayv1.HTTPRoute) bool {
	return func(r *gatewayv1.HTTPRoute) bool { return routeIs(&r.Status.RouteStatus, accepted, resolved) }
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
	until(t, c, g, func(g *gatewayv1.Gateway) bool {
		return meta.IsStatusConditionTrue(g.Status.Conditions, "Programmed") && len(g.Status.Addresses) == 1
	})
	require.Equal(t, "203.0.113.200", g.Status.Addresses[0].Value)
	require.Equal(t, int32(1), g.Status.Listeners[0].AttachedRoutes)
	until(t, c, r, httpRouteIs("Accepted", "ResolvedRefs"))
	require.NoError(t, c.Delete(t.Context(), r))
	until(t, c, g, func(g *gatewayv1.Gateway) bool { return g.Status.Listeners[0].AttachedRoutes == 0 })
}

func TestListenersThatDoNotWork(t *testing.T) {
	c, ns := world(t)
	class := traefikIn(t, c, ns)
	passthrough := &gatewayv1.GatewayTLSConfig{Mode: ptr.To(gatewayv1.TLSModePassthrough)}
	foreign := https("foreign", "f.example.org", "web-tls")
	foreign.TLS.CertificateRefs[0].Namespace = ptr.To(gatewayv1.Namespace("default"))
	listeners := []struct {
		listener     gatewayv1.Listener
		kind, reason string
	}{
		{gatewayv1.Listener{Name: "port", Port: 443, Protocol: "HTTPS"}, "Accepted", "PortUnavailable"},
		{gatewayv1.Listener{Name: "plain", Port: 8443, Protocol: "HTTP"}, "Accepted", "PortUnavailable"},
		{gatewayv1.Listener{Name: "udp", Port: 2222, Protocol: "UDP"}, "Conflicted", "UnsupportedProtocol"},
		{gatewayv1.Listener{Name: "no-tls", Port: 8443, Protocol: "HTTPS"}, "Accepted", "InvalidTLSConfiguration"},
		{gatewayv1.Listener{Name: "http-tls", Port: 8000, Protocol: "HTTP", TLS: passthrough}, "Accepted", "InvalidTLSConfiguration"},
		{gatewayv1.Listener{Name: "through", Port: 8443, Protocol: "HTTPS", TLS: passthrough, Hostname: hostNamed("t.example.org")}, "Accepted", "UnsupportedProtocol"},
		{gatewayv1.Listener{Name: "kinds", Port: 2222, Protocol: "TCP", AllowedRoutes: &gatewayv1.AllowedRoutes{
			Kinds: []gatewayv1.RouteGroupKind{{Kind: "HTTPRoute"}}}}, "ResolvedRefs", "InvalidRouteKinds"},
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

func TestRoutesThatAreNotServed(t *testing.T) {
	c, ns := world(t)
	class := traefikIn(t, c, ns)
	_, elsewhere := world(t)
	create(t, c, tlsSecret(ns, "web-tls", certificateBy(t, "web", false, nil)),
		gatewayOf(ns, "web", class, https("https", "*.example.org", "web-tls")),
		&corev1.Service{ObjectMeta: objectMeta(ns, "outside"), Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeExternalName, ExternalName: "example.org", Ports: []corev1.ServicePort{{Port: 80}},
		}})
	section := httpRoute(ns, "section", "web", "a.example.org", func(s *gatewayv1.HTTPRouteSpec) {
		s.ParentRefs[0].SectionName = ptr.To(gatewayv1.SectionName("none"))
	})
	hostname := httpRoute(ns, "host", "web", "example.org", nil)
	namespace := httpRoute(elsewhere, "namespace", "web", "a.example.org", func(s *gatewayv1.HTTPRouteSpec) {
		s.ParentRefs[0].Namespace = ptr.To(gatewayv1.Namespace(ns))
		s.Rules = nil
	})
	to := func(name string, edit func(*gatewayv1.BackendRef)) *gatewayv1.HTTPRoute {
		return httpRoute(ns, name, "web", "a.example.org", func(s *gatewayv1.HTTPRouteSpec) { edit(&s.Rules[0].BackendRefs[0].BackendRef) })
	}
	for _, x := range []struct {
		route              *gatewayv1.HTTPRoute
		accepted, resolved string
	}{
		{section, "NoMatchingParent", "ResolvedRefs"},
		{hostname, "NoMatchingListenerHostname", "ResolvedRefs"},
		{namespace, "NotAllowedByListeners", "ResolvedRefs"},
		{to("missing", func(b *gatewayv1.BackendRef) { b.Name = "none" }), "Accepted", "BackendNotFound"},
		{to("port", func(b *gatewayv1.BackendRef) { b.Port = ptr.To(gatewayv1.PortNumber(81)) }), "Accepted", "BackendNotFound"},
		{to("no-port", func(b *gatewayv1.BackendRef) { b.Port = nil }), "Accepted", "UnsupportedProtocol"},
		{to("external", func(b *gatewayv1.BackendRef) { b.Name = "outside" }), "Accepted", "BackendNotFound"},
		{to("kind", func(b *gatewayv1.BackendRef) { b.Kind = ptr.To(gatewayv1.Kind("Pod")) }), "Accepted", "InvalidKind"},
		{to("foreign", func(b *gatewayv1.BackendRef) { b.Namespace = ptr.To(gatewayv1.Namespace(elsewhere)) }), "Accepted", "RefNotPermitted"},
		{to("dashboard", func(b *gatewayv1.BackendRef) {
			b.Group, b.Kind, b.Name = ptr.To(gatewayv1.Group("traefik.io")), ptr.To(gatewayv1.Kind("TraefikService")), "api@internal"
		}), "Accepted", "ResolvedRefs"},
	} {
		t.Run(x.route.Name, func(t *testing.T) {
			create(t, c, x.route)
			until(t, c, x.route, httpRouteIs(x.accepted, x.resolved))
		})
	}
}

func TestGrantAndOtherProtocols(t *testing.T) {
	c, ns := world(t)
	class := traefikIn(t, c, ns)
	_, elsewhere := world(t)
	tcp := gatewayv1.Listener{Name: "ssh", Port: 2222, Protocol: gatewayv1.TCPProtocolType}
	tls := gatewayv1.Listener{
		Name: "kafka", Port: 9094, Protocol: gatewayv1.TLSProtocolType, Hostname: hostNamed("*.kafka.example.org"),
		TLS: &gatewayv1.GatewayTLSConfig{Mode: ptr.To(gatewayv1.TLSModePassthrough)},
		AllowedRoutes: &gatewayv1.AllowedRoutes{Namespaces: &gatewayv1.RouteNamespaces{
			From: ptr.To(gatewayv1.NamespacesFromSelector), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": ns}},
		}},
	}
	foreign := backendTo("shell")
	foreign.Namespace = ptr.To(gatewayv1.Namespace(elsewhere))
	parent := gatewayv1.CommonRouteSpec{ParentRefs: []gatewayv1.ParentReference{{Name: "raw"}}}
	ssh := &gatewayv1alpha2.TCPRoute{ObjectMeta: objectMeta(ns, "ssh"), Spec: gatewayv1alpha2.TCPRouteSpec{
		CommonRouteSpec: parent, Rules: []gatewayv1alpha2.TCPRouteRule{{BackendRefs: []gatewayv1.BackendRef{foreign}}},
	}}
	kafka := &gatewayv1alpha2.TLSRoute{ObjectMeta: objectMeta(ns, "kafka"), Spec: gatewayv1alpha2.TLSRouteSpec{
		CommonRouteSpec: parent, Hostnames: []gatewayv1.Hostname{"b0.kafka.example.org"},
		Rules: []gatewayv1alpha2.TLSRouteRule{{BackendRefs: []gatewayv1.BackendRef{backendTo("traefik")}}},
	}}
	create(t, c, gatewayOf(ns, "raw", class, tcp, tls), ssh, kafka, balanced(elsewhere, "shell", nil))
	until(t, c, kafka, func(r *gatewayv1alpha2.TLSRoute) bool {
		return routeIs(&r.Status.RouteStatus, "Accepted", "ResolvedRefs")
	})
	until(t, c, ssh, func(r *gatewayv1alpha2.TCPRoute) bool {
		return routeIs(&r.Status.RouteStatus, "Accepted", "RefNotPermitted")
	})
	create(t, c, &gatewayv1beta1.ReferenceGrant{ObjectMeta: objectMeta(elsewhere, "grant"), Spec: gatewayv1beta1.ReferenceGrantSpec{
		From: []gatewayv1beta1.ReferenceGrantFrom{{Group: gatewayv1.GroupName, Kind: "TCPRoute", Namespace: gatewayv1.Namespace(ns)}},
		To:   []gatewayv1beta1.ReferenceGrantTo{{Kind: "Service"}},
	}})
	until(t, c, ssh, func(r *gatewayv1alpha2.TCPRoute) bool {
		return routeIs(&r.Status.RouteStatus, "Accepted", "ResolvedRefs")
	})
}

func TestHostnamesMeet(t *testing.T) {
	for _, x := range []struct {
		listener *gatewayv1.Hostname
		route    []gatewayv1.Hostname
		want     bool
	}{
		{nil, []gatewayv1.Hostname{"a.b"}, true},
		{hostNamed("a.b"), nil, true},
		{hostNamed("a.b"), []gatewayv1.Hostname{"x.y", "a.b"}, true},
		{hostNamed("*.b"), []gatewayv1.Hostname{"a.b"}, true},
		{hostNamed("*.b"), []gatewayv1.Hostname{"c.a.b"}, true},
		{hostNamed("a.b"), []gatewayv1.Hostname{"*.b"}, true},
		{hostNamed("*.a.b"), []gatewayv1.Hostname{"*.b"}, true},
		{hostNamed("*.b"), []gatewayv1.Hostname{"b"}, false},
		{hostNamed("*.b"), []gatewayv1.Hostname{"ab"}, false},
		{hostNamed("a.b"), []gatewayv1.Hostname{"c.b"}, false},
	} {
		require.Equal(t, x.want, hostnamesMeet(x.listener, x.route), "%v %v", x.listener, x.route)
	}
}

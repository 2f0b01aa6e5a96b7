package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
	gwv1alpha2 "sigs.k8s.io/gateway-api/apis/v1alpha2"
	gwv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
)

func TestRoutesThatAreNotServed(t *testing.T) {
	c, ns := world(t)
	class := traefikIn(t, c, ns)
	_, elsewhere := world(t)
	create(t, c, tlsSecret(ns, "web-tls", certificateBy(t, "web", false, nil)),
		gatewayOf(ns, "web", class, https("https", "*.example.org", "web-tls")),
		&corev1.Service{ObjectMeta: objectMeta(ns, "outside"), Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeExternalName, ExternalName: "example.org", Ports: []corev1.ServicePort{{Port: 80}},
		}})
	section := httpRoute(ns, "section", "web", "a.example.org", func(s *gwv1.HTTPRouteSpec) {
		s.ParentRefs[0].SectionName = ptr.To(gwv1.SectionName("none"))
	})
	hostname := httpRoute(ns, "host", "web", "example.org", nil)
	namespace := httpRoute(elsewhere, "namespace", "web", "a.example.org", func(s *gwv1.HTTPRouteSpec) {
		s.ParentRefs[0].Namespace = ptr.To(gwv1.Namespace(ns))
		s.Rules = nil
	})
	to := func(name string, edit func(*gwv1.BackendRef)) *gwv1.HTTPRoute {
		return httpRoute(ns, name, "web", "a.example.org", func(s *gwv1.HTTPRouteSpec) { edit(&s.Rules[0].BackendRefs[0].BackendRef) })
	}
	for _, x := range []struct {
		route              *gwv1.HTTPRoute
		accepted, resolved string
	}{
		{section, "NoMatchingParent", "ResolvedRefs"},
		{hostname, "NoMatchingListenerHostname", "ResolvedRefs"},
		{namespace, "NotAllowedByListeners", "ResolvedRefs"},
		{to("missing", func(b *gwv1.BackendRef) { b.Name = "none" }), "Accepted", "BackendNotFound"},
		{to("port", func(b *gwv1.BackendRef) { b.Port = ptr.To(gwv1.PortNumber(81)) }), "Accepted", "BackendNotFound"},
		{to("no-port", func(b *gwv1.BackendRef) { b.Port = nil }), "Accepted", "UnsupportedProtocol"},
		{to("external", func(b *gwv1.BackendRef) { b.Name = "outside" }), "Accepted", "BackendNotFound"},
		{to("kind", func(b *gwv1.BackendRef) { b.Kind = ptr.To(gwv1.Kind("Pod")) }), "Accepted", "InvalidKind"},
		{to("foreign", func(b *gwv1.BackendRef) { b.Namespace = ptr.To(gwv1.Namespace(elsewhere)) }), "Accepted", "RefNotPermitted"},
		{to("dashboard", func(b *gwv1.BackendRef) {
			b.Group, b.Kind, b.Name = ptr.To(gwv1.Group("traefik.io")), ptr.To(gwv1.Kind("TraefikService")), "api@internal"
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
	tcp := gwv1.Listener{Name: "ssh", Port: 2222, Protocol: gwv1.TCPProtocolType}
	tls := gwv1.Listener{
		Name: "kafka", Port: 9094, Protocol: gwv1.TLSProtocolType, Hostname: hostNamed("*.kafka.example.org"),
		TLS: &gwv1.GatewayTLSConfig{Mode: ptr.To(gwv1.TLSModePassthrough)},
		AllowedRoutes: &gwv1.AllowedRoutes{Namespaces: &gwv1.RouteNamespaces{
			From: ptr.To(gwv1.NamespacesFromSelector), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": ns}},
		}},
	}
	foreign := backendTo("shell")
	foreign.Namespace = ptr.To(gwv1.Namespace(elsewhere))
	parent := gwv1.CommonRouteSpec{ParentRefs: []gwv1.ParentReference{{Name: "raw"}}}
	ssh := &gwv1alpha2.TCPRoute{ObjectMeta: objectMeta(ns, "ssh"), Spec: gwv1alpha2.TCPRouteSpec{
		CommonRouteSpec: parent, Rules: []gwv1alpha2.TCPRouteRule{{BackendRefs: []gwv1.BackendRef{foreign}}},
	}}
	kafka := &gwv1alpha2.TLSRoute{ObjectMeta: objectMeta(ns, "kafka"), Spec: gwv1alpha2.TLSRouteSpec{
		CommonRouteSpec: parent, Hostnames: []gwv1.Hostname{"b0.kafka.example.org"},
		Rules: []gwv1alpha2.TLSRouteRule{{BackendRefs: []gwv1.BackendRef{backendTo("traefik")}}},
	}}
	create(t, c, gatewayOf(ns, "raw", class, tcp, tls), ssh, kafka, balanced(elsewhere, "shell", nil))
	until(t, c, kafka, func(r *gwv1alpha2.TLSRoute) bool {
		return routeIs(&r.Status.RouteStatus, "Accepted", "ResolvedRefs")
	})
	until(t, c, ssh, func(r *gwv1alpha2.TCPRoute) bool {
		return routeIs(&r.Status.RouteStatus, "Accepted", "RefNotPermitted")
	})
	create(t, c, &gwv1beta1.ReferenceGrant{ObjectMeta: objectMeta(elsewhere, "grant"), Spec: gwv1beta1.ReferenceGrantSpec{
		From: []gwv1beta1.ReferenceGrantFrom{{Group: gwv1.GroupName, Kind: "TCPRoute", Namespace: gwv1.Namespace(ns)}},
		To:   []gwv1beta1.ReferenceGrantTo{{Kind: "Service"}},
	}})
	until(t, c, ssh, func(r *gwv1alpha2.TCPRoute) bool {
		return routeIs(&r.Status.RouteStatus, "Accepted", "ResolvedRefs")
	})
}

func TestHostnamesMeet(t *testing.T) {
	for _, x := range []struct {
		listener *gwv1.Hostname
		route    []gwv1.Hostname
		want     bool
	}{
		{nil, []gwv1.Hostname{"a.b"}, true},
		{hostNamed("a.b"), nil, true},
		{hostNamed("a.b"), []gwv1.Hostname{"x.y", "a.b"}, true},
		{hostNamed("*.b"), []gwv1.Hostname{"a.b"}, true},
		{hostNamed("*.b"), []gwv1.Hostname{"c.a.b"}, true},
		{hostNamed("a.b"), []gwv1.Hostname{"*.b"}, true},
		{hostNamed("*.a.b"), []gwv1.Hostname{"*.b"}, true},
		{hostNamed("*.b"), []gwv1.Hostname{"b"}, false},
		{hostNamed("*.b"), []gwv1.Hostname{"ab"}, false},
		{hostNamed("a.b"), []gwv1.Hostname{"c.b"}, false},
	} {
		require.Equal(t, x.want, hostnamesMeet(x.listener, x.route), "%v %v", x.listener, x.route)
	}
}

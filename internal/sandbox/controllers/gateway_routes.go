package controllers

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// route is what the kinds of routes have in common.
type route struct {
	object    client.Object
	kind      string
	parents   []gwv1.ParentReference
	hostnames []gwv1.Hostname
	backends  []gwv1.BackendRef
	status    *gwv1.RouteStatus
}

// routes gives every route of a kind that Traefik serves.
func (s *snapshot) routes() []route {
	var all []route
	for i := range s.httpRoutes.Items {
		o := &s.httpRoutes.Items[i]
		r := route{object: o, kind: "HTTPRoute", parents: o.Spec.ParentRefs, hostnames: o.Spec.Hostnames}
		r.status = &o.Status.RouteStatus
		for _, rule := range o.Spec.Rules {
			for _, backend := range rule.BackendRefs {
				r.backends = append(r.backends, backend.BackendRef)
			}
		}
		all = append(all, r)
	}
	for i := range s.tcpRoutes.Items {
		o := &s.tcpRoutes.Items[i]
		r := route{object: o, kind: "TCPRoute", parents: o.Spec.ParentRefs, status: &o.Status.RouteStatus}
		for _, rule := range o.Spec.Rules {
			r.backends = append(r.backends, rule.BackendRefs...)
		}
		all = append(all, r)
	}
	for i := range s.tlsRoutes.Items {
		o := &s.tlsRoutes.Items[i]
		r := route{object: o, kind: "TLSRoute", parents: o.Spec.ParentRefs, hostnames: o.Spec.Hostnames}
		r.status = &o.Status.RouteStatus
		for _, rule := range o.Spec.Rules {
			r.backends = append(r.backends, rule.BackendRefs...)
		}
		all = append(all, r)
	}
	return all
}

// attach writes the route's status for its parents among the listeners' gateways, and counts it
// at the listeners that take it. It gives false for a route that is none of Traefik's business.
func (s *snapshot) attach(r route, listeners []*listener) bool {
	namespace := r.object.GetNamespace()
	var parents []gwv1.RouteParentStatus
	for _, ref := range r.parents {
		known := slices.DeleteFunc(slices.Clone(listeners), func(l *listener) bool {
			return !refersTo(ref, namespace, l.gateway)
		})
		if len(known) == 0 {
			continue
		}
		status := gwv1.RouteParentStatus{ParentRef: ref, ControllerName: gatewayController}
		for _, old := range r.status.Parents {
			if old.ControllerName == gatewayController && sameParent(old.ParentRef, ref) {
				status.Conditions = old.Conditions
			}
		}
		setConditions(&status.Conditions, r.object.GetGeneration(), s.accept(r, ref, known), s.resolve(r))
		parents = append(parents, status)
	}
	if len(parents) == 0 {
		return false
	}
	for _, old := range r.status.Parents {
		if old.ControllerName != gatewayController {
			parents = append(parents, old)
		}
	}
	r.status.Parents = parents
	return true
}

// accept says whether one of a gateway's listeners serves the route. A listener that takes it but
// does not work counts it all the same, as Traefik does.
func (s *snapshot) accept(r route, ref gwv1.ParentReference, listeners []*listener) metav1.Condition {
	reason, message := gwv1.RouteReasonNoMatchingParent, "the gateway has no such listener"
	served := false
	for _, l := range listeners {
		refusal, why := s.refusal(r, ref, l)
		switch {
		case refusal == "":
			l.attached++
			served = served || len(l.problems) == 0
			if reason == gwv1.RouteReasonNoMatchingParent {
				message = fmt.Sprintf("listener %s does not work, see the gateway's status", l.Name)
			}
		case refusal != gwv1.RouteReasonNoMatchingParent:
			reason, message = refusal, why
		}
	}
	if served {
		reason, message = gwv1.RouteReasonAccepted, servedMessage
	}
	return condition(string(gwv1.RouteConditionAccepted), served, string(reason), message)
}

// refersTo says whether a route's parent reference names the gateway.
func refersTo(ref gwv1.ParentReference, namespace string, g types.NamespacedName) bool {
	kind := ptr.Deref(ref.Group, gwv1.GroupName) == gwv1.GroupName && ptr.Deref(ref.Kind, "Gateway") == "Gateway"
	in := string(ptr.Deref(ref.Namespace, gwv1.Namespace(namespace)))
	return kind && string(ref.Name) == g.Name && in == g.Namespace
}

func sameParent(a, b gwv1.ParentReference) bool {
	return a.Name == b.Name && ptr.Equal(a.Namespace, b.Namespace) &&
		ptr.Equal(a.SectionName, b.SectionName) && ptr.Equal(a.Port, b.Port)
}

// refusal says why a listener does not take a route; an empty reason means that it does.
func (s *snapshot) refusal(r route, ref gwv1.ParentReference,
	l *listener) (reason gwv1.RouteConditionReason, message string) {
	section := ptr.Deref(ref.SectionName, l.Name)
	switch {
	case section != l.Name, ptr.Deref(ref.Port, l.Port) != l.Port:
		return gwv1.RouteReasonNoMatchingParent, ""
	case !s.takes(l, r.kind, r.object.GetNamespace()):
		return gwv1.RouteReasonNotAllowedByListeners,
			fmt.Sprintf("listener %s does not allow routes of this kind from this namespace", l.Name)
	case !hostnamesMeet(l.Hostname, r.hostnames):
		return gwv1.RouteReasonNoMatchingListenerHostname,
			fmt.Sprintf("listener %s is for host %s only", l.Name, *l.Hostname)
	}
	return "", ""
}

// hostnamesMeet says whether a listener's host and a route's have a host in common; none stands
// for all.
func hostnamesMeet(host *gwv1.Hostname, hosts []gwv1.Hostname) bool {
	if ptr.Deref(host, "") == "" || len(hosts) == 0 {
		return true
	}
	return slices.ContainsFunc(hosts, func(h gwv1.Hostname) bool {
		return covers(string(*host), string(h)) || covers(string(h), string(*host))
	})
}

// covers says whether a host equals a pattern or falls under its wildcard, which stands for one
// or more labels.
func covers(pattern, host string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	return pattern == host || wild && strings.HasSuffix(host, suffix) && host != suffix
}

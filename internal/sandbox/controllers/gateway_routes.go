package controllers

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// route is what the kinds of routes have in common.
type route struct {
	object    client.Object
	kind      string
	parents   []gatewayv1.ParentReference
	hostnames []gatewayv1.Hostname
	backends  []gatewayv1.BackendRef
	status    *gatewayv1.RouteStatus
}

// routes gives every route of a kind that Traefik serves.
func (s *snapshot) routes() []route {
	var all []route
	for i := range s.httpRoutes.Items {
		o := &s.httpRoutes.Items[i]
		r := route{object: o, kind: "HTTPRoute", parents: o.Spec.ParentRefs, hostnames: o.Spec.Hostnames, status: &o.Status.RouteStatus}
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
		r := route{object: o, kind: "TLSRoute", parents: o.Spec.ParentRefs, hostnames: o.Spec.Hostnames, status: &o.Status.RouteStatus}
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
	var parents []gatewayv1.RouteParentStatus
	for _, ref := range r.parents {
		known := slices.DeleteFunc(slices.Clone(listeners), func(l *listener) bool { return !refersTo(ref, namespace, l.gateway) })
		if len(known) == 0 {
			continue
		}
		accepted := condition(string(gatewayv1.RouteConditionAccepted), false,
			string(gatewayv1.RouteReasonNoMatchingParent), "the gateway has no such listener")
		for _, l := range known {
			if reason, message := s.refusal(r, ref, l); reason != "" {
				if accepted.Status != metav1.ConditionTrue && reason != gatewayv1.RouteReasonNoMatchingParent {
					accepted.Reason, accepted.Message = string(reason), message
				}
				continue
			}
			l.attached++
			if len(l.problems) == 0 {
				accepted = condition(string(gatewayv1.RouteConditionAccepted), true, string(gatewayv1.RouteReasonAccepted), "served by Traefik")
			} else if accepted.Reason == string(gatewayv1.RouteReasonNoMatchingParent) {
				accepted.Message = fmt.Sprintf("listener %s does not work, see the gateway's status", l.Name)
			}
		}
		status := gatewayv1.RouteParentStatus{ParentRef: ref, ControllerName: gatewayController}
		for _, old := range r.status.Parents {
			if old.ControllerName == gatewayController && sameParent(old.ParentRef, ref) {
				status.Conditions = old.Conditions
			}
		}
		setConditions(&status.Conditions, r.object.GetGeneration(), accepted, s.resolve(r))
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

// refersTo says whether a route's parent reference names the gateway.
func refersTo(ref gatewayv1.ParentReference, namespace string, g types.NamespacedName) bool {
	return ptr.Deref(ref.Group, gatewayv1.GroupName) == gatewayv1.GroupName && ptr.Deref(ref.Kind, "Gateway") == "Gateway" &&
		string(ref.Name) == g.Name && string(ptr.Deref(ref.Namespace, gatewayv1.Namespace(namespace))) == g.Namespace
}

func sameParent(a, b gatewayv1.ParentReference) bool {
	return a.Name == b.Name && ptr.Equal(a.Namespace, b.Namespace) && ptr.Equal(a.SectionName, b.SectionName) && ptr.Equal(a.Port, b.Port)
}

// refusal says why a listener does not take a route; an empty reason means that it does.
func (s *snapshot) refusal(r route, ref gatewayv1.ParentReference, l *listener) (gatewayv1.RouteConditionReason, string) {
	section := ptr.Deref(ref.SectionName, l.Name)
	switch {
	case section != l.Name, ptr.Deref(ref.Port, l.Port) != l.Port:
		return gatewayv1.RouteReasonNoMatchingParent, ""
	case !s.takes(l, r.kind, r.object.GetNamespace()):
		return gatewayv1.RouteReasonNotAllowedByListeners,
			fmt.Sprintf("listener %s does not allow routes of this kind from this namespace", l.Name)
	case !hostnamesMeet(l.Hostname, r.hostnames):
		return gatewayv1.RouteReasonNoMatchingListenerHostname,
			fmt.Sprintf("listener %s is for host %s only", l.Name, *l.Hostname)
	}
	return "", ""
}

// hostnamesMeet says whether a listener's host and a route's have a host in common; none stands
// for all.
func hostnamesMeet(host *gatewayv1.Hostname, hosts []gatewayv1.Hostname) bool {
	if ptr.Deref(host, "") == "" || len(hosts) == 0 {
		return true
	}
	return slices.ContainsFunc(hosts, func(h gatewayv1.Hostname) bool {
		return covers(string(*host), string(h)) || covers(string(h), string(*host))
	})
}

// covers says whether a host equals a pattern or falls under its wildcard, which stands for one
// or more labels.
func covers(pattern, host string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	return pattern == host || wild && strings.HasSuffix(host, suffix) && host != suffix
}

// resolve judges the route's backends.
func (s *snapshot) resolve(r route) metav1.Condition {
	for _, ref := range r.backends {
		if reason, message := s.backend(r, ref); reason != "" {
			return condition(string(gatewayv1.RouteConditionResolvedRefs), false, string(reason), message)
		}
	}
	return condition(string(gatewayv1.RouteConditionResolvedRefs), true, string(gatewayv1.RouteReasonResolvedRefs), "every backend exists")
}

// backend says why a backend cannot be used; an empty reason means that it can.
func (s *snapshot) backend(r route, ref gatewayv1.BackendRef) (gatewayv1.RouteConditionReason, string) {
	group, kind := ptr.Deref(ref.Group, ""), ptr.Deref(ref.Kind, "Service")
	name := types.NamespacedName{
		Namespace: string(ptr.Deref(ref.Namespace, gatewayv1.Namespace(r.object.GetNamespace()))), Name: string(ref.Name),
	}
	switch {
	case !s.granted(r.kind, r.object.GetNamespace(), string(group), string(kind), name):
		return gatewayv1.RouteReasonRefNotPermitted, fmt.Sprintf("%s %s: no ReferenceGrant allows its use", kind, name)
	case group == "traefik.io" && kind == "TraefikService":
		return "", ""
	case group != "" || kind != "Service":
		return gatewayv1.RouteReasonInvalidKind, fmt.Sprintf("a backend cannot be a %s of group %q", kind, group)
	case ref.Port == nil:
		return gatewayv1.RouteReasonUnsupportedProtocol, fmt.Sprintf("service %s: port is missing", name)
	}
	service, exists := s.services[name]
	switch {
	case !exists:
		return gatewayv1.RouteReasonBackendNotFound, fmt.Sprintf("service %s does not exist", name)
	case service.Spec.Type == corev1.ServiceTypeExternalName:
		return gatewayv1.RouteReasonBackendNotFound, fmt.Sprintf("service %s is of type ExternalName, which Traefik refuses", name)
	case !slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == int32(*ref.Port) }):
		return gatewayv1.RouteReasonBackendNotFound, fmt.Sprintf("service %s has no port %d", name, *ref.Port)
	case !s.slices[name]:
		return gatewayv1.RouteReasonBackendNotFound, fmt.Sprintf("service %s has no EndpointSlice", name)
	}
	return "", ""
}

// granted says whether an object of the namespace from may refer to the object to.
func (s *snapshot) granted(fromKind, from, group, kind string, to types.NamespacedName) bool {
	if from == to.Namespace {
		return true
	}
	for _, grant := range s.grants.Items {
		if grant.Namespace != to.Namespace {
			continue
		}
		allowsFrom, allowsTo := false, false
		for _, f := range grant.Spec.From {
			allowsFrom = allowsFrom || f.Group == gatewayv1.GroupName && string(f.Kind) == fromKind && string(f.Namespace) == from
		}
		for _, t := range grant.Spec.To {
			allowsTo = allowsTo || string(t.Group) == group && string(t.Kind) == kind && string(ptr.Deref(t.Name, gatewayv1.ObjectName(to.Name))) == to.Name
		}
		if allowsFrom && allowsTo {
			return true
		}
	}
	return false
}

package controllers

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// resolve judges the route's backends.
func (s *snapshot) resolve(r route) metav1.Condition {
	for _, ref := range r.backends {
		if reason, message := s.backend(r, ref); reason != "" {
			return condition(string(gwv1.RouteConditionResolvedRefs), false, string(reason), message)
		}
	}
	return condition(string(gwv1.RouteConditionResolvedRefs), true,
		string(gwv1.RouteReasonResolvedRefs), "every backend exists")
}

// backend says why a backend cannot be used; an empty reason means that it can.
func (s *snapshot) backend(r route, ref gwv1.BackendRef) (gwv1.RouteConditionReason, string) {
	group, kind := ptr.Deref(ref.Group, ""), ptr.Deref(ref.Kind, "Service")
	name := types.NamespacedName{
		Namespace: string(ptr.Deref(ref.Namespace, gwv1.Namespace(r.object.GetNamespace()))), Name: string(ref.Name),
	}
	switch {
	case !s.granted(r.kind, r.object.GetNamespace(), string(group), string(kind), name):
		return gwv1.RouteReasonRefNotPermitted, fmt.Sprintf("%s %s: no ReferenceGrant allows its use", kind, name)
	case group == "traefik.io" && kind == "TraefikService":
		return "", ""
	case group != "" || kind != "Service":
		return gwv1.RouteReasonInvalidKind, fmt.Sprintf("a backend cannot be a %s of group %q", kind, group)
	case ref.Port == nil:
		return gwv1.RouteReasonUnsupportedProtocol, fmt.Sprintf("service %s: port is missing", name)
	}
	service, exists := s.services[name]
	switch {
	case !exists:
		return gwv1.RouteReasonBackendNotFound, fmt.Sprintf("service %s does not exist", name)
	case service.Spec.Type == corev1.ServiceTypeExternalName:
		return gwv1.RouteReasonBackendNotFound,
			fmt.Sprintf("service %s is of type ExternalName, which Traefik refuses", name)
	case !slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == int32(*ref.Port) }):
		return gwv1.RouteReasonBackendNotFound, fmt.Sprintf("service %s has no port %d", name, *ref.Port)
	case !s.slices[name]:
		return gwv1.RouteReasonBackendNotFound, fmt.Sprintf("service %s has no EndpointSlice", name)
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
			allowsFrom = allowsFrom ||
				f.Group == gwv1.GroupName && string(f.Kind) == fromKind && string(f.Namespace) == from
		}
		for _, t := range grant.Spec.To {
			name := string(ptr.Deref(t.Name, gwv1.ObjectName(to.Name)))
			allowsTo = allowsTo || string(t.Group) == group && string(t.Kind) == kind && name == to.Name
		}
		if allowsFrom && allowsTo {
			return true
		}
	}
	return false
}

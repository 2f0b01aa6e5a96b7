package controllers

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// listener is one listener of a gateway and what was found about it.
type listener struct {
	gwv1.Listener
	gateway  types.NamespacedName
	kinds    []gwv1.RouteGroupKind // of routes it takes
	problems []metav1.Condition    // empty means it works
	attached int32                 // routes
}

// listeners judges every listener of a gateway.
func (s *snapshot) listeners(e edge, g *gwv1.Gateway) []*listener {
	var judged []*listener
	taken := map[string]bool{}
	for _, spec := range g.Spec.Listeners {
		l := &listener{Listener: spec, gateway: types.NamespacedName{Namespace: g.Namespace, Name: g.Name}}
		key := fmt.Sprint(spec.Protocol, spec.Port, ptr.Deref(spec.Hostname, ""))
		switch {
		case !e.listens(int32(spec.Port), spec.Protocol == gwv1.HTTPProtocolType):
			l.refuse(gwv1.ListenerConditionAccepted, gwv1.ListenerReasonPortUnavailable,
				fmt.Sprintf("Traefik has no entry point for port %d and protocol %s", spec.Port, spec.Protocol))
		case !l.chooseKinds(e.experimental):
		case taken[key]:
			l.problems = append(l.problems, condition(string(gwv1.ListenerConditionConflicted), true, "DuplicateListener",
				"another listener has the same protocol, port and hostname"))
		default:
			taken[key] = true
			s.judgeTLS(l)
		}
		judged = append(judged, l)
	}
	return judged
}

func (l *listener) refuse(kind gwv1.ListenerConditionType, reason gwv1.ListenerConditionReason,
	message string) {
	l.problems = append(l.problems, condition(string(kind), false, string(reason), message))
}

// chooseKinds finds the kinds of routes the listener takes, and says whether it may take them.
func (l *listener) chooseKinds(experimental bool) bool {
	var supported []gwv1.Kind
	switch {
	case l.Protocol == gwv1.HTTPProtocolType, l.Protocol == gwv1.HTTPSProtocolType:
		supported = []gwv1.Kind{"HTTPRoute", "GRPCRoute"}
	case l.Protocol == gwv1.TCPProtocolType && experimental:
		supported = []gwv1.Kind{"TCPRoute"}
	case l.Protocol == gwv1.TLSProtocolType && experimental:
		supported = []gwv1.Kind{"TCPRoute", "TLSRoute"}
	default:
		l.problems = append(l.problems, condition(string(gwv1.ListenerConditionConflicted), true,
			string(gwv1.ListenerReasonUnsupportedProtocol),
			fmt.Sprintf("protocol %s is not supported, or only with the experimental channel", l.Protocol)))
		return false
	}
	group := gwv1.Group(gwv1.GroupName)
	if l.AllowedRoutes == nil || len(l.AllowedRoutes.Kinds) == 0 {
		for _, kind := range supported {
			l.kinds = append(l.kinds, gwv1.RouteGroupKind{Group: &group, Kind: kind})
		}
		return true
	}
	for _, allowed := range l.AllowedRoutes.Kinds {
		if ptr.Deref(allowed.Group, group) != group || !slices.Contains(supported, allowed.Kind) {
			l.refuse(gwv1.ListenerConditionResolvedRefs, gwv1.ListenerReasonInvalidRouteKinds,
				fmt.Sprintf("protocol %s does not take routes of kind %s", l.Protocol, allowed.Kind))
			continue
		}
		l.kinds = append(l.kinds, gwv1.RouteGroupKind{Group: &group, Kind: allowed.Kind})
	}
	return len(l.problems) == 0
}

// judgeTLS checks the listener's TLS settings and its certificate.
func (s *snapshot) judgeTLS(l *listener) {
	const invalidTLS gwv1.ListenerConditionReason = "InvalidTLSConfiguration"
	plain := l.Protocol == gwv1.HTTPProtocolType || l.Protocol == gwv1.TCPProtocolType
	switch {
	case plain && l.TLS != nil:
		l.refuse(gwv1.ListenerConditionAccepted, invalidTLS, "protocols HTTP and TCP take no TLS settings")
		return
	case plain:
		return
	case l.TLS == nil:
		l.refuse(gwv1.ListenerConditionAccepted, invalidTLS, fmt.Sprintf("protocol %s needs TLS settings", l.Protocol))
		return
	}
	if ptr.Deref(l.TLS.Mode, gwv1.TLSModeTerminate) == gwv1.TLSModePassthrough {
		if l.Protocol == gwv1.HTTPSProtocolType {
			l.refuse(gwv1.ListenerConditionAccepted, gwv1.ListenerReasonUnsupportedProtocol,
				"protocol HTTPS cannot pass TLS through")
		}
		return
	}
	if len(l.TLS.CertificateRefs) == 0 {
		l.refuse(gwv1.ListenerConditionResolvedRefs, gwv1.ListenerReasonInvalidCertificateRef,
			"terminating TLS needs a certificate")
		return
	}
	ref := l.TLS.CertificateRefs[0] // Traefik uses no other
	if ptr.Deref(ref.Kind, "Secret") != "Secret" || ptr.Deref(ref.Group, "") != "" {
		l.refuse(gwv1.ListenerConditionResolvedRefs, gwv1.ListenerReasonInvalidCertificateRef,
			"a certificate must be a Secret")
		return
	}
	name := types.NamespacedName{
		Namespace: string(ptr.Deref(ref.Namespace, gwv1.Namespace(l.gateway.Namespace))), Name: string(ref.Name),
	}
	if !s.granted("Gateway", l.gateway.Namespace, "", "Secret", name) {
		l.refuse(gwv1.ListenerConditionResolvedRefs, gwv1.ListenerReasonRefNotPermitted,
			fmt.Sprintf("secret %s: no ReferenceGrant allows its use", name))
		return
	}
	if why := s.unusable(name); why != "" {
		l.refuse(gwv1.ListenerConditionResolvedRefs, gwv1.ListenerReasonInvalidCertificateRef, why)
		l.refuse(gwv1.ListenerConditionProgrammed, gwv1.ListenerReasonInvalid, why)
	}
}

// unusable says why a Secret holds no certificate.
func (s *snapshot) unusable(name types.NamespacedName) string {
	secret, exists := s.secrets[name]
	if !exists {
		return fmt.Sprintf("secret %s does not exist", name)
	}
	for _, key := range []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey} {
		if len(secret.Data[key]) == 0 {
			return fmt.Sprintf("secret %s has no %s", name, key)
		}
	}
	return ""
}

// takes says whether the listener allows routes of that kind from that namespace.
func (s *snapshot) takes(l *listener, kind, namespace string) bool {
	if !slices.ContainsFunc(l.kinds, func(k gwv1.RouteGroupKind) bool { return string(k.Kind) == kind }) {
		return false
	}
	from := gwv1.NamespacesFromSame
	if l.AllowedRoutes != nil && l.AllowedRoutes.Namespaces != nil {
		from = ptr.Deref(l.AllowedRoutes.Namespaces.From, from)
	}
	switch from {
	case gwv1.NamespacesFromAll:
		return true
	case gwv1.NamespacesFromSelector:
		selector, err := metav1.LabelSelectorAsSelector(l.AllowedRoutes.Namespaces.Selector)
		return err == nil && selector.Matches(labels.Set(s.namespaces[namespace].Labels))
	}
	return namespace == l.gateway.Namespace
}

package controllers

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// listener is one listener of a gateway and what was found about it.
type listener struct {
	gatewayv1.Listener
	gateway  types.NamespacedName
	kinds    []gatewayv1.RouteGroupKind // of routes it takes
	problems []metav1.Condition         // empty means it works
	attached int32                      // routes
}

// listeners judges every listener of a gateway.
func (s *snapshot) listeners(e edge, g *gatewayv1.Gateway) []*listener {
	var judged []*listener
	taken := map[string]bool{}
	for _, spec := range g.Spec.Listeners {
		l := &listener{Listener: spec, gateway: types.NamespacedName{Namespace: g.Namespace, Name: g.Name}}
		key := fmt.Sprint(spec.Protocol, spec.Port, ptr.Deref(spec.Hostname, ""))
		switch {
		case !e.listens(int32(spec.Port), spec.Protocol == gatewayv1.HTTPProtocolType):
			l.refuse(gatewayv1.ListenerConditionAccepted, gatewayv1.ListenerReasonPortUnavailable,
				fmt.Sprintf("Traefik has no entry point for port %d and protocol %s", spec.Port, spec.Protocol))
		case !l.chooseKinds(e.experimental):
		case taken[key]:
			l.problems = append(l.problems, condition(string(gatewayv1.ListenerConditionConflicted), true, "DuplicateListener",
				"another listener has the same protocol, port and hostname"))
		default:
			taken[key] = true
			s.judgeTLS(l)
		}
		judged = append(judged, l)
	}
	return judged
}

func (l *listener) refuse(kind gatewayv1.ListenerConditionType, reason gatewayv1.ListenerConditionReason, message string) {
	l.problems = append(l.problems, condition(string(kind), false, string(reason), message))
}

// chooseKinds finds the kinds of routes the listener takes, and says whether it may take them.
func (l *listener) chooseKinds(experimental bool) bool {
	var supported []gatewayv1.Kind
	switch {
	case l.Protocol == gatewayv1.HTTPProtocolType, l.Protocol == gatewayv1.HTTPSProtocolType:
		supported = []gatewayv1.Kind{"HTTPRoute", "GRPCRoute"}
	case l.Protocol == gatewayv1.TCPProtocolType && experimental:
		supported = []gatewayv1.Kind{"TCPRoute"}
	case l.Protocol == gatewayv1.TLSProtocolType && experimental:
		supported = []gatewayv1.Kind{"TCPRoute", "TLSRoute"}
	default:
		l.problems = append(l.problems, condition(string(gatewayv1.ListenerConditionConflicted), true,
			string(gatewayv1.ListenerReasonUnsupportedProtocol),
			fmt.Sprintf("protocol %s is not supported, or only with the experimental channel", l.Protocol)))
		return false
	}
	group := gatewayv1.Group(gatewayv1.GroupName)
	if l.AllowedRoutes == nil || len(l.AllowedRoutes.Kinds) == 0 {
		for _, kind := range supported {
			l.kinds = append(l.kinds, gatewayv1.RouteGroupKind{Group: &group, Kind: kind})
		}
		return true
	}
	for _, allowed := range l.AllowedRoutes.Kinds {
		if ptr.Deref(allowed.Group, group) != group || !slices.Contains(supported, allowed.Kind) {
			l.refuse(gatewayv1.ListenerConditionResolvedRefs, gatewayv1.ListenerReasonInvalidRouteKinds,
				fmt.Sprintf("protocol %s does not take routes of kind %s", l.Protocol, allowed.Kind))
			continue
		}
		l.kinds = append(l.kinds, gatewayv1.RouteGroupKind{Group: &group, Kind: allowed.Kind})
	}
	return len(l.problems) == 0
}

// judgeTLS checks the listener's TLS settings and its certificate.
func (s *snapshot) judgeTLS(l *listener) {
	const invalidTLS gatewayv1.ListenerConditionReason = "InvalidTLSConfiguration"
	plain := l.Protocol == gatewayv1.HTTPProtocolType || l.Protocol == gatewayv1.TCPProtocolType
	switch {
	case plain && l.TLS != nil:
		l.refuse(gatewayv1.ListenerConditionAccepted, invalidTLS, "protocols HTTP and TCP take no TLS settings")
		return
	case plain:
		return
	case l.TLS == nil:
		l.refuse(gatewayv1.ListenerConditionAccepted, invalidTLS, fmt.Sprintf("protocol %s needs TLS settings", l.Protocol))
		return
	}
	if ptr.Deref(l.TLS.Mode, gatewayv1.TLSModeTerminate) == gatewayv1.TLSModePassthrough {
		if l.Protocol == gatewayv1.HTTPSProtocolType {
			l.refuse(gatewayv1.ListenerConditionAccepted, gatewayv1.ListenerReasonUnsupportedProtocol, "protocol HTTPS cannot pass TLS through")
		}
		return
	}
	if len(l.TLS.CertificateRefs) == 0 {
		l.refuse(gatewayv1.ListenerConditionResolvedRefs, gatewayv1.ListenerReasonInvalidCertificateRef, "terminating TLS needs a certificate")
		return
	}
	ref := l.TLS.CertificateRefs[0] // Traefik uses no other
	if ptr.Deref(ref.Kind, "Secret") != "Secret" || ptr.Deref(ref.Group, "") != "" {
		l.refuse(gatewayv1.ListenerConditionResolvedRefs, gatewayv1.ListenerReasonInvalidCertificateRef, "a certificate must be a Secret")
		return
	}
	name := types.NamespacedName{
		Namespace: string(ptr.Deref(ref.Namespace, gatewayv1.Namespace(l.gateway.Namespace))), Name: string(ref.Name),
	}
	if !s.granted("Gateway", l.gateway.Namespace, "", "Secret", name) {
		l.refuse(gatewayv1.ListenerConditionResolvedRefs, gatewayv1.ListenerReasonRefNotPermitted,
			fmt.Sprintf("secret %s: no ReferenceGrant allows its use", name))
		return
	}
	if why := s.unusable(name); why != "" {
		l.refuse(gatewayv1.ListenerConditionResolvedRefs, gatewayv1.ListenerReasonInvalidCertificateRef, why)
		l.refuse(gatewayv1.ListenerConditionProgrammed, gatewayv1.ListenerReasonInvalid, why)
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
	if !slices.ContainsFunc(l.kinds, func(k gatewayv1.RouteGroupKind) bool { return string(k.Kind) == kind }) {
		return false
	}
	from := gatewayv1.NamespacesFromSame
	if l.AllowedRoutes != nil && l.AllowedRoutes.Namespaces != nil {
		from = ptr.Deref(l.AllowedRoutes.Namespaces.From, from)
	}
	switch from {
	case gatewayv1.NamespacesFromAll:
		return true
	case gatewayv1.NamespacesFromSelector:
		selector, err := metav1.LabelSelectorAsSelector(l.AllowedRoutes.Namespaces.Selector)
		return err == nil && selector.Matches(labels.Set(s.namespaces[namespace].Labels))
	}
	return namespace == l.gateway.Namespace
}

// settle writes a gateway's status from what was found about its listeners.
func (s *snapshot) settle(e edge, g *gatewayv1.Gateway, all []*listener) {
	old := g.Status
	g.Status = gatewayv1.GatewayStatus{Conditions: old.Conditions}
	for _, ingress := range s.services[e.service].Status.LoadBalancer.Ingress {
		if ingress.IP != "" {
			g.Status.Addresses = append(g.Status.Addresses, gatewayv1.GatewayStatusAddress{
				Type: ptr.To(gatewayv1.IPAddressType), Value: ingress.IP,
			})
		}
	}
	valid := true
	for _, l := range all {
		if l.gateway.Namespace != g.Namespace || l.gateway.Name != g.Name {
			continue
		}
		status := gatewayv1.ListenerStatus{
			Name: l.Name, SupportedKinds: slices.Concat([]gatewayv1.RouteGroupKind{}, l.kinds), AttachedRoutes: l.attached,
		}
		if i := slices.IndexFunc(old.Listeners, func(o gatewayv1.ListenerStatus) bool { return o.Name == l.Name }); i >= 0 {
			status.Conditions = old.Listeners[i].Conditions
		}
		wanted := l.problems
		if len(wanted) == 0 {
			const fine = "no problem found"
			wanted = []metav1.Condition{
				condition(string(gatewayv1.ListenerConditionAccepted), true, string(gatewayv1.ListenerReasonAccepted), fine),
				condition(string(gatewayv1.ListenerConditionResolvedRefs), true, string(gatewayv1.ListenerReasonResolvedRefs), fine),
				condition(string(gatewayv1.ListenerConditionProgrammed), true, string(gatewayv1.ListenerReasonProgrammed), fine),
			}
		}
		valid = valid && len(l.problems) == 0
		setConditions(&status.Conditions, g.Generation, wanted...)
		g.Status.Listeners = append(g.Status.Listeners, status)
	}
	if !valid {
		setConditions(&g.Status.Conditions, g.Generation, condition(string(gatewayv1.GatewayConditionAccepted), false,
			string(gatewayv1.GatewayReasonListenersNotValid), "a listener does not work, see its conditions"))
		return
	}
	setConditions(&g.Status.Conditions, g.Generation,
		condition(string(gatewayv1.GatewayConditionAccepted), true, string(gatewayv1.GatewayReasonAccepted), "served by Traefik"),
		condition(string(gatewayv1.GatewayConditionProgrammed), true, string(gatewayv1.GatewayReasonProgrammed), "served by Traefik"))
}

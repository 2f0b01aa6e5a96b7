package controllers

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// servedMessage says of a gateway or a route that nothing is wrong with it.
const servedMessage = "served by Traefik"

// settle writes a gateway's status from what was found about its listeners.
func (s *snapshot) settle(e edge, g *gwv1.Gateway, all []*listener) {
	old := g.Status
	g.Status = gwv1.GatewayStatus{Conditions: old.Conditions}
	for _, ingress := range s.services[e.service].Status.LoadBalancer.Ingress {
		if ingress.IP != "" {
			g.Status.Addresses = append(g.Status.Addresses, gwv1.GatewayStatusAddress{
				Type: ptr.To(gwv1.IPAddressType), Value: ingress.IP,
			})
		}
	}
	valid := true
	for _, l := range all {
		if l.gateway.Namespace == g.Namespace && l.gateway.Name == g.Name {
			valid = valid && len(l.problems) == 0
			g.Status.Listeners = append(g.Status.Listeners, l.status(g.Generation, old.Listeners))
		}
	}
	if !valid {
		setConditions(&g.Status.Conditions, g.Generation, condition(string(gwv1.GatewayConditionAccepted), false,
			string(gwv1.GatewayReasonListenersNotValid), "a listener does not work, see its conditions"))
		return
	}
	setConditions(&g.Status.Conditions, g.Generation,
		condition(string(gwv1.GatewayConditionAccepted), true, string(gwv1.GatewayReasonAccepted), servedMessage),
		condition(string(gwv1.GatewayConditionProgrammed), true, string(gwv1.GatewayReasonProgrammed), servedMessage))
}

// status gives a listener's status; before holds that of all listeners of its gateway.
func (l *listener) status(generation int64, before []gwv1.ListenerStatus) gwv1.ListenerStatus {
	status := gwv1.ListenerStatus{
		Name: l.Name, AttachedRoutes: l.attached,
		SupportedKinds: slices.Concat([]gwv1.RouteGroupKind{}, l.kinds), // the field is required, if empty
	}
	for _, old := range before {
		if old.Name == l.Name {
			status.Conditions = old.Conditions
		}
	}
	wanted := l.problems
	if len(wanted) == 0 {
		for _, kind := range []string{"Accepted", "ResolvedRefs", "Programmed"} { // each its own reason
			wanted = append(wanted, condition(kind, true, kind, "no problem found"))
		}
	}
	setConditions(&status.Conditions, generation, wanted...)
	return status
}

// condition gives a condition; the caller's setConditions adds generation and time.
func condition(kind string, status bool, reason, message string) metav1.Condition {
	c := metav1.Condition{Type: kind, Status: metav1.ConditionFalse, Reason: reason, Message: message}
	if status {
		c.Status = metav1.ConditionTrue
	}
	return c
}

// setConditions makes the list hold exactly the wanted conditions. The time of a condition changes
// only when its status does.
func setConditions(list *[]metav1.Condition, generation int64, wanted ...metav1.Condition) {
	kept := make([]metav1.Condition, 0, len(wanted))
	for _, c := range wanted {
		if old := meta.FindStatusCondition(*list, c.Type); old != nil {
			kept = append(kept, *old)
		}
	}
	for _, c := range wanted {
		c.ObservedGeneration = generation
		meta.SetStatusCondition(&kept, c)
	}
	*list = kept
}

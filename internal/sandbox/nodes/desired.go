package nodes

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

const (
	machineLabel = "sandbox.streamforge.home/machine" // Proxmox id; marks a node as ours
	powerLabel   = "sandbox.streamforge.home/power"   // on or off
	ownAnnot     = "sandbox.streamforge.home/applied" // what was set from the facts, to take it back later

	controlPlaneLabel = "node-role.kubernetes.io/control-plane"
	excludeLabel      = "node.kubernetes.io/exclude-from-external-load-balancers"

	// Selector chooses the nodes whose machine runs: those that kwok plays.
	Selector = powerLabel + "=on"
)

// applied is remembered on the node: labels and taints that others set are not ours to remove.
type applied struct {
	Labels []string `json:"labels"`
	Taints []string `json:"taints"` // key:Effect
}

// parseTaint reads key=value:Effect or key:Effect.
func parseTaint(s string) (corev1.Taint, error) {
	head, effect, ok := strings.Cut(s, ":")
	key, value, _ := strings.Cut(head, "=")
	effects := []corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute}
	if !ok || key == "" || !slices.Contains(effects, corev1.TaintEffect(effect)) {
		return corev1.Taint{}, fmt.Errorf("taint %q: must have the form key=value:Effect with Effect one of %v", s, effects)
	}
	return corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffect(effect)}, nil
}

// wantedLabels are the labels a kubelet and Kubespray set.
func wantedLabels(m Machine, f Facts) map[string]string {
	l := maps.Clone(f.Labels)
	if l == nil {
		l = map[string]string{}
	}
	maps.Copy(l, map[string]string{
		corev1.LabelHostname:     m.Name,
		corev1.LabelArchStable:   "amd64",
		corev1.LabelOSStable:     "linux",
		corev1.LabelTopologyZone: m.Host,
		machineLabel:             strconv.Itoa(m.ID),
		powerLabel:               map[bool]string{true: "on", false: "off"}[m.Running],
	})
	if f.ControlPlane {
		l[controlPlaneLabel], l[excludeLabel] = "", ""
	}
	return l
}

func wantedTaints(f Facts) (taints []corev1.Taint, err error) {
	if f.ControlPlane {
		taints = append(taints, corev1.Taint{Key: controlPlaneLabel, Effect: corev1.TaintEffectNoSchedule})
	}
	for _, s := range f.Taints {
		t, err := parseTaint(s)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(taints, func(o corev1.Taint) bool { return o.MatchTaint(&t) }) {
			taints = append(taints, t)
		}
	}
	return taints, nil
}

// shape sets on n what the machine and the facts say, and takes back what they said before.
func shape(n *corev1.Node, m Machine, f Facts) error {
	taints, err := wantedTaints(f)
	if err != nil {
		return fmt.Errorf("node %s: %w", m.Name, err)
	}
	labels := wantedLabels(m, f)
	var before applied
	_ = json.Unmarshal([]byte(n.Annotations[ownAnnot]), &before) // absent or broken: nothing to take back
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	for _, k := range before.Labels {
		delete(n.Labels, k)
	}
	maps.Copy(n.Labels, labels)
	kept := slices.DeleteFunc(slices.Clone(n.Spec.Taints), func(t corev1.Taint) bool {
		return slices.Contains(before.Taints, mark(t)) ||
			slices.ContainsFunc(taints, func(o corev1.Taint) bool { return o.MatchTaint(&t) })
	})
	if merged := append(kept, taints...); !sameTaints(merged, n.Spec.Taints) {
		n.Spec.Taints = merged
	}
	now := applied{Labels: slices.Sorted(maps.Keys(labels))}
	for _, t := range taints {
		now.Taints = append(now.Taints, mark(t))
	}
	note, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if n.Annotations == nil {
		n.Annotations = map[string]string{}
	}
	n.Annotations[ownAnnot] = string(note)
	return nil
}

func mark(t corev1.Taint) string { return t.Key + ":" + string(t.Effect) }

// sameTaints compares without regard to order: others reorder the list.
func sameTaints(a, b []corev1.Taint) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x corev1.Taint) bool {
		return !slices.ContainsFunc(b, func(y corev1.Taint) bool { return x.MatchTaint(&y) && x.Value == y.Value })
	})
}

// measure sets what a kubelet would report about its machine.
func measure(n *corev1.Node, m Machine, version string) {
	const evictionReserve = 100 << 20 // the kubelet's default: memory it keeps free by evicting pods
	all := corev1.ResourceList{
		corev1.ResourceCPU:              *resource.NewQuantity(int64(m.CPUs), resource.DecimalSI),
		corev1.ResourceMemory:           *resource.NewQuantity(m.MemoryBytes, resource.BinarySI),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
		corev1.ResourcePods:             resource.MustParse("110"),
	}
	// Resources that others announce, such as a GPU of a device plugin, stay.
	usable := all.DeepCopy()
	usable[corev1.ResourceMemory] = *resource.NewQuantity(max(0, m.MemoryBytes-evictionReserve), resource.BinarySI)
	n.Status.Capacity, n.Status.Allocatable = overlay(n.Status.Capacity, all), overlay(n.Status.Allocatable, usable)
	n.Status.Addresses = []corev1.NodeAddress{
		{Type: corev1.NodeInternalIP, Address: nodeIP(m).String()},
		{Type: corev1.NodeHostName, Address: m.Name},
	}
	n.Status.NodeInfo.KubeletVersion = version
	n.Status.NodeInfo.OperatingSystem, n.Status.NodeInfo.Architecture = "linux", "amd64"
}

// overlay replaces quantities that differ in value; equal ones keep the form they have.
func overlay(have, want corev1.ResourceList) corev1.ResourceList {
	out := have.DeepCopy()
	if out == nil {
		out = corev1.ResourceList{}
	}
	for name, q := range want {
		if old, ok := out[name]; !ok || old.Cmp(q) != 0 {
			out[name] = q
		}
	}
	return out
}

// nodeIP is the machine's own address, unless that is a loopback address, as on the sandbox's
// LAN: the API server does not accept those behind Services, so 127.53.0.131 becomes
// 10.250.0.131. A machine without an address gets one made from its id.
func nodeIP(m Machine) netip.Addr {
	if m.Address.IsValid() && !m.Address.IsLoopback() {
		return m.Address
	}
	third, fourth := byte(m.ID/250%250), byte(m.ID%250+3)
	if m.Address.Is4() {
		a := m.Address.As4()
		third, fourth = a[2], a[3]
	}
	return netip.AddrFrom4([4]byte{10, 250, third, fourth})
}

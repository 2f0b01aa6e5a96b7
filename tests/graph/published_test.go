package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

const (
	publishedType   = "streamforge:network:Published"
	certificateType = "kubernetes:cert-manager.io/v1:Certificate"
	gatewayType     = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
	routeType       = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
	configMapType   = "kubernetes:core/v1:ConfigMap"
)

// hosts are what people open, by their names below the domain. Traefik's dashboard is not published like them.
var hosts = []string{"argocd", "dns", "grafana", "kafka-ui", "keycloak", "kibana", "minio", "prometheus", "s3", "vault"}

func TestHostsArePublished(t *testing.T) {
	for _, stack := range []string{"homelab", "sandbox"} {
		g := whole(t, stack)
		for _, name := range hosts {
			require.Contains(t, g.published(), name+"."+g.domain, stack)
		}
	}
}

// TestTheDashboardIsReached: Traefik's own page stands behind the names that nobody publishes.
func TestTheDashboardIsReached(t *testing.T) {
	for _, stack := range []string{"homelab", "sandbox"} {
		g := whole(t, stack)
		others, host := "*."+g.domain, "traefik."+g.domain
		require.True(t, g.resolves(others), stack)
		require.True(t, g.listens(others), stack)
		require.True(t, slices.ContainsFunc(g.All, func(r Resource) bool {
			return r.Type == routeType && slices.Contains(list(r, "spec.hostnames"), host) && slices.ContainsFunc(g.All, func(gateway Resource) bool {
				return g.listener(gateway, others) && gateway.At("metadata.name") == r.At("spec.parentRefs.0.name") &&
					gateway.At("metadata.namespace") == r.At("metadata.namespace")
			})
		}), stack)
	}
}

// published lists every host that went through Publish.
func (g *Graph) published() (all []string) {
	for _, r := range g.All {
		if r.Type == publishedType {
			all = append(all, r.Name)
		}
	}
	return all
}

// hostsAnswer: a published host resolves to where Traefik is, and Traefik has a listener for it with
// a certificate of that name, and a route behind the listener.
func hostsAnswer(g *Graph) (broken []string) {
	for _, host := range g.published() {
		for what, has := range map[string]func(string) bool{
			"DNS record": g.resolves, "certificate": g.certified, "listener": g.listens, "route": g.routed,
		} {
			if !has(host) {
				broken = append(broken, fmt.Sprintf("%s has no %s", host, what))
			}
		}
	}
	return broken
}

// resolves looks for the address record in the zones that Technitium is given.
func (g *Graph) resolves(host string) bool {
	return slices.ContainsFunc(g.All, func(r Resource) bool {
		data, _ := r.Values()["data"].(map[string]any)
		if r.Type != configMapType {
			return false
		}
		for file, content := range data {
			zone, ok := strings.CutSuffix(file, ".zone")
			if !ok || !strings.HasSuffix(host, "."+zone) {
				continue
			}
			for line := range strings.Lines(fmt.Sprint(content)) {
				fields := strings.Fields(line) // name, TTL, IN, type, value
				if len(fields) == 5 && fields[0] == host+"." && fields[3] == "A" && fields[4] == g.ingress {
					return true
				}
			}
		}
		return false
	})
}

func (g *Graph) certified(host string) bool {
	return slices.ContainsFunc(g.All, func(r Resource) bool {
		return r.Type == certificateType && slices.Contains(list(r, "spec.dnsNames"), host) && r.At("spec.secretName") != nil
	})
}

// listens finds a listener for host whose certificate is made for it, in the same namespace.
func (g *Graph) listens(host string) bool {
	return slices.ContainsFunc(g.All, func(r Resource) bool { return g.listener(r, host) })
}

func (g *Graph) listener(r Resource, host string) bool {
	if r.Type != gatewayType || r.At("spec.listeners.0.hostname") != host {
		return false
	}
	return slices.ContainsFunc(g.All, func(c Resource) bool {
		return c.Type == certificateType && slices.Contains(list(c, "spec.dnsNames"), host) &&
			c.At("metadata.namespace") == r.At("metadata.namespace") &&
			c.At("spec.secretName") == r.At("spec.listeners.0.tls.certificateRefs.0.name")
	})
}

// routed finds a route for host to some Service, behind a listener for host.
func (g *Graph) routed(host string) bool {
	return slices.ContainsFunc(g.All, func(r Resource) bool {
		if r.Type != routeType || !slices.Contains(list(r, "spec.hostnames"), host) || r.At("spec.rules.0.backendRefs.0.name") == nil {
			return false
		}
		return slices.ContainsFunc(g.All, func(gateway Resource) bool {
			return g.listener(gateway, host) && gateway.At("metadata.name") == r.At("spec.parentRefs.0.name") &&
				gateway.At("metadata.namespace") == r.At("metadata.namespace")
		})
	})
}

func list(r Resource, path string) (all []string) {
	values, _ := r.At(path).([]any)
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return all
}

// TestHostsThatDoNotAnswerAreNoticed takes one thing away at a time.
func TestHostsThatDoNotAnswerAreNoticed(t *testing.T) {
	without := func(damage func(g *Graph, r *Resource)) []string {
		g := whole(t, "homelab")
		for i := range g.All {
			damage(g, &g.All[i])
		}
		return hostsAnswer(g)
	}
	host := func(g *Graph) string { return "kafka-ui." + g.domain }
	put := func(r *Resource, key resource.PropertyKey, v resource.PropertyValue) {
		r.Inputs = r.Inputs.Copy()
		r.Inputs[key] = v
	}
	require.Empty(t, without(func(*Graph, *Resource) {}))
	for what, damage := range map[string]func(g *Graph, r *Resource){
		"DNS record": func(g *Graph, r *Resource) {
			if content, ok := r.At("data." + strings.ReplaceAll(g.domain, ".", `\.`) + `\.zone`).(string); ok {
				zone := resource.PropertyKey(g.domain + ".zone")
				put(r, "data", resource.NewProperty(resource.PropertyMap{
					zone: resource.NewProperty(strings.ReplaceAll(content, host(g)+".", "gone."+g.domain+"."))}))
			}
		},
		"certificate": func(g *Graph, r *Resource) {
			if r.Type == certificateType && slices.Contains(list(*r, "spec.dnsNames"), host(g)) {
				put(r, "spec", resource.NewProperty(resource.PropertyMap{}))
			}
		},
		"listener": func(g *Graph, r *Resource) {
			if r.Type == gatewayType && r.At("spec.listeners.0.hostname") == host(g) {
				put(r, "metadata", resource.NewProperty(resource.PropertyMap{"namespace": resource.NewProperty("elsewhere")}))
			}
		},
		"route": func(g *Graph, r *Resource) {
			if r.Type == routeType && slices.Contains(list(*r, "spec.hostnames"), host(g)) {
				put(r, "spec", resource.NewProperty(resource.PropertyMap{}))
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			require.Contains(t, without(damage), "kafka-ui.dmz.home has no "+what)
		})
	}
}

package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// ServiceArgs describe a Service. Without an Address it is reached inside the cluster only.
type ServiceArgs struct {
	Name        string             // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringInput // must exist
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Pods        pulumi.StringMap // labels of the pods behind it; nil when its EndpointSlice is made by hand
	Ports       []ServicePort
	Headless    bool // no address of its own: it gives each pod a name, also before the pod is ready
	Sticky      bool // a client stays with the pod that it came to first
	Balanced    bool // an address from outside; the caller's Annotations say which, and wait for it
}

// ServicePort is a port of a Service.
type ServicePort struct {
	Name   string
	Port   int
	Target int    // of the pods; 0 means their port of the same name
	Proto  string // TCP or UDP; empty means TCP
}

// Service registers a Service.
func Service(ctx *pulumi.Context, name string, a ServiceArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	var ports pulumi.Array
	for _, p := range a.Ports {
		port := pulumi.Map{"name": pulumi.String(p.Name), "port": pulumi.Int(p.Port), "targetPort": pulumi.String(p.Name)}
		if p.Target != 0 {
			port["targetPort"] = pulumi.Int(p.Target)
		}
		if p.Proto != "" {
			port["protocol"] = pulumi.String(p.Proto)
		}
		ports = append(ports, port)
	}
	spec := pulumi.Map{"ports": ports}
	if a.Pods != nil {
		spec["selector"] = a.Pods
	}
	if a.Headless {
		spec["clusterIP"], spec["publishNotReadyAddresses"] = pulumi.String("None"), pulumi.Bool(true)
	}
	if a.Sticky {
		spec["sessionAffinity"] = pulumi.String("ClientIP")
	}
	if a.Balanced { // the clients' own addresses are kept
		spec["type"], spec["externalTrafficPolicy"] = pulumi.String("LoadBalancer"), pulumi.String("Local")
	}
	return register(ctx, Kind{"v1", "Service"}, name, meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), pulumi.Map{"spec": spec}, opts...)
}

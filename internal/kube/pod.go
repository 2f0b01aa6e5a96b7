package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Pod is a pod of ours. It gets no variables about Services, which servers tend to read as settings of
// their own.
type Pod struct {
	Init       []Container // run one after another before Containers start
	Containers []Container
	Volumes    []Volume

	User    int // 0 means the image's, which may then be root
	Group   int
	FSGroup int // owns the files of volumes; 0 means nobody in particular

	Account  string           // service account; empty means the namespace's default
	Token    bool             // the account's token is mounted: the pod uses the API server
	Priority string           // class
	Nodes    pulumi.StringMap // labels of the nodes it may run on
	Apart    bool             // never two of them on one node
	Spread   []string         // topologies over which they are spread, as far as that goes
	NodesDNS bool             // asks the name servers of its node instead of the cluster's
	Once     bool             // is not started again; a failed one keeps its log
	Grace    int              // seconds to end in, 0 means 30
}

// spec gives the pod's spec; labels are those of the pods of its kind.
func (p Pod) spec(labels pulumi.StringMap) pulumi.Map {
	spec := pulumi.Map{"enableServiceLinks": pulumi.Bool(false), "securityContext": p.security()}
	setList(spec, "initContainers", p.Init, Container.spec)
	setList(spec, "containers", p.Containers, Container.spec)
	setList(spec, "volumes", p.Volumes, Volume.spec)
	spec["automountServiceAccountToken"] = pulumi.Bool(p.Token)
	setString(spec, "serviceAccountName", p.Account)
	setString(spec, "priorityClassName", p.Priority)
	setInt(spec, "terminationGracePeriodSeconds", p.Grace)
	if p.Nodes != nil {
		spec["nodeSelector"] = p.Nodes
	}
	if p.NodesDNS {
		spec["dnsPolicy"] = pulumi.String("Default")
	}
	if p.Once {
		spec["restartPolicy"] = pulumi.String("Never")
	}
	if p.Apart {
		spec["affinity"] = pulumi.Map{"podAntiAffinity": pulumi.Map{
			"requiredDuringSchedulingIgnoredDuringExecution": pulumi.Array{pulumi.Map{
				"labelSelector": selector(labels), "topologyKey": pulumi.String("kubernetes.io/hostname"),
			}},
		}}
	}
	setList(spec, "topologySpreadConstraints", p.Spread, func(topology string) pulumi.Map {
		return pulumi.Map{
			"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String(topology),
			"whenUnsatisfiable": pulumi.String("ScheduleAnyway"), "labelSelector": selector(labels),
		}
	})
	return spec
}

func (p Pod) security() pulumi.Map {
	security := pulumi.Map{"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")}}
	if p.User != 0 {
		security["runAsNonRoot"], security["runAsUser"], security["runAsGroup"] = pulumi.Bool(true), pulumi.Int(p.User), pulumi.Int(p.Group)
	}
	if p.FSGroup != 0 {
		// Volumes may hold millions of files: they are looked at only when the topmost folder is another's.
		security["fsGroup"], security["fsGroupChangePolicy"] = pulumi.Int(p.FSGroup), pulumi.String("OnRootMismatch")
	}
	return security
}

// template is the pod as part of a workload.
func (p Pod) template(labels, annotations pulumi.StringMap) pulumi.Map {
	metadata := pulumi.Map{"labels": labels}
	if annotations != nil {
		metadata["annotations"] = annotations
	}
	return pulumi.Map{"metadata": metadata, "spec": p.spec(labels)}
}

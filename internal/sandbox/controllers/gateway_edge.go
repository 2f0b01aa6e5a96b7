package controllers

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// edge is the part of Traefik's static configuration that decides about gateways.
type edge struct {
	enabled      bool // the Gateway API provider is on
	experimental bool // and knows TCPRoute and TLSRoute
	service      types.NamespacedName
	entryPoints  map[string]*entryPoint // by name in lower case
}

type entryPoint struct {
	port int32
	tls  bool // all HTTP on it is TLS
}

// parseEdge reads the arguments of Traefik's container, whose case does not matter.
func parseEdge(pod corev1.PodSpec) edge {
	e := edge{entryPoints: map[string]*entryPoint{}}
	const provider = "providers.kubernetesgateway"
	for _, container := range pod.Containers {
		for _, arg := range container.Args {
			key, value, assigned := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			key = strings.ToLower(key)
			on := !assigned || value == "true"
			switch {
			case key == provider:
				e.enabled = on
			case key == provider+".experimentalchannel":
				e.experimental = on
			case key == provider+".statusaddress.service.name":
				e.service.Name = value
			case key == provider+".statusaddress.service.namespace":
				e.service.Namespace = value
			case strings.HasPrefix(key, "entrypoints."):
				e.entryPoint(strings.TrimPrefix(key, "entrypoints."), value, on)
			}
		}
	}
	return e
}

func (e *edge) entryPoint(key, value string, on bool) {
	name, setting, _ := strings.Cut(key, ".")
	if e.entryPoints[name] == nil {
		e.entryPoints[name] = &entryPoint{}
	}
	switch setting {
	case "address":
		address, _, _ := strings.Cut(value, "/")
		port, err := strconv.ParseInt(address[strings.LastIndex(address, ":")+1:], 10, 32)
		if err == nil {
			e.entryPoints[name].port = int32(port)
		}
	case "http.tls":
		e.entryPoints[name].tls = on
	}
}

// listens says whether an entry point serves that port: plain HTTP needs one without TLS.
func (e edge) listens(port int32, http bool) bool {
	for _, p := range e.entryPoints {
		if p.port == port && !(http && p.tls) {
			return true
		}
	}
	return false
}

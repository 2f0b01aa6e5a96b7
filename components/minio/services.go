package minio

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Port names begin with https, which is how the gateway knows to speak TLS.
const (
	portAPI     = "https-api"
	portConsole = "https-console"
)

// PortName is the name of Port.
const PortName = portAPI

// ServiceLabels select Service among all of them.
func ServiceLabels() map[string]string { return map[string]string{"app.kubernetes.io/name": Service} }

// services declares the API's, the console's, and the one that gives each server its name.
func (m *MinIO) services(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	var declared []pulumi.Resource
	for _, s := range []kube.ServiceArgs{
		{Name: Service, Ports: servicePort(portAPI, Port)},
		{Name: ConsoleService, Ports: servicePort(portConsole, ConsolePort), Sticky: true}, // a login is known to the server that took it
		{Name: peers, Ports: servicePort(portAPI, Port), Headless: true},
	} {
		s.Namespace, s.Labels, s.Annotations, s.Pods = a.Namespace, labels(s.Name), kube.AwaitNothing(), labels(app)
		service, err := kube.Service(ctx, name+"-"+s.Name, s, pulumi.Parent(m))
		if err != nil {
			return nil, err
		}
		declared = append(declared, service)
	}
	return declared, nil
}

func servicePort(name string, port int) []kube.ServicePort {
	return []kube.ServicePort{{Name: name, Port: port}}
}

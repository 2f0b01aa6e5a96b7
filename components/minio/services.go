package minio

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
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
	declared := []pulumi.Resource{}
	for _, s := range []struct {
		name string
		port corev1.ServicePortArgs
		spec corev1.ServiceSpecArgs
	}{
		{Service, servicePort(portAPI, Port), corev1.ServiceSpecArgs{}},
		{ConsoleService, servicePort(portConsole, ConsolePort), corev1.ServiceSpecArgs{
			SessionAffinity: pulumi.String("ClientIP"), // a login is known to the server that took it
		}},
		{peers, servicePort(portAPI, Port), corev1.ServiceSpecArgs{
			// Servers look for each other before any of them is ready.
			ClusterIP: pulumi.String("None"), PublishNotReadyAddresses: pulumi.Bool(true),
		}},
	} {
		s.spec.Selector, s.spec.Ports = labels(app), corev1.ServicePortArray{s.port}
		service, err := corev1.NewService(ctx, name+"-"+s.name, &corev1.ServiceArgs{
			Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(s.name), Namespace: a.Namespace, Labels: labels(s.name), Annotations: kube.AwaitNothing()},
			Spec:     s.spec,
		}, pulumi.Parent(m))
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", s.name, err)
		}
		declared = append(declared, service)
	}
	return declared, nil
}

func servicePort(name string, port int) corev1.ServicePortArgs {
	return corev1.ServicePortArgs{Name: pulumi.String(name), Port: pulumi.Int(port), TargetPort: pulumi.String(name)}
}

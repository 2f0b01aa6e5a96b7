package monitoring

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Peers are the pods that scrape, for network policies.
func Peers() []kube.Peer {
	return []kube.Peer{{
		Namespace: pulumi.String(Namespace), Pods: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String("prometheus")},
	}}
}

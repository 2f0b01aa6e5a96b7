// Package small is a program that is up in seconds and yet has something of three providers: machines
// of proxmoxve, keys and a root certificate of tls, namespaces, Secrets, custom resources and Helm
// releases of kubernetes. It is the layers compute, cluster, foundation and volumes of the platform, as
// they are, on the platform's configuration; nothing of vault and keycloak is in it.
package small

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/cluster"
	"github.com/streamforge/infrastructure/infra/compute"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Deploy is the program.
func Deploy(ctx *pulumi.Context) error {
	c, err := config.Load(ctx)
	if err != nil {
		return err
	}
	machines, err := compute.Deploy(ctx, compute.Inputs{Compute: c.Compute, Site: c.Site, Token: c.Secrets.ProxmoxToken})
	if err != nil {
		return fmt.Errorf("compute: %w", err)
	}
	k8s, err := cluster.Deploy(ctx, cluster.Inputs{
		Site: c.Site, Cluster: c.Cluster, Network: c.Network, Compute: machines, Kubeconfig: c.Secrets.Kubeconfig,
	})
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	opts := []pulumi.ResourceOption{pulumi.Providers(k8s.Provider), kube.After(k8s.Ready...)}
	charts := kube.Charts{Mirror: c.Charts.Mirror}
	_, err = network.Foundation(ctx, network.FoundationInputs{
		Charts: charts, Network: c.Network, Disposable: c.Compute.Disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	_, err = storage.Volumes(ctx, storage.VolumesInputs{
		Charts: charts, NFS: c.Storage.NFS, Disposable: c.Compute.Disposable,
	}, opts...)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	return nil
}

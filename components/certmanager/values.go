package certmanager

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

func values(a Args) pulumi.Map {
	return pulumi.Map{
		// Definitions outlive the release: deleting them would delete every certificate.
		"crds": pulumi.Map{"enabled": pulumi.Bool(true), "keep": pulumi.Bool(true)},
		// Elections are held in kube-system otherwise, which takes roles there.
		"global": pulumi.Map{"leaderElection": pulumi.Map{"namespace": a.Namespace}},
		"config": pulumi.Map{
			"apiVersion":       pulumi.String("controller.config.cert-manager.io/v1alpha1"),
			"kind":             pulumi.String("ControllerConfiguration"),
			"enableGatewayAPI": pulumi.Bool(true),
		},
		// The post-install hook creates a Certificate as a dry run until the webhook takes it. Helm
		// waits for it, so the issuer that comes next does not race the webhook's certificate.
		"startupapicheck": pulumi.Map{
			"enabled":   pulumi.Bool(true),
			"timeout":   pulumi.String("5m"),
			"resources": kube.Resources("10m", "32Mi", "128Mi"),
		},
		"resources":  kube.Resources("20m", "64Mi", "256Mi"),
		"webhook":    pulumi.Map{"resources": kube.Resources("10m", "32Mi", "128Mi")},
		"cainjector": pulumi.Map{"resources": kube.Resources("10m", "64Mi", "256Mi")},
	}
}

package pins

// Plugins whose version their Go SDK does not carry. The Kubernetes and TLS SDKs name their own.
const (
	// renovate: datasource=go depName=github.com/muhlba91/pulumi-proxmoxve/sdk/v7
	ProxmoxPlugin = "7.13.0"
	// ProxmoxPluginServer is where the Pulumi CLI downloads that plugin from.
	ProxmoxPluginServer = "github://api.github.com/muhlba91/pulumi-proxmoxve"
)

package pins

// Plugins whose version the program's Go SDKs do not carry. Those of Kubernetes, TLS and Keycloak name their own.
const (
	// renovate: datasource=go depName=github.com/muhlba91/pulumi-proxmoxve/sdk/v7
	ProxmoxPlugin = "7.13.0"
	// ProxmoxPluginServer is where the Pulumi CLI downloads that plugin from.
	ProxmoxPluginServer = "github://api.github.com/muhlba91/pulumi-proxmoxve"
	// VaultPlugin is used by its tokens, without its SDK (docs/decisions/0006-native-objects.md).
	// renovate: datasource=go depName=github.com/pulumi/pulumi-vault/sdk/v6
	VaultPlugin = "6.7.4"
)

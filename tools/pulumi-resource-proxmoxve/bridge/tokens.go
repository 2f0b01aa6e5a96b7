package bridge

// resources maps bpg's resource types to the tokens of the SDK without the
// package name. Every other resource is left out of the plugin: the later bpg
// release has types that the SDK does not know.
var resources = map[string]string{
	"proxmox_virtual_environment_cluster_options":      "Cluster/options:Options",
	"proxmox_virtual_environment_download_file":        "Download/file:File",
	"proxmox_virtual_environment_file":                 "Storage/file:File",
	"proxmox_virtual_environment_hagroup":              "HA/hAGroup:HAGroup",
	"proxmox_virtual_environment_hardware_mapping_pci": "Hardware/mapping/pci:Pci",
	"proxmox_virtual_environment_haresource":           "HA/hAResource:HAResource",
	"proxmox_virtual_environment_pool":                 "Permission/pool:Pool",
	"proxmox_virtual_environment_pool_membership":      "Pool/membership:Membership",
	"proxmox_virtual_environment_vm":                   "VM/virtualMachine:VirtualMachine",
}

// dataSources maps the data sources that share their name with a resource
// above: the bridge ignores by name only, so ignoring one of these would drop
// the resource as well.
var dataSources = map[string]string{
	"proxmox_virtual_environment_file":                 "index/getFile:getFile",
	"proxmox_virtual_environment_hagroup":              "HA/getHAGroup:getHAGroup",
	"proxmox_virtual_environment_hardware_mapping_pci": "Hardware/mapping/getPci:getPci",
	"proxmox_virtual_environment_haresource":           "HA/getHAResource:getHAResource",
	"proxmox_virtual_environment_pool":                 "Permission/getPool:getPool",
	"proxmox_virtual_environment_vm":                   "VM/getVirtualMachine:getVirtualMachine",
}

# What components/proxmox declares, in OpenTofu's language.
terraform {
  required_providers {
    proxmox = { source = "bpg/proxmox" }
  }
}

variable "endpoint" { type = string }
variable "token" {
  type      = string
  sensitive = true
}
variable "hosts" { type = set(string) }
variable "ssh_keys" { type = list(string) }
variable "machines" { type = map(object({ vm_id = number, host = string, address = string })) }

provider "proxmox" {
  endpoint  = var.endpoint
  api_token = var.token
  insecure  = true
}

resource "proxmox_virtual_environment_pool" "nodes" {
  pool_id = "k8s"
  comment = "Nodes of the streamforge platform"
}

resource "proxmox_virtual_environment_download_file" "image" {
  for_each            = var.hosts
  node_name           = each.key
  datastore_id        = "local"
  content_type        = "import"
  url                 = "https://images.bench.test/ubuntu-24.04.img"
  file_name           = "ubuntu-24.04-0123456789ab.qcow2"
  checksum            = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  checksum_algorithm  = "sha256"
  upload_timeout      = 1800
  overwrite           = false
  overwrite_unmanaged = true
}

resource "proxmox_virtual_environment_vm" "machine" {
  for_each            = var.machines
  name                = each.key
  vm_id               = each.value.vm_id
  node_name           = each.value.host
  migrate             = true
  pool_id             = proxmox_virtual_environment_pool.nodes.pool_id
  tags                = ["streamforge", "worker"]
  on_boot             = true
  started             = true
  reboot_after_update = false
  stop_on_destroy     = true
  machine             = "q35"
  scsi_hardware       = "virtio-scsi-single"
  boot_order          = ["scsi0"]
  timeout_create      = 900
  timeout_start_vm    = 300
  timeout_stop_vm     = 300
  timeout_shutdown_vm = 300

  agent { enabled = false }
  operating_system { type = "l26" }
  serial_device { device = "socket" }
  cpu {
    type  = "host"
    cores = 4
  }
  memory {
    dedicated = 8192
    floating  = 0
  }
  disk {
    interface    = "scsi0"
    datastore_id = "local-lvm"
    import_from  = proxmox_virtual_environment_download_file.image[each.value.host].id
    size         = 32
    discard      = "on"
    iothread     = true
    ssd          = true
    speed {
      read  = 10000
      write = 10000
    }
  }
  disk {
    interface    = "scsi1"
    datastore_id = "local-lvm"
    file_format  = "raw"
    size         = 100
    serial       = "data"
    discard      = "on"
    iothread     = true
    ssd          = true
    backup       = false
    speed {
      read  = 10000
      write = 10000
    }
  }
  network_device {
    bridge = "vmbr0"
    model  = "virtio"
  }
  initialization {
    datastore_id = "local-lvm"
    dns {
      domain  = "bench.test"
      servers = ["10.20.0.2"]
    }
    ip_config {
      ipv4 {
        address = each.value.address
        gateway = "10.20.0.1"
      }
    }
    user_account {
      username = "ubuntu"
      keys     = var.ssh_keys
    }
  }
  lifecycle {
    ignore_changes = [initialization[0].user_account, disk[0].import_from, node_name]
  }
}

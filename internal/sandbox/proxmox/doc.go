// Package proxmox is a simulator of the Proxmox VE REST API: enough of it, and
// true enough to it, that the bpg provider creates, changes, reads and destroys
// its resources against it without noticing. Nothing is virtualised; a running
// VM is a record that another package turns into a kwok node.
//
// # What it keeps
//
// Virtual machines with their volumes, pools, PCI mappings, HA resources,
// groups and rules, cluster options, downloaded images and recent tasks. Every
// change is written to Options.StateFile before it is answered, by an atomic
// rename, so the simulator may be killed at any moment and continue. Tasks that
// were running then are reported as failed, VMs they were creating are gone, and
// no lock is left behind.
//
// # Where it is strict
//
// Unknown parameters, wrong types, duplicate ids, locked or running VMs, missing
// volumes, storages, mappings and pools are refused with the status and text of
// a real node. A call the simulator does not know answers 501, never an invented
// success. Configuration is stored and shown the way a real node stores it:
// allocated volume names, sizes, generated MAC addresses, masked passwords.
//
// # Faults
//
// A Fault makes the API misbehave for requests that match it. Faults are given
// in Options, with SetFaults, or to a running simulator over its own listener
// and with its own token:
//
//	curl -k -H "Authorization: PVEAPIToken=$TOKEN" -X PUT \
//	  https://127.0.0.1:8006/simulator/faults \
//	  -d '[{"match":"POST /nodes/*/qemu","kind":"internal-error","count":4}]'
//
// GET on the same path lists the faults with the number of times each has
// struck, POST adds to them, DELETE clears them. See Kind for what each does.
package proxmox

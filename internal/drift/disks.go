package drift

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/report"
)

// disks lists volumes that belong to no machine of the state, or that no machine has attached.
func (a *Audit) disks(ctx context.Context, p *proxmox, hosts, stores map[string]bool, ours map[int]resource, there map[int]machine) (items []report.Item, managed, total int, err error) {
	attached := map[string]bool{}
	for id := range ours {
		m, ok := there[id]
		if !ok {
			continue
		}
		var config map[string]any
		if err := p.get(ctx, fmt.Sprintf("/nodes/%s/qemu/%d/config", url.PathEscape(m.Node), id), &config); err != nil {
			return nil, 0, 0, err
		}
		for slot, v := range config {
			if text, ok := v.(string); ok && !strings.HasPrefix(slot, "unused") {
				volID, _, _ := strings.Cut(text, ",")
				attached[volID] = true
			}
		}
	}
	var available []datastore
	if err := p.get(ctx, "/cluster/resources?type=storage", &available); err != nil {
		return nil, 0, 0, err
	}
	seen := map[string]bool{}
	for host := range hosts {
		for store := range stores {
			at := host
			if slices.ContainsFunc(available, func(d datastore) bool { return d.Name == store && d.Shared == "1" }) {
				at = "" // every host has the same volumes
			}
			var volumes []volume
			if err := p.get(ctx, fmt.Sprintf("/nodes/%s/storage/%s/content", url.PathEscape(host), url.PathEscape(store)), &volumes); err != nil {
				return nil, 0, 0, err
			}
			for _, v := range volumes {
				id, _ := strconv.Atoi(v.VMID.String())
				_, stranger := there[id]
				_, own := ours[id]
				if v.Content != "images" || seen[at+v.VolID] || stranger && !own { // a strange machine's disks are its own matter
					continue
				}
				seen[at+v.VolID] = true
				total++
				if own && attached[v.VolID] {
					managed++
					continue
				}
				items = append(items, a.strangeDisk(at, v, ours[id], own))
			}
		}
	}
	return items, managed, total, nil
}

// strangeDisk is the finding about a volume; host is empty on a datastore that the hosts share.
func (a *Audit) strangeDisk(host string, v volume, r resource, own bool) report.Item {
	item := report.Item{
		ID: "proxmox#disk/" + v.VolID, Layer: "(proxmox)", Kind: "Disk", Name: v.VolID, Op: Unmanaged, Danger: report.Capacity,
		Reasons: []string{fmt.Sprintf("it takes %d MiB and belongs to no machine", v.Size>>20)},
		Hint:    "look what is on it, then delete it in Proxmox (`pvesm free " + v.VolID + "`)",
	}
	if host != "" {
		item.ID, item.Name = "proxmox#disk/"+host+"/"+v.VolID, v.VolID+" on "+host
	}
	if own {
		item.Reasons = []string{fmt.Sprintf("it takes %d MiB and its machine does not use it", v.Size>>20)}
	}
	id, _ := strconv.Atoi(v.VMID.String())
	item.Manager, item.When = a.taskOf(id, r.modified, append(changing, "qmcreate", "qmdestroy")...)
	if v.CTime > 0 {
		at := time.Unix(v.CTime, 0).UTC()
		item.When = &at
	}
	return item
}

package drift

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// proxmox reads the hypervisor's API.
type proxmox struct {
	endpoint, token string
	http            *http.Client
}

// openProxmox takes the endpoint and the token from the stack's provider.
func openProxmox(provider map[string]any) (*proxmox, error) {
	p := &proxmox{endpoint: strings.TrimSuffix(gate.Text(provider["endpoint"]), "/"), token: gate.Text(provider["apiToken"])}
	if p.endpoint == "" || p.token == "" {
		return nil, fmt.Errorf("proxmox: the state's provider has no endpoint or no token")
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	transport.TLSClientConfig.InsecureSkipVerify = gate.Text(provider["insecure"]) == "true" // as the provider does
	p.http = &http.Client{Timeout: patience, Transport: transport}
	return p, nil
}

// get reads what is in the envelope of an answer.
func (p *proxmox) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.endpoint+"/api2/json"+path, nil)
	if err != nil {
		return fmt.Errorf("proxmox: %w", err)
	}
	request.Header.Set("Authorization", "PVEAPIToken="+p.token)
	response, err := p.http.Do(request)
	if err != nil {
		return fmt.Errorf("proxmox: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("proxmox: GET %s: %s", path, response.Status)
	}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("proxmox: GET %s: %w", path, err)
	}
	return json.Unmarshal(raw, &struct{ Data any }{into})
}

type machine struct {
	VMID     int    `json:"vmid"`
	Name     string `json:"name"`
	Node     string `json:"node"`
	Template int    `json:"template"`
}

type datastore struct {
	Name   string      `json:"storage"`
	Shared json.Number `json:"shared"`
}

type volume struct {
	VolID   string      `json:"volid"`
	Content string      `json:"content"`
	VMID    json.Number `json:"vmid"`
	Size    int64       `json:"size"`
	CTime   int64       `json:"ctime"`
}

type task struct {
	Type  string `json:"type"`
	ID    string `json:"id"`
	User  string `json:"user"`
	Start int64  `json:"starttime"`
}

// machines compares the machines and disks of the hypervisor with the state.
func (a *Audit) machines(ctx context.Context, p *proxmox) (items []report.Item, managed, total int, err error) {
	var live []machine
	if err := p.get(ctx, "/cluster/resources?type=vm", &live); err != nil {
		return nil, 0, 0, err
	}
	a.tasks = nil
	if err := p.get(ctx, "/cluster/tasks", &a.tasks); err != nil {
		a.warn("who changed machines is not known: %v", err)
	}
	ours := map[int]resource{}
	stores, hosts := map[string]bool{}, map[string]bool{}
	for _, r := range a.State.ofType(machineType) {
		id, _ := strconv.Atoi(r.ID)
		ours[id] = r
		hosts[gate.Text(r.Inputs["nodeName"])] = true
		disks, _ := r.Inputs["disks"].([]any)
		for _, d := range disks {
			disk, _ := d.(map[string]any)
			stores[gate.Text(disk["datastoreId"])] = true
		}
	}
	there := map[int]machine{}
	for _, m := range live {
		there[m.VMID] = m
		hosts[m.Node] = true
		total++
		if _, ok := ours[m.VMID]; ok {
			managed++
			continue
		}
		items = append(items, a.strangeMachine(m))
	}
	for id, r := range ours {
		if _, ok := there[id]; !ok {
			items = append(items, a.lostMachine(id, r))
		}
	}
	disks, known, all, err := a.disks(ctx, p, hosts, stores, ours, there)
	return append(items, disks...), managed + known, total + all, err
}

func (a *Audit) strangeMachine(m machine) report.Item {
	item := report.Item{
		ID: fmt.Sprintf("proxmox#vm/%d", m.VMID), Layer: "(proxmox)", Kind: "VirtualMachine", Name: fmt.Sprintf("%d %s on %s", m.VMID, m.Name, m.Node),
		Op: Unmanaged, Danger: report.Capacity, Reasons: []string{"it uses the hosts' memory and disks, and the state does not know it"},
		Hint: fmt.Sprintf("delete it in Proxmox (`qm destroy %d`); if it is meant, declare it or ignore it in %s", m.VMID, "drift-ignore.yaml"),
	}
	item.Manager, item.When = a.taskOf(m.VMID, time.Time{}, "qmcreate", "qmclone", "qmrestore")
	return item
}

func (a *Audit) lostMachine(id int, r resource) report.Item {
	item := report.Item{ID: r.URN, Layer: engine.LayerOf(r.URN), Kind: "VirtualMachine", Name: fmt.Sprintf("%d %s", id, gate.Text(r.Inputs["name"])), Op: Missing}
	item.Danger, item.Reasons = gate.Assess(gate.Change{URN: r.URN, Type: machineType, Op: "delete"})
	item.Manager, item.When = a.taskOf(id, r.modified, "qmdestroy")
	item.Hint = fmt.Sprintf("`streamforge refresh -s %s --accept` and `streamforge up -s %s` make it anew, with empty disks; look for a backup first", a.Stack, a.Stack)
	return item
}

// changing are the types of tasks that change a machine. A change by PUT leaves no task.
var changing = []string{"qmconfig", "qmmove", "qmresize", "resize", "imgcopy", "qmrollback", "qmrestore", "qmtemplate", "qmmigrate"}

// taskOf tells who ran the latest task of the given types on a machine since the stack's own last change.
func (a *Audit) taskOf(id int, since time.Time, types ...string) (string, *time.Time) {
	var last *task
	for i, t := range a.tasks {
		if t.ID == strconv.Itoa(id) && slices.Contains(types, t.Type) && t.Start > since.Unix() && (last == nil || t.Start > last.Start) {
			last = &a.tasks[i]
		}
	}
	if last == nil {
		return unknownManager, nil
	}
	at := time.Unix(last.Start, 0).UTC()
	return last.User + " (" + last.Type + ")", &at
}

package drift

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/streamforge/infrastructure/internal/gate"
)

// Kubeconfig is what the state's provider reaches the cluster with, empty where it has none.
func (s State) Kubeconfig() string { return gate.Text(s.provider("kubernetes")["kubeconfig"]) }

// Unmade are those of the planned machines, names by number, that the state does not know yet.
func (s State) Unmade(planned map[int]string) map[int]string {
	rest := maps.Clone(planned)
	for _, r := range s.ofType(machineType) {
		if id, err := strconv.Atoi(r.ID); err == nil {
			delete(rest, id)
		}
	}
	return rest
}

// Hypervisor is how to ask Proxmox.
type Hypervisor struct {
	Endpoint string // https address
	Token    string // user@realm!name=uuid, secret
	Insecure bool   // its certificate is not verified
}

// Taken lists, for people, the planned machines whose number belongs to a machine of another name.
// Proxmox' provider takes "already exists" for a creation whose answer was lost, and would make such a
// machine its own.
func Taken(ctx context.Context, h Hypervisor, planned map[int]string) ([]string, error) {
	p, err := openProxmox(map[string]any{"endpoint": h.Endpoint, "apiToken": h.Token, "insecure": h.Insecure})
	if err != nil {
		return nil, err
	}
	var live []machine
	if err := p.get(ctx, "/cluster/resources?type=vm", &live); err != nil {
		return nil, err
	}
	slices.SortFunc(live, func(a, b machine) int { return cmp.Compare(a.VMID, b.VMID) })
	var taken []string
	for _, m := range live {
		if name, ok := planned[m.VMID]; ok && name != m.Name {
			taken = append(taken, fmt.Sprintf("number %d of %s belongs to %s on %s", m.VMID, name, m.Name, m.Node))
		}
	}
	return taken, nil
}

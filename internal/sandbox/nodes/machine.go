package nodes

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"slices"
)

// Machine is what the cluster sees of a virtual machine.
type Machine struct {
	ID          int // Proxmox's, 100 and up
	Name        string
	Host        string // Proxmox host it is on: its zone
	Running     bool
	CPUs        int
	MemoryBytes int64
	Address     netip.Addr // on the node network, zero when unknown
}

// Facts are what Kubespray would set on a node.
type Facts struct {
	ControlPlane bool              `json:"controlPlane,omitempty"`
	Labels       map[string]string `json:"labels,omitempty"`
	Taints       []string          `json:"taints,omitempty"` // key=value:Effect or key:Effect
}

// readFacts reads the file of facts by node name; an absent file means that nothing joins yet.
func readFacts(path string) (map[string]Facts, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	facts := map[string]Facts{}
	if err := json.Unmarshal(raw, &facts); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return facts, nil
}

// Check reports every taint that cannot be read.
func Check(facts map[string]Facts) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		for _, t := range facts[name].Taints {
			if _, err := parseTaint(t); err != nil {
				errs = append(errs, fmt.Errorf("node %s: %w", name, err))
			}
		}
	}
	return errors.Join(errs...)
}

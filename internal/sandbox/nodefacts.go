package sandbox

import (
	"fmt"
	"os"

	"github.com/streamforge/infrastructure/internal/sandbox/nodes"
)

// NodeFacts are what Kubespray would set on a node.
type NodeFacts = nodes.Facts

// WriteNodes tells which machines are nodes of the cluster, by name, and what they carry.
// It stands for what Kubespray's inventory says. A running sandbox takes it up within seconds;
// machines that are not named do not join, and their nodes are removed.
func (s *Sandbox) WriteNodes(facts map[string]NodeFacts) error {
	if err := nodes.Check(facts); err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir(), 0o700); err != nil {
		return fmt.Errorf("nodes of the sandbox: %w", err)
	}
	return writeJSON(s.path("nodes.json"), facts)
}

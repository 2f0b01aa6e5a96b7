package config

import "strings"

// GPU is the `gpu` section: how pods share graphics cards. The machines that have one carry GPULabel;
// where none does, nothing is installed.
type GPU struct {
	DriverInImage bool `json:"driverInImage,omitempty"` // the machines' image has the driver; else the operator installs it
	Shares        int  `json:"shares,omitempty"`        // pods that take turns on one card, up to 16; 0 and 1 mean a card of its own
}

// Names by which compute and pods speak of machines with a GPU.
const (
	GPULabel = "streamforge.home/gpu" // "true" on machines with a card
	GPUTaint = "nvidia.com/gpu"       // key of the taint that keeps other pods away
)

// Validate checks the section by itself.
func (g GPU) Validate(at Path) []error { return between(at, "shares", g.Shares, 0, 16, "") }

// HasGPU tells whether a pool's machines have a GPU.
func (p NodePool) HasGPU() bool { return p.Labels[GPULabel] == "true" }

// HasGPU tells whether any machine has a GPU.
func (c Compute) HasGPU() bool {
	for _, p := range c.Pools {
		if p.HasGPU() {
			return true
		}
	}
	return false
}

// cardsFit: a machine that promises a card has one, and is kept for pods that use it.
func (c *Config) cardsFit() (errs []error) {
	for i, p := range c.Compute.Pools {
		at := Path("compute.pools").Index(i)
		tainted := false
		for _, t := range p.Taints {
			key, _, _ := strings.Cut(t, "=")
			effect := t[strings.LastIndex(t, ":")+1:]
			tainted = tainted || key == GPUTaint && effect == "NoSchedule"
		}
		switch {
		case !p.HasGPU() && tainted:
			errs = append(errs, at.Errorf("labels", "lack %s: \"true\", although the taint %s keeps the machines for pods that use a GPU", GPULabel, GPUTaint))
		case !p.HasGPU():
		case p.PCIMapping == "":
			errs = append(errs, at.Errorf("pciMapping", "is missing, but the label %s promises a GPU on these machines", GPULabel))
		case !tainted:
			errs = append(errs, at.Errorf("taints", "must hold %s=present:NoSchedule: the operator's pods tolerate that taint only, "+
				"and without it every pod may take the place of one that uses the GPU", GPUTaint))
		}
	}
	if c.GPU != (GPU{}) && !c.Compute.HasGPU() {
		errs = append(errs, Path("gpu").Errorf("", "is set, but no pool of compute.pools has the label %s: \"true\"", GPULabel))
	}
	return errs
}

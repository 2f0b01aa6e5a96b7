package drift

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// Audit looks at everything that a stack has made. Make one for each run.
type Audit struct {
	Stack string
	State State
	Rules *Rules
	// Kubeconfig stands in for that of the state's provider. Empty means the provider's.
	Kubeconfig []byte

	known   knowledge
	cluster *cluster
	tasks   []task

	lock      sync.Mutex
	warnings  []string
	unchecked []string
	blind     map[part]bool   // parts of which something stands in unchecked
	looked    map[string]bool // URNs at which the audit looked itself, and IDs of releases' objects
	unread    map[string]bool // URNs of releases without a record, so that nobody knows what they should have
	refreshed bool            // the engine has told what a refresh would change
}

// part is one of those of the world that the audit looks at itself.
type part string

const (
	inCluster part = "cluster"
	inProxmox part = "proxmox"
)

// Findings is what an audit found.
type Findings struct {
	Items     []report.Item
	Managed   int // live objects that somebody manages
	Total     int // live objects looked at
	Unchecked []string
	Warnings  []string
	looked    map[string]bool
}

// Run looks at the cluster and at the hypervisor. What cannot be reached is told in Unchecked.
func (a *Audit) Run(ctx context.Context) (f Findings, err error) {
	a.looked, a.unread, a.blind = map[string]bool{}, map[string]bool{}, map[part]bool{}
	if a.known, err = newKnowledge(a.Rules.managers()); err != nil {
		return f, err
	}
	var fromCluster, fromProxmox Findings
	var wait sync.WaitGroup
	wait.Add(2)
	go func() { defer wait.Done(); fromCluster = a.lookAtCluster(ctx) }()
	go func() { defer wait.Done(); fromProxmox = a.lookAtProxmox(ctx) }()
	wait.Wait()
	f = Findings{
		Items:   slices.Concat(fromCluster.Items, fromProxmox.Items),
		Managed: fromCluster.Managed + fromProxmox.Managed, Total: fromCluster.Total + fromProxmox.Total,
		Unchecked: a.unchecked, Warnings: a.warnings, looked: a.looked,
	}
	return f, ctx.Err()
}

func (a *Audit) warn(format string, args ...any) {
	a.lock.Lock()
	defer a.lock.Unlock()
	if text := fmt.Sprintf(format, args...); !slices.Contains(a.warnings, text) {
		a.warnings = append(a.warnings, text)
	}
}

// skip notes what of a part could not be looked at.
func (a *Audit) skip(of part, format string, args ...any) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.blind[of] = true
	a.unchecked = append(a.unchecked, a.State.secrets.hide(fmt.Sprintf(format, args...)))
}

func (a *Audit) sawItself(id string) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.looked[id] = true
}

func (a *Audit) lookAtProxmox(ctx context.Context) (f Findings) {
	provider := a.State.provider("proxmoxve")
	if provider == nil {
		return f
	}
	p, err := openProxmox(provider)
	if err == nil {
		f.Items, f.Managed, f.Total, err = a.machines(ctx, p)
	}
	if err != nil {
		a.skip(inProxmox, "machines and disks: %v", err)
	}
	return f
}

func (a *Audit) lookAtCluster(ctx context.Context) (f Findings) {
	kubeconfig := a.Kubeconfig
	if len(kubeconfig) == 0 {
		provider := a.State.provider("kubernetes")
		if provider == nil {
			return f // the stack has not come to its cluster yet
		}
		kubeconfig = []byte(gate.Text(provider["kubeconfig"]))
	}
	var err error
	if a.cluster, err = openCluster(ctx, kubeconfig); err != nil {
		a.skip(inCluster, "everything in the cluster: %v", err)
		return f
	}
	for _, m := range a.cluster.missing {
		a.skip(inCluster, "%v", m)
	}
	stock := &inventory{audit: a, managed: map[string]bool{}, foreign: map[string]string{}, verdict: map[string]bool{}}
	expected := a.State.objects()
	records, err := a.cluster.records()
	if err != nil {
		a.skip(inCluster, "Helm releases: %v", err)
	} else {
		more, items := a.releases(records, stock)
		expected, f.Items = append(expected, more...), append(f.Items, items...)
	}
	for _, r := range a.each(ctx, expected) {
		f.Items = append(f.Items, r.items...)
		stock.managed[r.key] = true
		if r.problem != "" {
			a.skip(inCluster, "%s", r.problem)
		}
	}
	items, managed, total := stock.count()
	f.Items, f.Managed, f.Total = append(f.Items, items...), managed, total
	return f
}

// releases compares the records, and gives the objects that releases declare.
func (a *Audit) releases(records map[string][]*release, stock *inventory) (expected []expectation, items []report.Item) {
	declared := map[string]bool{}
	for _, r := range a.State.ofType(releaseType) {
		of := records[releaseName(r)]
		declared[releaseName(r)] = true
		a.sawItself(r.URN)
		items = append(items, a.record(r, of)...)
		if len(of) == 0 {
			remember(r, stock.managed)
			a.unread[r.URN] = true
			continue
		}
		for _, revision := range of {
			stock.managed[recordKey(revision)] = true
		}
		list, err := children(standing(of), r.URN, gate.Text(r.Inputs["skipCrds"]) == "true")
		if err != nil {
			a.skip(inCluster, "release %s: %v", releaseName(r), err)
		}
		expected = append(expected, list...)
		for _, o := range hooks(standing(of)) {
			if o.GetNamespace() == "" {
				o.SetNamespace(standing(of).Namespace)
			}
			stock.managed[keyOf(o)] = true
		}
	}
	return expected, append(items, a.strangeReleases(records, declared, stock)...)
}

// each compares many objects at once.
func (a *Audit) each(ctx context.Context, expected []expectation) []compared {
	results := make([]compared, len(expected))
	var wait sync.WaitGroup
	turn := make(chan struct{}, parallel)
	for i, e := range expected {
		wait.Add(1)
		go func() {
			defer wait.Done()
			turn <- struct{}{}
			defer func() { <-turn }()
			if results[i] = a.compare(ctx, e); results[i].problem == "" && results[i].key != "" {
				a.sawItself(e.id)
			}
		}()
	}
	wait.Wait()
	return results
}

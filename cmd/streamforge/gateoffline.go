package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/internal/report"
	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
	"github.com/streamforge/infrastructure/internal/stackfile"
	"github.com/streamforge/infrastructure/stacks/config"
)

// offline holds the flags of a gate that has no rights: for merge requests from forks.
type offline struct {
	on          bool
	graph, base string
}

func (o *offline) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.on, "offline", false, "run the program on mocks: without secrets, state, providers, cluster and Proxmox")
	cmd.Flags().StringVar(&o.graph, "graph", "", "with --offline: also write what the program declares, for --base of another revision")
	cmd.Flags().StringVar(&o.base, "base", "", "with --offline: judge the difference from the graph in this file")
}

// check refuses the flags that only make sense offline.
func (o *offline) check() error {
	if !o.on && (o.graph != "" || o.base != "") {
		return errors.New("--graph and --base need --offline: with a state, the engine knows what would change")
	}
	return nil
}

// plan judges what the program declares, and against base what it would change.
func (g *gateRun) plan(ctx context.Context) (report.Report, error) {
	start := time.Now()
	approvals, err := gate.LoadApprovals(g.approvals, start)
	if err != nil {
		return report.Report{}, err
	}
	var base *planned.Document
	if g.offline.base != "" {
		d, err := planned.Read(g.offline.base, g.stack)
		if err != nil {
			return report.Report{}, err
		}
		base = &d
	}
	graph, standIns, refused, err := g.declared()
	if err := errors.Join(err, ctx.Err()); err != nil { // the program on mocks cannot be interrupted
		return report.Report{}, err
	}
	p := gate.Preview{}
	var broken []report.Item
	if refused != nil {
		p.Errors = []string{refused.Error()}
	} else {
		p = gate.FromGraph(graph, base)
		domain, err := g.domain()
		if err != nil {
			return report.Report{}, err
		}
		broken = gate.Broken(p, domain)
	}
	r := gate.Judge{Stack: g.stack, Approvals: approvals, Now: start}.Report(p, broken)
	gate.Offline(&r, base != nil, standIns)
	r.Duration = time.Since(start)
	if refused == nil && g.offline.graph != "" {
		err = graph.Write(g.offline.graph)
	}
	return r, err
}

// declared runs the program on mocks. What the program itself refuses is not an error of the gate.
func (g *gateRun) declared() (d planned.Document, standIns []string, refused, err error) {
	values, encrypted, err := configuration(g.stack)
	if err != nil {
		return d, nil, nil, err
	}
	if standIns, err = fill(values, encrypted); err != nil {
		return d, nil, nil, err
	}
	graph, local, refused, err := mocked(g.stack, values)
	if err != nil || refused != nil {
		return d, standIns, refused, err
	}
	return graph.Document(local), standIns, nil, nil
}

// mocked runs the program on mocks and stand-in charts; local takes their folder out of texts. What
// the program itself refuses comes back as refused.
func mocked(stack string, values map[string]string) (graph *planned.Graph, local *strings.Replacer, refused, err error) {
	charts, err := os.MkdirTemp("", "charts-")
	if err != nil {
		return nil, nil, nil, fmt.Errorf("stand-in charts: %w", err)
	}
	defer os.RemoveAll(charts)
	if err := mirror.Write(charts); err != nil {
		return nil, nil, nil, err
	}
	values = maps.Clone(values)
	values[project+":charts"] = fmt.Sprintf(`{"mirror": %q}`, charts)
	graph = &planned.Graph{Stack: stack}
	if err := graph.Record(program, values); err != nil {
		if listed := refusal(err); listed != nil {
			err = listed
		}
		return nil, nil, err, nil
	}
	return graph, strings.NewReplacer(charts, "(charts)"), nil, nil
}

// configuration reads the committed file of the stack.
func configuration(stack string) (values map[string]string, encrypted []string, err error) {
	root, err := repoRoot()
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(root, "Pulumi."+stack+".yaml")
	if _, err := os.Stat(file); err != nil {
		return nil, nil, usageError{fmt.Errorf("stack %s: there is no %s", stack, file)}
	}
	f, err := stackfile.Read(file)
	if err != nil {
		return nil, nil, err
	}
	return f.Values()
}

// fill puts a stand-in where a secret is encrypted or not set yet, and names those places.
func fill(values map[string]string, encrypted []string) (names []string, err error) {
	all := planned.StandIns()
	var cluster config.Cluster
	if json.Unmarshal([]byte(values[project+":cluster"]), &cluster) == nil && cluster.VIP.IsValid() {
		if all["kubeconfig"], err = planned.Kubeconfig(cluster.VIP, cluster.APIPort); err != nil {
			return nil, err
		}
	}
	for _, key := range encrypted {
		if name := strings.TrimPrefix(key, project+":"); all[name] == "" {
			all[name] = planned.StandIn
		}
	}
	for name, value := range all {
		if _, set := values[project+":"+name]; !set {
			values[project+":"+name] = value
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

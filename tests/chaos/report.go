package main

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"text/template"
	"time"
)

// verdict is an error unless every run converged.
func verdict(outcomes []outcome) error {
	if missed := count(outcomes, func(o outcome) bool { return o.err != nil }); missed > 0 {
		return fmt.Errorf("%d of %d runs did not converge", missed, len(outcomes))
	}
	return nil
}

func count(outcomes []outcome, is func(outcome) bool) (n int) {
	for _, o := range outcomes {
		if is(o) {
			n++
		}
	}
	return n
}

// page is docs/faults.md. What is in it besides figures is told in docs/howto-recover.md.
var page = template.Must(template.New("page").Funcs(template.FuncMap{"first": firstLine}).Parse(`# Faults

Written by ` + "`make chaos`" + ` on {{.Day}}; {{.Cores}} cores, {{.Took}}. Each run starts ` + "`streamforge up`" + ` on an empty
stack in the sandbox, lets a fault strike it, and then demands that one good ` + "`up`" + ` puts everything right, with at most one
command of [howto-recover.md](howto-recover.md) before it. The stack is the layers compute, cluster, foundation and volumes:
{{.Resources}} resources of the providers proxmoxve, kubernetes and tls (machines in the Proxmox simulator, keys, namespaces, Secrets,
custom resources, Helm releases), none of keycloak and vault. Right means:

- the state holds exactly the resources of an undisturbed run, and none as unfinished;
- Proxmox holds exactly the machines of an undisturbed run, none twice;
- ` + "`streamforge preview --expect-no-changes`" + ` and ` + "`streamforge drift`" + ` both end with 0: nothing in the cluster or in Proxmox
  differs from the state, and nothing is there that the state does not know;
- no process of a run is left;
- ` + "`streamforge destroy`" + ` then leaves no machine behind.

**{{.Converged}} of {{len .Outcomes}} runs converged; {{.Alone}} of them needed nothing but the next ` + "`up`" + `.**

## The faults

| fault | what happens | runs | felt | converged | needed besides ` + "`up`" + ` |
|---|---|---|---|---|---|
{{range .Kinds}}| {{.Name}} | {{.Does}} | {{.Runs}} | {{.Felt}} | {{.Converged}} | {{.Needed}} |
{{end}}
The API server, etcd and the simulator come back after two to six seconds, by ` + "`streamforge sandbox start`" + `, while ` + "`up`" + ` still
runs: an init system would do the same. {{.Disk}}

## The runs

The seed decides the moment (so many finished operations of ` + "`up`" + `, then so many milliseconds) and what is hit, and which
of the faults that the machine allows it is. With the fault and the seed of its row, a run is repeated on any machine by

    go run ./tests/chaos -faults FAULT -seeds SEED -report ''

What is being worked on at that moment depends on the machine too.

| seed | fault | struck after | hit | felt | exit | resources in the state, unfinished | needed | ` + "`up`" + ` also | result |
|---|---|---|---|---|---|---|---|---|---|
{{range .Outcomes}}| {{.Seed}} | {{.Fault}} | {{.At}} | {{.Note}} | {{.Felt}} | {{.Exit}} | {{.Done}}, {{.Open}} | {{.Remedy}} | {{.Did}} | {{with .Miss}}**missed**: {{first .}}{{else}}converged{{end}} |
{{end}}
Felt says whether the run met the fault: a process was killed or stopped, a call to Proxmox was cut, slow or without an
answer, a write of the state found the disk full. A run that ended before its fault, or in which no process was left to
kill, was done again with another moment.

Exit is the exit code of the disturbed ` + "`up`" + `; -1 means that it was killed itself, 0 that it got over the fault alone.
`))

// kind is the sum of one fault's runs.
type kind struct {
	Name, Does, Needed string
	Runs, Felt         int
	Converged          int
}

// row is one run of the report.
type row struct {
	Seed                                     uint64
	Fault, At, Note, Felt, Remedy, Did, Miss string
	Exit, Done, Open                         int
}

func (o outcome) row() row {
	r := row{Seed: o.seed, Fault: o.fault, At: o.at.String(), Note: o.note, Remedy: o.remedy(),
		Felt: "no", Exit: o.exit, Done: o.done, Open: o.open, Did: strings.Join(o.did, ", ")}
	if o.felt {
		r.Felt = "yes"
	}
	if o.err != nil {
		r.Miss = o.err.Error()
	}
	return r
}

func kinds(outcomes []outcome, chosen []fault) (list []kind) {
	for _, f := range chosen {
		k, needed := kind{Name: f.name, Does: f.does}, []string{}
		for _, o := range outcomes {
			if o.fault != f.name {
				continue
			}
			if k.Runs++; o.felt {
				k.Felt++
			}
			if o.err == nil {
				k.Converged++
			}
			needed = append(needed, o.needed...)
		}
		slices.Sort(needed)
		if k.Needed = strings.Join(slices.Compact(needed), ", "); k.Needed == "" {
			k.Needed = "nothing"
		}
		list = append(list, k)
	}
	return list
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.ReplaceAll(line, "|", "/")
}

// report is the page as Markdown.
func report(outcomes []outcome, chosen []fault, resources int, disk bool, started time.Time) ([]byte, error) {
	rows := make([]row, 0, len(outcomes))
	for _, o := range outcomes {
		rows = append(rows, o.row())
	}
	text := "The disk of the state is a small tmpfs, which is filled; only root can mount one."
	if !disk {
		text = "This run could not mount a disk of its own for the state (that needs root), so `disk-full` is left out."
	}
	var b bytes.Buffer
	err := page.Execute(&b, map[string]any{
		"Day": started.Format(time.DateOnly), "Cores": runtime.NumCPU(), "Took": time.Since(started).Round(time.Minute),
		"Resources": resources, "Disk": text, "Outcomes": rows, "Kinds": kinds(outcomes, chosen),
		"Converged": count(outcomes, func(o outcome) bool { return o.err == nil }),
		"Alone":     count(outcomes, func(o outcome) bool { return o.err == nil && len(o.needed) == 0 }),
	})
	return b.Bytes(), err
}

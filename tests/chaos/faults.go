package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// fault is one way in which a run of `up` is disturbed.
type fault struct {
	name string
	does string // for the report
	// before prepares the fault, nil where nothing has to be prepared.
	before func(context.Context, *strike) error
	// strike is called at the point while `up` runs, and sets felt when it met something; errNothing says
	// that there was nothing to strike. What breaks the surroundings (not the run) also brings them back,
	// as the init system of a machine would. Nil where before does it all.
	strike func(context.Context, *strike) error
	// after comes when the run is over and before the good one, nil where the surroundings are well.
	after func(context.Context, *strike) error
	// early says that it strikes while machines are made: it is of Proxmox, and later nothing asks that.
	early bool
	// root says that only root can do it.
	root bool
}

// errNothing is of a strike that met nothing: the run is then no run under a fault.
var errNothing = errors.New("there was nothing to strike")

var faults = []fault{
	{name: "engine", does: "kill -9 of streamforge and of the Pulumi CLI below it at once", strike: killEngine},
	{name: "cli", does: "kill -9 of the Pulumi CLI; streamforge lives on", strike: killCLI},
	{name: "streamforge", does: "kill -9 of streamforge; the Pulumi CLI lives on", strike: killStreamforge},
	{name: "provider", does: "kill -9 of one provider plugin", strike: killProvider},
	{name: "apiserver", does: "kill -9 of the API server; it is back some seconds later", strike: killPart("kube-apiserver")},
	{name: "etcd", does: "kill -9 of etcd; it is back some seconds later", strike: killPart("etcd")},
	{name: "simulator", does: "kill -9 of the Proxmox simulator and the controllers; they are back some seconds later",
		strike: killPart("supervisor")},
	{name: "disk-full", does: "no space left on the disk of the state for 5 to 90 s, in a third of the runs longer than the engine tries again",
		strike: fillDisk, root: true},
	{name: "stale-lock", does: "the machine that ran `up` is gone for good; its lock stays", strike: loseMachine},
	{name: "slow", does: "one provider plugin stands still for a while, and Proxmox' tasks take seconds longer",
		before: slowTasks, strike: freezeProvider, after: endFaults},
	{name: "refused", does: "Proxmox cuts every connection for some seconds", strike: refuse, after: endFaults, early: true},
	{name: "answer-lost", does: "Proxmox makes machines and cuts the connection instead of answering",
		before: loseAnswers, after: endFaults},
}

func named(name string) (fault, error) {
	for _, f := range faults {
		if f.name == name {
			return f, nil
		}
	}
	return fault{}, fmt.Errorf("fault %q: there is none of that name", name)
}

// orNothing is err, unless that says that there was nothing to strike.
func orNothing(err error) error {
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

func send(pid int, s syscall.Signal) error {
	err := syscall.Kill(pid, s)
	if errors.Is(err, syscall.ESRCH) {
		return errNothing
	} else if err != nil {
		return fmt.Errorf("signal %s to process %d: %w", s, pid, err)
	}
	return nil
}

// kill ends processes of the run; one at least must have lived.
func (k *strike) kill(all ...process) error {
	met := errNothing
	for _, p := range all {
		if err := send(p.pid, syscall.SIGKILL); err == nil {
			met, k.felt = nil, true
		} else if !errors.Is(err, errNothing) {
			return err
		}
	}
	return met
}

func killEngine(_ context.Context, k *strike) error {
	below := k.programs("pulumi")
	if len(below) == 0 {
		return errNothing
	}
	if err := k.kill(process{pid: k.up}); err != nil {
		return err
	}
	return orNothing(k.kill(below...))
}

func killCLI(_ context.Context, k *strike) error { return k.kill(k.programs("pulumi")...) }

func killStreamforge(_ context.Context, k *strike) error { return k.kill(process{pid: k.up}) }

func killProvider(_ context.Context, k *strike) error {
	p, err := k.plugin()
	if err != nil {
		return err
	}
	k.note = p.name
	return k.kill(p)
}

// killPart kills a process of the sandbox and starts the sandbox anew after two to six seconds.
func killPart(name string) func(context.Context, *strike) error {
	return func(ctx context.Context, k *strike) error {
		st, err := k.sb.Status(ctx)
		if err != nil {
			return err
		}
		away := time.Duration(2000+k.random.IntN(4000)) * time.Millisecond
		k.note = fmt.Sprintf("away for %.1f s and a start", away.Seconds())
		for _, p := range st.Parts {
			if p.Name != name {
				continue
			}
			if err := k.kill(process{pid: p.PID}); err != nil {
				return err
			}
			time.Sleep(away) // this is the fault itself
			_, err := k.ok(ctx, "sandbox", "start")
			return err
		}
		return fmt.Errorf("sandbox: no part %s", name)
	}
}

// retried is how long the engine goes on trying to write its state into a file: ten times, one second
// after the first and then a fifth later each time.
const retried = 33 * time.Second

// fullFor is how long a disk is full. Every third run that fills one has it full for longer than the
// engine tries, so that a report of fifty runs has both.
func (k *strike) fullFor() time.Duration {
	least, most := 5*time.Second, retried-3*time.Second
	if k.turn%3 == 0 {
		least, most = retried+7*time.Second, 90*time.Second
	}
	return least + time.Duration(k.random.IntN(int((most-least)/time.Second)+1))*time.Second
}

// fillDisk leaves no room beside the state until the time is over or the run is. It is felt when the
// engine has tried to write meanwhile: it then makes a file beside the state's, and the folder changes.
func fillDisk(_ context.Context, k *strike) error {
	f, err := os.Create(k.path("state", "ballast"))
	if err != nil {
		return err
	}
	defer f.Close()
	full := k.fullFor()
	k.note = fmt.Sprintf("full for %s", full)
	for chunk := make([]byte, 1<<16); err == nil; {
		_, err = f.Write(chunk)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("ballast: %w", err)
	}
	before, err := os.Stat(filepath.Dir(k.stateFile()))
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	select {
	case <-time.After(full): // this is the fault itself
	case <-k.over:
	}
	after, err := os.Stat(filepath.Dir(k.stateFile()))
	k.felt = err == nil && after.ModTime().After(before.ModTime())
	return errors.Join(err, os.Remove(f.Name()))
}

// loseMachine kills everything of the run, plugins too, and makes the lock that of another machine.
func loseMachine(ctx context.Context, k *strike) error {
	if err := killEngine(ctx, k); err != nil {
		return err
	}
	if err := orNothing(k.kill(k.processes()...)); err != nil {
		return err
	}
	return k.foreignLock()
}

// simulatorFaults replaces the faults of the Proxmox simulator.
func (k *strike) simulatorFaults(ctx context.Context, faults ...map[string]any) error {
	return k.proxmox(ctx, http.MethodPut, "/simulator/faults", faults, nil)
}

// endFaults takes the simulator's faults away, and sees whether any has struck.
func endFaults(ctx context.Context, k *strike) error {
	var answer struct{ Data []struct{ Struck int } }
	if err := k.proxmox(ctx, http.MethodGet, "/simulator/faults", nil, &answer); err != nil {
		return err
	}
	for _, f := range answer.Data {
		k.felt = k.felt || f.Struck > 0
	}
	return k.proxmox(ctx, http.MethodDelete, "/simulator/faults", nil, nil)
}

func slowTasks(ctx context.Context, k *strike) error {
	delay := fmt.Sprintf("%ds", 2+k.random.IntN(6))
	return k.simulatorFaults(ctx, map[string]any{"kind": "slow-task", "match": "POST /nodes/*/qemu", "delay": delay})
}

func freezeProvider(_ context.Context, k *strike) error {
	p, err := k.plugin()
	if err != nil {
		return err
	}
	still := time.Duration(3000+k.random.IntN(7000)) * time.Millisecond
	k.note = fmt.Sprintf("%s for %.1f s", p.name, still.Seconds())
	if err := send(p.pid, syscall.SIGSTOP); err != nil {
		return err
	}
	k.felt = true
	time.Sleep(still)                              // this is the fault itself
	return orNothing(send(p.pid, syscall.SIGCONT)) // the engine may have ended it meanwhile
}

func refuse(ctx context.Context, k *strike) error {
	if err := k.simulatorFaults(ctx, map[string]any{"kind": "drop-connection"}); err != nil {
		return err
	}
	time.Sleep(time.Duration(2000+k.random.IntN(6000)) * time.Millisecond) // this is the fault itself
	return endFaults(ctx, k)
}

func loseAnswers(ctx context.Context, k *strike) error {
	count := 1 + k.random.IntN(3)
	k.note = fmt.Sprintf("%d answer(s)", count)
	return k.simulatorFaults(ctx, map[string]any{"kind": "lost-answer", "match": "POST /nodes/*/qemu", "count": count})
}

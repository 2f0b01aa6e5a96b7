package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"syscall"
	"time"
)

// fault is one way in which a run of `up` is disturbed.
type fault struct {
	name string
	does string // for the report
	// before prepares the fault, nil where nothing has to be prepared.
	before func(context.Context, *strike) error
	// strike is called at the point while `up` runs. What breaks the surroundings (not the run) also
	// brings them back, as the init system of a machine would. Nil where before does it all.
	strike func(context.Context, *strike) error
	// after comes when the run is over and before the good one, nil where the surroundings are well.
	after func(context.Context, *strike) error
	// root says that only root can do it.
	root bool
}

var faults = []fault{
	{name: "engine", does: "kill -9 of streamforge and of the Pulumi CLI below it at once", strike: killEngine},
	{name: "cli", does: "kill -9 of the Pulumi CLI; streamforge lives on", strike: killCLI},
	{name: "streamforge", does: "kill -9 of streamforge; the Pulumi CLI lives on", strike: killStreamforge},
	{name: "provider", does: "kill -9 of one provider plugin", strike: killProvider},
	{name: "apiserver", does: "kill -9 of the API server; it is back some seconds later", strike: killPart("kube-apiserver")},
	{name: "etcd", does: "kill -9 of etcd; it is back some seconds later", strike: killPart("etcd")},
	{name: "simulator", does: "kill -9 of the Proxmox simulator and the controllers; they are back some seconds later",
		strike: killPart("supervisor")},
	{name: "disk-full", does: "no space left on the disk of the state for 5 to 30 s", strike: fillDisk, root: true},
	{name: "stale-lock", does: "the machine that ran `up` is gone for good; its lock stays", strike: loseMachine},
	{name: "slow", does: "one provider plugin stands still for a while, and Proxmox' tasks take seconds longer",
		before: slowTasks, strike: freezeProvider, after: noFaults},
	{name: "refused", does: "Proxmox cuts every connection for some seconds", strike: refuse, after: noFaults},
	{name: "answer-lost", does: "Proxmox makes machines and cuts the connection instead of answering",
		before: loseAnswers, after: noFaults},
}

func named(name string) (fault, error) {
	for _, f := range faults {
		if f.name == name {
			return f, nil
		}
	}
	return fault{}, fmt.Errorf("fault %q: there is none of that name", name)
}

func kill(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("kill -9 %d: %w", pid, err)
	}
	return nil
}

func killEngine(_ context.Context, k *strike) error {
	below := k.programs("pulumi")
	if err := kill(k.up); err != nil {
		return err
	}
	for _, p := range below {
		if err := kill(p.pid); err != nil {
			return err
		}
	}
	return nil
}

func killCLI(_ context.Context, k *strike) error {
	for _, p := range k.programs("pulumi") {
		if err := kill(p.pid); err != nil {
			return err
		}
	}
	return nil
}

func killStreamforge(_ context.Context, k *strike) error { return kill(k.up) }

func killProvider(_ context.Context, k *strike) error {
	p, err := k.plugin()
	if err != nil {
		return err
	}
	k.note = p.name
	return kill(p.pid)
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
			if err := kill(p.PID); err != nil {
				return err
			}
			time.Sleep(away) // this is the fault itself
			_, err := k.ok(ctx, "sandbox", "start")
			return err
		}
		return fmt.Errorf("sandbox: no part %s", name)
	}
}

func fillDisk(_ context.Context, k *strike) error {
	f, err := os.Create(k.path("state", "ballast"))
	if err != nil {
		return err
	}
	defer f.Close()
	full := time.Duration(5+k.random.IntN(25)) * time.Second
	k.note = fmt.Sprintf("full for %s", full)
	for chunk := make([]byte, 1<<16); err == nil; {
		_, err = f.Write(chunk)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("ballast: %w", err)
	}
	time.Sleep(full) // this is the fault itself
	return os.Remove(f.Name())
}

// loseMachine kills everything of the run, plugins too, and makes the lock that of another machine.
func loseMachine(ctx context.Context, k *strike) error {
	if err := killEngine(ctx, k); err != nil {
		return err
	}
	for _, p := range k.processes() {
		if err := kill(p.pid); err != nil {
			return err
		}
	}
	return k.foreignLock()
}

// simulatorFaults replaces the faults of the Proxmox simulator.
func (k *strike) simulatorFaults(ctx context.Context, faults ...map[string]any) error {
	return k.proxmox(ctx, http.MethodPut, "/simulator/faults", faults, nil)
}

func noFaults(ctx context.Context, k *strike) error {
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
	if err := syscall.Kill(p.pid, syscall.SIGSTOP); err != nil {
		return err
	}
	time.Sleep(still) // this is the fault itself
	return syscall.Kill(p.pid, syscall.SIGCONT)
}

func refuse(ctx context.Context, k *strike) error {
	if err := k.simulatorFaults(ctx, map[string]any{"kind": "drop-connection"}); err != nil {
		return err
	}
	time.Sleep(time.Duration(2000+k.random.IntN(6000)) * time.Millisecond) // this is the fault itself
	return noFaults(ctx, k)
}

func loseAnswers(ctx context.Context, k *strike) error {
	count := 1 + k.random.IntN(3)
	k.note = fmt.Sprintf("%d answer(s)", count)
	return k.simulatorFaults(ctx, map[string]any{"kind": "lost-answer", "match": "POST /nodes/*/qemu", "count": count})
}

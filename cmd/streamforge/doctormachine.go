package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/streamforge/infrastructure/internal/doctor"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/toolchain"
)

// What the sandbox takes at most, with Keycloak and Vault, and what compiling the largest package does.
const (
	sandboxMemory = 2 << 30
	buildMemory   = 3 << 30
	sandboxDisk   = 1 << 30
)

// machineChecks look at this machine. The status of the sandbox was asked for before, unknown is why
// it could not be told.
func machineChecks(sb *sandbox.Sandbox, root string, st sandbox.Status, unknown error) []doctor.Check {
	toolsErr := toolchain.Check(filepath.Join(root, "bin"))
	all := []doctor.Check{
		{Name: "go", Look: func(ctx context.Context) doctor.Finding {
			mod, _ := os.ReadFile(filepath.Join(root, "go.mod")) // without one any Go will do
			return doctor.Go(ctx, string(mod))
		}},
		tool("make", "the Makefile's targets", true, "install it from your distribution"),
		tool("git", "clones, and the version of what was built", false, "install it from your distribution"),
		{Name: "tools", Look: func(context.Context) doctor.Finding { return toolsFinding(root, toolsErr) }},
		{Name: "disk", Look: func(context.Context) doctor.Finding { return diskFinding(root, toolsErr) }},
		{Name: "memory", Look: func(context.Context) doctor.Finding { return memoryFinding(st, toolsErr) }},
		{Name: "open files", Look: func(context.Context) doctor.Finding { return doctor.OpenFiles() }},
		{Name: "loopback", Look: func(context.Context) doctor.Finding { return loopback(root) }},
		{Name: "ports", Look: func(ctx context.Context) doctor.Finding { return portsFinding(ctx, sb, st.State) }},
		{Name: "sandbox", Look: func(context.Context) doctor.Finding { return sandboxFinding(st, unknown) }},
		{Name: "leftovers", Look: func(context.Context) doctor.Finding { return leftovers(root, sb.Project()) }},
		{Name: "java", Look: java},
		tool("ansible-playbook", "Kubespray cannot be run from here", false, "install Ansible as Kubespray's docs say"),
		tool("shellcheck", "`make test` leaves out the check of scripts", false, "install it from your distribution"),
	}
	for i := range all {
		all[i].Group = "machine"
	}
	return all
}

func tool(name, lost string, needed bool, wayOut string) doctor.Check {
	return doctor.Check{Name: name, Look: func(context.Context) doctor.Finding { return doctor.Tool(name, lost, needed, wayOut) }}
}

func java(ctx context.Context) doctor.Finding {
	path, err := toolchain.Java(ctx)
	if err != nil {
		return doctor.Warn("install a Java runtime of that release", "%v: the sandbox runs no Keycloak, and the realm's content is left out", err)
	}
	return doctor.Fine("%s", path)
}

func toolsFinding(root string, err error) doctor.Finding {
	if err != nil {
		return doctor.Bad("", "%v", err) // its text ends with the way out
	}
	return doctor.Fine("all %d in %s, of the pinned versions", len(toolchain.Tools()), filepath.Join(root, "bin"))
}

func diskFinding(root string, toolsErr error) doctor.Finding {
	if toolsErr == nil {
		return doctor.Disk(sandboxDisk, "the sandbox", root)
	}
	folders := []string{root}
	if cache, err := toolchain.DefaultCache(); err == nil {
		folders = append(folders, cache)
	}
	return doctor.Disk(toolchain.Needed(), "building the tools with empty caches", folders...)
}

func memoryFinding(st sandbox.Status, toolsErr error) doctor.Finding {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return doctor.Skip("the system does not say how much is available")
	}
	defer f.Close()
	switch {
	case toolsErr != nil:
		return doctor.Memory(f, buildMemory, "building the tools")
	case st.State == sandbox.Running:
		return doctor.Memory(f, sandboxMemory/4, "a run, beside the sandbox that is there already,")
	}
	return doctor.Memory(f, sandboxMemory, "the sandbox")
}

// loopback tries the address on which the sandbox's API server listens. A file that cannot be read is
// for the check of the configuration.
func loopback(root string) doctor.Finding {
	at := netip.MustParseAddr("127.53.0.10")
	if s, err := readSite(root); err == nil && s.cluster.VIP.IsValid() {
		at = s.cluster.VIP
	}
	return doctor.Loopback(at)
}

func portsFinding(ctx context.Context, sb *sandbox.Sandbox, state sandbox.State) doctor.Finding {
	if state != sandbox.Stopped {
		return doctor.Skip("the sandbox is %s: its ports are its own", state)
	}
	if err := sb.CheckPorts(ctx); err != nil {
		return doctor.Bad("", "%v", err) // names the holder and the way out
	}
	return doctor.Fine("those of the sandbox are free")
}

// sandboxFinding tells a sandbox that is half there from one that runs or does not.
func sandboxFinding(st sandbox.Status, unknown error) doctor.Finding {
	if unknown != nil {
		return doctor.Bad("", "%v", unknown)
	}
	var dead, alive []string
	for _, p := range st.Parts {
		if p.State == "dead" {
			dead = append(dead, p.Name)
		} else {
			alive = append(alive, p.Name)
		}
	}
	const restart = "`streamforge sandbox start` restarts it with the state it has, `streamforge sandbox stop` ends the rest"
	switch st.State {
	case sandbox.Running:
		return doctor.Fine("running since %s, %d parts, %d MiB", st.StartedAt.Local().Format("2006-01-02 15:04"), len(st.Parts), st.MemoryBytes>>20)
	case sandbox.Stopped:
		return doctor.Fine("stopped; `make up` starts it")
	case sandbox.Degraded, sandbox.Crashed:
		text := fmt.Sprintf("%s; dead: %s", st.State, strings.Join(dead, ", "))
		if len(alive) > 0 {
			text += "; still there: " + strings.Join(alive, ", ")
		}
		return doctor.Bad(restart, "%s", text)
	}
	return doctor.Warn("wait until that is done, and look again", "%s", st.State)
}

func leftovers(dirs ...string) doctor.Finding {
	if left := engine.Leftovers(dirs...); len(left) > 0 {
		return doctor.Warn("the next run of the stack ends them", "a killed run has left processes behind: %s", strings.Join(left, ", "))
	}
	return doctor.Fine("no process of a killed run")
}

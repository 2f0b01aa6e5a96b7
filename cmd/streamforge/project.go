package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/salvage"
	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/toolchain"
	"github.com/streamforge/infrastructure/stacks/config"
)

// sandboxStack is the stack that runs against the sandbox.
const sandboxStack = "sandbox"

// project says where the chosen stack lives: the sandbox's has a folder, a state and a passphrase
// of its own, any other is the repository's as plain `pulumi` has it.
func (a *app) project(ctx context.Context) (engine.Project, error) {
	root, err := repoRoot()
	if err != nil {
		return engine.Project{}, err
	}
	if a.stack == sandboxStack {
		sb, err := sandbox.Open(root)
		if err != nil {
			return engine.Project{}, err
		}
		if err := ready(ctx, sb); err != nil {
			return engine.Project{}, err
		}
		if err := renewProject(sb, root); err != nil {
			return engine.Project{}, err
		}
		return sandboxProject(sb, root), tools(root, "pulumi", "pulumi-resource-kubernetes",
			"pulumi-resource-proxmoxve", "pulumi-resource-tls", "pulumi-resource-keycloak", "pulumi-resource-vault")
	}
	if _, err := os.Stat(filepath.Join(root, "Pulumi."+a.stack+".yaml")); err != nil {
		return engine.Project{}, usageError{fmt.Errorf("stack %s: there is no Pulumi.%s.yaml in %s", a.stack, a.stack, root)}
	}
	p := engine.Project{Dir: root, Stack: a.stack, Bin: filepath.Join(root, "bin"), Refusal: refusal, IDs: salvage.IDs()}
	if _, err := os.Stat(filepath.Join(p.Bin, "pulumi")); err != nil {
		path, err := exec.LookPath("pulumi")
		if err != nil {
			return engine.Project{}, engine.NewNotReady("stack "+a.stack, "there is no pulumi command in "+p.Bin+
				" nor in PATH", "build it with `make tools`, or install Pulumi")
		}
		p.Bin = filepath.Dir(path)
	}
	if cache, err := os.UserCacheDir(); err == nil {
		p.LogDir = filepath.Join(cache, "streamforge", "logs")
	}
	return p, nil
}

// tools checks tools of bin/, all of them without names.
func tools(root string, names ...string) error {
	if err := toolchain.Check(filepath.Join(root, "bin"), names...); err != nil {
		return &engine.Problem{Kind: engine.NotReady, What: "toolchain", Why: err.Error(), Err: err}
	}
	return nil
}

// sandboxProject is the project of the sandbox. What the caller's environment says about other
// states, clusters and hypervisors must not reach it.
func sandboxProject(sb *sandbox.Sandbox, root string) engine.Project {
	env := sb.Env()
	for _, kv := range os.Environ() {
		key, _, _ := strings.Cut(kv, "=")
		_, set := env[key]
		if !set && (strings.HasPrefix(key, "PULUMI_") || strings.HasPrefix(key, "PROXMOX_VE_") || key == "KUBECONFIG") {
			env[key] = ""
		}
	}
	return engine.Project{
		Dir: sb.Project(), Stack: sandboxStack, Bin: filepath.Join(root, "bin"), Env: env,
		Private: true, LogDir: filepath.Join(sb.Dir(), "logs"), Refusal: refusal,
		IDs: salvage.IDs(),
	}
}

// ready tells whether the sandbox runs and its project is there.
func ready(ctx context.Context, sb *sandbox.Sandbox) error {
	st, err := sb.Status(ctx)
	if err != nil {
		return err
	}
	if st.State != sandbox.Running {
		return engine.NewNotReady("stack "+sandboxStack, fmt.Sprintf("the sandbox is %s", st.State),
			"run `make up`, or only `streamforge sandbox start`")
	}
	if err := sb.Await(ctx); err != nil { // Keycloak may still be starting
		return engine.NewNotReady("stack "+sandboxStack, err.Error(), "run `streamforge sandbox start` again")
	}
	if _, err := os.Stat(filepath.Join(sb.Project(), "Pulumi.yaml")); err != nil {
		return engine.NewNotReady("stack "+sandboxStack, "the sandbox was started, but its Pulumi project was not made",
			"run `streamforge sandbox start` again")
	}
	return nil
}

// refusal finds the configuration's own list of problems in an error of the program.
func refusal(err error) error {
	var refused *config.Error
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}

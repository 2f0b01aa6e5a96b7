package engine

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/process"
)

// sleeper starts a process that belongs to a run, under the name of a program.
func (r *rig) sleeper(name string, of owner) *exec.Cmd {
	r.t.Helper()
	sleep, err := exec.LookPath("sleep")
	require.NoError(r.t, err)
	raw, err := os.ReadFile(sleep)
	require.NoError(r.t, err)
	path := filepath.Join(r.t.TempDir(), name)
	require.NoError(r.t, os.WriteFile(path, raw, 0o700))
	cmd := exec.Command(path, "600")
	cmd.Env = []string{of.String()}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as the engine starts its plugins
	require.NoError(r.t, cmd.Start())
	r.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

func alive(cmd *exec.Cmd) bool {
	return syscall.Kill(cmd.Process.Pid, 0) == nil && !zombie(cmd.Process.Pid)
}

func zombie(pid int) bool { _, err := process.Identify(pid); return err != nil }

func TestUpEndsWhatADeadRunLeft(t *testing.T) {
	r := newRig(t)
	s := r.open()
	dead := s.cmd.owner
	dead.Process.StartTime++ // the pid belongs to another process by now
	foreign := dead
	foreign.Stack = "another"
	cli, plugin := r.sleeper("pulumi", dead), r.sleeper("pulumi-resource-probe", dead)
	mine, other := r.sleeper("mine", s.cmd.owner), r.sleeper("other", foreign)

	_, err := s.Up(t.Context(), r.options())
	require.NoError(t, err)
	require.Regexp(t, `(?m)^ended what a killed run has left behind: pulumi \(\d+\), pulumi-resource-probe \(\d+\)$`, r.out.String())
	require.False(t, alive(cli))
	require.False(t, alive(plugin))
	require.True(t, alive(mine), "its run is alive")
	require.True(t, alive(other), "another stack's")
}

func TestKilledCLITakesItsPluginsAlong(t *testing.T) {
	r := newRig(t)
	r.things["slow"] = pulumi.Map{"sleepMs": pulumi.Int(600_000)}
	s := r.open()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var plugin *exec.Cmd
	go func() {
		if r.probe.waitCreates(ctx, 1) != nil {
			return
		}
		for _, p := range belonging(func(o owner) bool { return o.Dir == r.project.Dir }) {
			if p.name == "pulumi" {
				call := s.cmd.owner
				call.Call = s.cmd.call.Load()
				plugin = r.sleeper("pulumi-resource-probe", call)
				_ = p.Signal(syscall.SIGKILL)
			}
		}
	}()
	_, err := s.Up(ctx, r.options())
	require.Error(t, err)
	require.NotNil(t, plugin)
	require.Eventually(t, func() bool { return !alive(plugin) }, 10*time.Second, 10*time.Millisecond)
}

func TestUnfinished(t *testing.T) {
	half := apitype.ResourceV3{URN: "urn:pulumi:s::p::a:b:C::half", InitErrors: []string{"no answer"}}
	unread := apitype.ResourceV3{URN: "urn:pulumi:s::p::a:b:C::unread", InitErrors: []string{madeIn}}
	changed := apitype.ResourceV3{URN: "urn:pulumi:s::p::a:b:C::changed", InitErrors: []string{"no answer", changedIn}}
	killed := apitype.OperationV2{Type: apitype.OperationTypeCreating, Resource: apitype.ResourceV3{URN: "urn:pulumi:s::p::a:b:C::killed"}}
	cutOffIn, failed := Unfinished(apitype.DeploymentV3{
		Resources:         []apitype.ResourceV3{{URN: "urn:pulumi:s::p::a:b:C::whole"}, half, unread, changed},
		PendingOperations: []apitype.OperationV2{killed, killed},
	})
	require.Equal(t, []string{"changing C changed", "creating C killed", "creating C unread"}, cutOffIn)
	require.Equal(t, []string{"C half"}, failed)
}

package controllers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/streamforge/infrastructure/internal/process"
	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
)

// suite is one real cluster without containers, and the operators under test in it; nil where the
// programs are absent.
var suite *struct {
	config *rest.Config
	client client.Client
}

var programs = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"}

func TestMain(m *testing.M) {
	code, err := runSuite(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

// binaries gives the folder of the control plane's binaries.
func binaries() string {
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "bin")
}

func runSuite(m *testing.M) (code int, err error) {
	for _, name := range programs {
		if _, err := os.Stat(filepath.Join(binaries(), name)); err != nil {
			return m.Run(), nil
		}
	}
	env := &envtest.Environment{BinaryAssetsDirectory: binaries()}
	egress, err := closedEgress()
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(filepath.Dir(egress))) }()
	env.ControlPlane.GetAPIServer().Configure().Append("egress-selector-config-file", egress)
	config, err := env.Start()
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, env.Stop()) }()
	stop, err := controlPlane(env)
	if err != nil {
		return 1, err
	}
	defer stop()
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return 1, err
	}
	suite = &struct {
		config *rest.Config
		client client.Client
	}{config, c}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, config) }() // before any definition exists
	defer func() {
		cancel()
		err = errors.Join(err, <-done)
	}()
	if _, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{CRDs: mirror.Definitions()}); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// closedEgress writes the file that keeps the API server from calling anybody, as in the sandbox.
func closedEgress() (file string, err error) {
	dir, err := os.MkdirTemp("", "egress")
	if err != nil {
		return "", err
	}
	file = filepath.Join(dir, "egress.yaml")
	return file, os.WriteFile(file, []byte(process.ClosedEgress(filepath.Join(dir, "nobody.sock"))), 0o600)
}

// controlPlane starts what else acts in a cluster: controllers, the scheduler and, played by
// kwok, the kubelets of two nodes.
func controlPlane(env *envtest.Environment) (stop func(), err error) {
	dir, err := os.MkdirTemp("", "controllers")
	if err != nil {
		return nil, err
	}
	user, err := env.AddUser(envtest.User{Name: "plane", Groups: []string{"system:masters"}}, nil)
	if err != nil {
		return nil, err
	}
	kubeconfig, err := user.KubeConfig()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(file, kubeconfig, 0o600); err != nil {
		return nil, err
	}
	var running []*exec.Cmd
	stop = func() {
		for _, command := range running {
			_ = command.Process.Kill()
			_ = command.Wait()
		}
		_ = os.RemoveAll(dir)
	}
	for _, args := range [][]string{
		{"kube-controller-manager", "--leader-elect=false", "--secure-port=0", "--pvclaimbinder-sync-period=500ms",
			"--controllers=*,-serviceaccount-token-controller", "--use-service-account-credentials=false"},
		{"kube-scheduler", "--leader-elect=false", "--secure-port=0"},
		{"kwok", "--manage-all-nodes", "--node-ip=10.250.0.1", "--cidr=10.240.0.0/16"},
	} {
		command := exec.Command(filepath.Join(binaries(), args[0]), append(args[1:], "--kubeconfig="+file)...)
		if err := command.Start(); err != nil {
			stop()
			return nil, err
		}
		running = append(running, command)
	}
	return stop, nil
}

// Command vault is HashiCorp's Vault server for the sandbox: the upstream server
// command with the parts the platform uses. Upstream's own main adds the storage
// and log-in of every cloud, which are three quarters of what is to compile.
//
//	vault server -config FILE
//
// Build it with -tags minimal, else its registry brings the clouds back in.
package main

import (
	"os"

	"github.com/hashicorp/cli"
	kubernetes "github.com/hashicorp/vault-plugin-auth-kubernetes"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/builtin/plugin"
	"github.com/hashicorp/vault/command"
	"github.com/hashicorp/vault/physical/raft"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical"
	"github.com/hashicorp/vault/version"
)

func main() {
	ui := &cli.BasicUi{Reader: os.Stdin, Writer: os.Stdout, ErrorWriter: os.Stderr}
	c := cli.NewCLI("vault", version.GetVersion().VersionNumber())
	c.Args = os.Args[1:]
	c.Commands = map[string]cli.CommandFactory{
		"server": func() (cli.Command, error) { return server(ui), nil },
	}
	code, err := c.Run()
	if err != nil {
		ui.Error(err.Error())
		code = 1
	}
	os.Exit(code)
}

func server(ui cli.Ui) *command.ServerCommand {
	return &command.ServerCommand{
		BaseCommand:        &command.BaseCommand{UI: ui},
		AuditBackends:      map[string]audit.Factory{"file": audit.NewFileBackend},
		CredentialBackends: map[string]logical.Factory{"plugin": plugin.Factory, "kubernetes": kubernetes.Factory},
		LogicalBackends:    map[string]logical.Factory{"plugin": plugin.Factory, "kv": kv.Factory},
		PhysicalBackends:   map[string]physical.Factory{"raft": raft.NewRaftBackend},
		ShutdownCh:         command.MakeShutdownCh(),
		SighupCh:           command.MakeSighupCh(),
		SigUSR2Ch:          command.MakeSigUSR2Ch(),
	}
}

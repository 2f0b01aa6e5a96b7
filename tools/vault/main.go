// Command vault is HashiCorp's Vault for the sandbox: the upstream server command
// with the parts the platform uses, and the client's commands that back it up and
// bring it back. Upstream's own main adds the storage and log-in of every cloud,
// which are three quarters of what is to compile.
//
//	vault server -config FILE
//	vault operator raft snapshot save FILE
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
	base := func() *command.BaseCommand { return &command.BaseCommand{UI: ui} }
	c.Commands = map[string]cli.CommandFactory{
		"server":       func() (cli.Command, error) { return server(ui), nil },
		"write":        func() (cli.Command, error) { return &command.WriteCommand{BaseCommand: base()}, nil },
		"token revoke": func() (cli.Command, error) { return &command.TokenRevokeCommand{BaseCommand: base()}, nil },
		"operator raft snapshot save": func() (cli.Command, error) {
			return &command.OperatorRaftSnapshotSaveCommand{BaseCommand: base()}, nil
		},
		"operator raft snapshot inspect": func() (cli.Command, error) {
			return &command.OperatorRaftSnapshotInspectCommand{BaseCommand: base()}, nil
		},
		"operator raft snapshot restore": func() (cli.Command, error) {
			return &command.OperatorRaftSnapshotRestoreCommand{BaseCommand: base()}, nil
		},
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

package main

import (
	"context"
	"strings"

	"github.com/streamforge/infrastructure/internal/doctor"
	"github.com/streamforge/infrastructure/stacks/config"
)

// configuration runs the program on mocks: it refuses what is wrong, all of it at once. Where secrets
// cannot be opened, stand-ins take their places.
func (p *patient) configuration(ctx context.Context) doctor.Finding {
	values, err := p.values(ctx)
	opened := err == nil
	if !opened {
		f, err := p.file()
		if err != nil {
			return told(err)
		}
		plain, encrypted, err := f.Values()
		if err != nil {
			return told(err)
		}
		if _, err := fill(plain, encrypted); err != nil {
			return told(err)
		}
		values = plain
	}
	graph, _, refused, err := mocked(p.project.Stack, values)
	switch {
	case err != nil:
		return told(err)
	case refused != nil:
		return doctor.Bad("edit Pulumi."+p.project.Stack+".yaml; docs/config.schema.json lets an editor help", "%v", refused)
	case !opened:
		return doctor.Fine("valid: %d resources; the secrets were not looked at", len(graph.All))
	}
	return doctor.Fine("valid: %d resources", len(graph.All))
}

// handover compares what the file promises with what is stored.
func (p *patient) handover(context.Context) doctor.Finding {
	var h config.Handover
	f, err := p.file()
	if err == nil {
		err = f.Section(project+":handover", &h)
	}
	if err != nil {
		return told(err)
	}
	plain, encrypted, err := f.Values()
	if err != nil {
		return told(err)
	}
	there := map[string]bool{}
	for _, key := range encrypted {
		there[strings.TrimPrefix(key, project+":")] = true
	}
	for key := range plain {
		there[strings.TrimPrefix(key, project+":")] = true
	}
	s := " -s " + p.project.Stack
	switch {
	case h.Cluster && !there["kubeconfig"]:
		return doctor.Bad("run `streamforge kubespray handover"+s+" FILE`, and never go back to false while the cluster lives",
			"handover.cluster is true, but no kubeconfig is stored")
	case h.Vault && !there[vaultSecret]:
		return doctor.Bad("run `streamforge vault handover"+s+"`, and never go back to false", "handover.vault is true, but no vaultToken is stored")
	case !h.Cluster && there["kubeconfig"]:
		return doctor.Warn("set handover.cluster to true and run `streamforge up"+s+"`", "a kubeconfig is stored, but handover.cluster is false: only machines are deployed")
	case !h.Cluster:
		return doctor.Fine("not promised: only machines are deployed until Kubespray has run (docs/deploy.md)")
	case !h.Vault && there[vaultSecret]:
		return doctor.Warn("set handover.vault to true and run `streamforge up"+s+"`", "a vaultToken is stored, but handover.vault is false")
	case !h.Vault:
		return doctor.Fine("the cluster's kubeconfig is stored; Vault's content is not promised yet (docs/vault.md)")
	}
	return doctor.Fine("kubeconfig and vaultToken are stored as promised")
}

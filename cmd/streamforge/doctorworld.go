package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/doctor"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kubeconfig"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/vault"
	"github.com/streamforge/infrastructure/stacks/config"
)

// soon is when a warning about the end of a certificate begins.
const soon = 30 * 24 * time.Hour

// secret gives one secret in clear; the finding says why there is none to look with.
func (p *patient) secret(ctx context.Context, key string) (string, *doctor.Finding) {
	values, err := p.values(ctx)
	skip := doctor.Skip("%s is not stored", key)
	if err != nil {
		skip = doctor.Skip("the stack's secrets cannot be opened")
	}
	if values[project+":"+key] == "" {
		return "", &skip
	}
	return values[project+":"+key], nil
}

func (p *patient) proxmox(ctx context.Context) doctor.Finding {
	var c config.Compute
	if err := p.section("compute", &c); err != nil || c.Endpoint == "" {
		return doctor.Skip("compute.endpoint cannot be read")
	}
	token, skip := p.secret(ctx, "proxmoxToken")
	if skip != nil {
		return *skip
	}
	return doctor.Proxmox{Endpoint: c.Endpoint, Token: token, Insecure: c.Insecure, Rights: rights(c)}.Look(ctx)
}

// rights are what docs/proxmox-token.md gives the token.
func rights(c config.Compute) []doctor.Right {
	words := strings.Fields
	machines := doctor.Right{Path: "/pool/" + c.ResourcePool, Elsewhere: "/vms", Privileges: words("VM.Allocate VM.Audit VM.PowerMgmt VM.Migrate " +
		"VM.Config.CPU VM.Config.Memory VM.Config.Disk VM.Config.CDROM VM.Config.Cloudinit VM.Config.Network VM.Config.HWType VM.Config.Options")}
	all := []doctor.Right{
		machines,
		{Path: "/pool/" + c.ResourcePool, Privileges: words("Pool.Allocate Pool.Audit")},
		{Path: "/storage/" + c.Datastore, Privileges: words("Datastore.AllocateSpace Datastore.Audit")},
		{Path: "/storage/" + c.ImageDatastore, Privileges: words("Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit")},
		{Path: "/nodes", Privileges: words("Sys.Audit Sys.AccessNetwork")},
		{Path: "/sdn/zones/localnetwork", Elsewhere: "/sdn/zones/localnetwork/" + c.Bridge, Privileges: words("SDN.Use")},
	}
	if len(c.PCIMappings) > 0 {
		all = append(all, doctor.Right{Path: "/mapping/pci", Privileges: words("Mapping.Use Mapping.Modify Mapping.Audit")})
	}
	return all
}

// cluster checks the stored kubeconfig and asks the API server with it.
func (p *patient) cluster(ctx context.Context) doctor.Finding {
	c, promised, err := clusterOf(p.project)
	if err != nil {
		return doctor.Skip("%v", err)
	}
	raw, skip := p.secret(ctx, "kubeconfig")
	if skip != nil {
		return *skip
	}
	return clusterFinding(ctx, p.project.Stack, c.Server(), []byte(raw), promised, time.Now())
}

func clusterFinding(ctx context.Context, stack, server string, raw []byte, promised bool, now time.Time) doctor.Finding {
	if err := kubeconfig.Check(raw, server, now); err != nil {
		return doctor.Bad("hand over a good one: `streamforge kubespray handover -s "+stack+" FILE`", "%v", err)
	}
	version, err := kubeconfig.Reach(ctx, raw)
	if err != nil && !promised {
		return doctor.Warn("", "%v", err)
	}
	if err != nil {
		return doctor.Bad("", "%v", err)
	}
	ends := kubeconfig.Expires(raw)
	switch {
	case ends.IsZero():
		return doctor.Fine("%s answers as %s, by a token", server, version)
	case ends.Sub(now) < soon:
		return doctor.Warn("renew it on a control plane node with `kubeadm certs renew admin.conf` and hand it over again",
			"%s answers as %s, but the kubeconfig's certificate ends on %s", server, version, ends.UTC().Format(time.DateOnly))
	}
	return doctor.Fine("%s answers as %s, the kubeconfig's certificate lasts until %s", server, version, ends.UTC().Format(time.DateOnly))
}

func (p *patient) charts(ctx context.Context) doctor.Finding {
	f, err := p.file()
	if err != nil {
		return doctor.Skip("charts.mirror cannot be read")
	}
	var c config.Charts
	_ = f.Section(project+":charts", &c) // the section may be left out, and its form is checked elsewhere
	from, mirror := "upstream", c.Mirror
	if mirror != "" {
		from = mirror
		if !strings.Contains(mirror, "://") && !filepath.IsAbs(mirror) { // as the program does: from main.go's folder
			mirror = filepath.Join(p.project.Dir, mirror)
		}
	}
	if err := (kube.Charts{Mirror: mirror}).Missing(ctx, pins.AllCharts(), pins.AllManifests()); err != nil {
		return doctor.Bad("", "%v", err)
	}
	if mirror == "" {
		return doctor.Fine("upstream's hosts answer")
	}
	return doctor.Fine("%d charts and %d manifests, from %s", len(pins.AllCharts()), len(pins.AllManifests()), from)
}

// vault asks the store how far it is. Before the handover it need not be there.
func (p *patient) vault(ctx context.Context) doctor.Finding {
	v := vaultFlags{app: &app{stack: p.project.Stack}}
	servers, h, err := v.servers(p.project)
	switch {
	case err == nil && !h.Cluster:
		return doctor.Skip("not there before handover.cluster is true")
	case err != nil && h.Vault:
		return told(err)
	case err != nil || servers[0].Address == "":
		return doctor.Skip("not to be reached from here yet")
	}
	st, err := servers[0].State(ctx)
	var away *vault.Unreachable
	if errors.As(err, &away) && !h.Vault {
		return doctor.Warn("`streamforge up` deploys it, then docs/vault.md goes on", "%v", err)
	}
	if err != nil {
		return doctor.Bad("is it running, and does this machine know its name?", "%v", err)
	}
	return vaultFinding(p.project.Stack, servers[0].Address, st, h.Vault)
}

func vaultFinding(stack, address string, st vault.State, promised bool) doctor.Finding {
	s := " -s " + stack
	level := doctor.Bad
	if !promised {
		level = doctor.Warn
	}
	switch {
	case !st.Initialized:
		return level("run `streamforge vault init"+s+"`", "%s is not initialised", address)
	case st.Sealed:
		return level("run `streamforge vault unseal"+s+"`", "%s is sealed, %d of %d shares are given", address, st.Given, st.Threshold)
	case !promised:
		return doctor.Warn("run `streamforge vault handover"+s+"`", "%s is open, but not handed over", address)
	}
	return doctor.Fine("%s is open, version %s", address, st.Version)
}

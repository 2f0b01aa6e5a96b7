package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/atomicfile"
	"github.com/streamforge/infrastructure/internal/process"
	"github.com/streamforge/infrastructure/internal/sandbox/pki"
	"github.com/streamforge/infrastructure/internal/toolchain"
)

// keycloakAdmin is the account that the server makes at its first start.
const keycloakAdmin = "admin"

// identity fills in what Keycloak needs, and leaves it out where there is no Java. Once there is a
// realm that is no longer possible: the next `up` would want to delete what nobody serves.
func (s *Sandbox) identity(ctx context.Context, o Options, set *settings) error {
	set.Java, set.Keycloak = "", ""
	if set.IdentityHost == "" {
		return nil
	}
	java, err := toolchain.Java(ctx)
	if err == nil {
		set.Keycloak, err = toolchain.KeycloakHome(set.BinDir)
	}
	if err == nil {
		set.Java = java
		return nil
	}
	if _, there := os.Stat(s.path("keycloak", "data", "h2")); there == nil {
		return fmt.Errorf("keycloak: %w; this sandbox has run it before and cannot do without: "+
			"its stack holds what is in it", err)
	}
	say(o.Out, "%-24s %6s  %s", "keycloak", "-", "left out, with all that is in it: "+err.Error())
	return nil
}

// prepareKeycloak makes the server's home: its program from the toolchain, settings and data of its own.
func (s *Sandbox) prepareKeycloak(set settings, p ports, certs pki.Set) error {
	if set.Keycloak == "" {
		return nil
	}
	home := s.path("keycloak")
	for _, dir := range []string{"conf", "data", "providers", "themes"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
			return err
		}
	}
	lib := filepath.Join(home, "lib")
	if err := os.Remove(lib); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keycloak: %w", err)
	}
	if err := os.Symlink(filepath.Join(set.Keycloak, "lib"), lib); err != nil {
		return fmt.Errorf("keycloak: %w", err)
	}
	if err := s.ensureSecret("keycloak-password", rand.Text()); err != nil {
		return err
	}
	password, err := os.ReadFile(s.path("keycloak-password"))
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(home, "conf", "keycloak.conf"), keycloakConf(map[string]string{
		"db": "dev-file", "health-enabled": "true", "metrics-enabled": "true", "cache": "local",
		"hostname":  "https://" + set.IdentityHost,
		"http-host": loopback, "https-port": fmt.Sprint(p[portKeycloak]), "http-management-port": fmt.Sprint(p[portKeycloakManagement]),
		"https-certificate-file": certs.Keycloak.Cert, "https-certificate-key-file": certs.Keycloak.Key,
		"bootstrap-admin-username": keycloakAdmin, "bootstrap-admin-password": string(password),
	}), 0o600)
}

// keycloakConf writes properties, in which a backslash escapes.
func keycloakConf(settings map[string]string) []byte {
	var b strings.Builder
	for key, value := range settings {
		fmt.Fprintf(&b, "%s=%s\n", key, strings.ReplaceAll(value, `\`, `\\`))
	}
	return []byte(b.String())
}

// startKeycloak does not wait: the server takes longer than everything else together, and nothing
// in a sandbox needs it before a run does.
func (v *supervisor) startKeycloak(ctx context.Context) error {
	if v.set.Keycloak == "" {
		return nil
	}
	spec := process.Keycloak{Common: v.common(), Java: v.set.Java, Home: v.path("keycloak"),
		Port: v.ports[portKeycloak], Management: v.ports[portKeycloakManagement]}.Spec()
	p, err := v.group.Start(spec)
	if err != nil {
		return err
	}
	v.change(func(r *record) {
		r.Parts = append(r.Parts, part{Name: spec.Name, Process: p.ID, Address: spec.Address,
			StartedAt: p.StartedAt, Log: spec.LogFile, Starting: true})
	})
	v.tell.line("%-24s %6s  %s", spec.Name, "...", spec.Address+" (starts in the background)")
	go func() {
		if err := v.await(ctx, p); err != nil {
			if ctx.Err() == nil {
				v.fail(spec.Name, err.Error())
			}
			return
		}
		v.change(func(r *record) { r.started(spec.Name) })
	}()
	return nil
}

// started notes that a part answers.
func (r *record) started(name string) {
	for i := range r.Parts {
		if r.Parts[i].Name == name {
			r.Parts[i].Starting = false
		}
	}
}

// Await returns once the parts that start in the background answer too. It fails when the sandbox
// does not run, when one of them dies, and when ctx ends.
func (s *Sandbox) Await(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		rec, err := s.loadRecord()
		if err != nil {
			return err
		}
		if state := rec.state(); state != Running {
			for _, p := range rec.brokenParts() {
				return fmt.Errorf("sandbox is %s: %s", state, p.Failure)
			}
			return fmt.Errorf("sandbox is %s", state)
		}
		if !rec.starting() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (r *record) starting() bool {
	for _, p := range r.Parts {
		if p.Starting {
			return true
		}
	}
	return false
}

// brokenParts is broken for a record that may be nil.
func (r *record) brokenParts() []part {
	if r == nil {
		return nil
	}
	return r.broken()
}

// identityEndpoint is nil where Keycloak is left out.
func (s *Sandbox) identityEndpoint(set settings, p ports) (*Identity, error) {
	if set.Keycloak == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	ca, err := os.ReadFile(s.path("pki", "ca.crt"))
	if err != nil {
		return nil, err
	}
	password, err := os.ReadFile(s.path("keycloak-password"))
	if err != nil {
		return nil, err
	}
	return &Identity{URL: fmt.Sprintf("https://%s:%d", loopback, p[portKeycloak]), Host: set.IdentityHost,
		CA: string(ca), Password: string(password)}, nil
}

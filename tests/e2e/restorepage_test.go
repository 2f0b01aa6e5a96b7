package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/toolchain"
)

// restorePage is docs/howto-restore.md, whose blocks are run as they stand there.
type restorePage struct {
	s      *site
	blocks map[string][]string // of shell, by the heading above them
	ran    map[string]bool
	env    map[string]string // instead of the page's own settings
}

var (
	heading  = regexp.MustCompile("(?m)^#+ (.+)$|(?s)```sh\n(.*?)```\n")
	variable = regexp.MustCompile(`(?:export | )([A-Z_]+)=\S`)
)

const settingsHeading = "Settings"

// newRestorePage reads the page and sets what a person would set, for the sandbox.
func newRestorePage(s *site) *restorePage {
	raw, err := os.ReadFile(filepath.Join(repo, "docs", "howto-restore.md"))
	require.NoError(s.t, err)
	p := &restorePage{s: s, blocks: map[string][]string{}, ran: map[string]bool{}}
	under := ""
	for _, m := range heading.FindAllStringSubmatch(string(raw), -1) {
		if m[1] != "" {
			under = m[1]
			continue
		}
		p.blocks[under] = append(p.blocks[under], m[2])
	}
	at, err := s.sb.Endpoints()
	require.NoError(s.t, err)
	dir := s.t.TempDir()
	require.NoError(s.t, os.Mkdir(filepath.Join(dir, "backup"), 0o700))
	ca := filepath.Join(dir, "keycloak-ca.crt")
	for path, content := range map[string]string{ca: at.Identity.CA, filepath.Join(dir, "key"): "a passphrase for the backup",
		filepath.Join(dir, "etcd.env"): s.etcdEnvironment()} {
		require.NoError(s.t, os.WriteFile(path, []byte(content), 0o600))
	}
	p.env = map[string]string{
		"STACK": "sandbox", "REALM": "streamforge", "BACKUP": filepath.Join(dir, "backup"), "BACKUP_KEY": filepath.Join(dir, "key"),
		"ARCHIVE": filepath.Join(dir, "backup.tar.gpg"), "SHARES": at.Vault.Shares, "SHARES_MADE": "3", "SHARES_NEEDED": "2", "KUBECONFIG": at.AdminKubeconfig,
		"VAULT_ADDR": at.Vault.URL, "VAULT_CACERT": at.Vault.CA, "KEYCLOAK": at.Identity.URL, "KEYCLOAK_CA": ca,
		"ETCD_ENV": filepath.Join(dir, "etcd.env"),
	}
	var names []string
	for _, m := range variable.FindAllStringSubmatch(p.blocks[settingsHeading][0], -1) {
		names = append(names, m[1])
	}
	require.ElementsMatch(s.t, slices.Collect(maps.Keys(p.env)), names, "settings of the page")
	p.ran[settingsHeading] = true
	p.stage(dir)
	return p
}

// stage puts what the blocks call onto a path of their own: streamforge as the tests built it, and
// a kubectl that runs what is meant for Keycloak's pod on the files of the sandbox's server,
// because no container runs here.
func (p *restorePage) stage(dir string) {
	t := p.s.t
	bin, home := filepath.Join(dir, "bin"), p.s.sb.Dir()
	require.NoError(t, os.Mkdir(bin, 0o700))
	require.NoError(t, os.Symlink(streamforge, filepath.Join(bin, "streamforge")))
	java, err := toolchain.Java(t.Context())
	require.NoError(t, err)
	quoted := []string{java}
	for _, a := range toolchain.KeycloakArgs(filepath.Join(home, "keycloak")) {
		quoted = append(quoted, "'"+a+"'")
	}
	for name, script := range map[string]string{
		"kc.sh": "exec " + strings.Join(quoted, " ") + ` "$@"`,
		"kubectl": fmt.Sprintf(`case "$*" in
"-n keycloak exec keycloak-0 -c keycloak -- "*) shift 7 ;;
*) exec %s "$@" ;;
esac
command=("${@//\/opt\/keycloak\/bin\/kc.sh/%s}")
exec "${command[@]//\/tmp\/realm/%s\/realm}"`, filepath.Join(repo, "bin", "kubectl"), filepath.Join(bin, "kc.sh"), dir),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/bash\n"+script+"\n"), 0o700))
	}
	env := p.s.sb.Env()
	env["PATH"] = bin + ":" + env["PATH"]
	env["HOME"] = filepath.Join(dir, "home")
	env["GNUPGHOME"] = env["HOME"]
	require.NoError(t, os.Mkdir(env["HOME"], 0o700))
	t.Cleanup(func() { // gpg leaves a process behind
		cmd := exec.Command("gpgconf", "--kill", "gpg-agent")
		cmd.Env = append(os.Environ(), "GNUPGHOME="+env["GNUPGHOME"])
		_ = cmd.Run()
	})
	maps.Copy(p.env, env)
}

// etcdEnvironment is what Kubespray writes into /etc/etcd.env, for the sandbox's only member.
func (s *site) etcdEnvironment() string {
	var ports map[string]int
	require.NoError(s.t, json.Unmarshal(s.read("ports.json"), &ports))
	pki := filepath.Join(s.sb.Dir(), "pki")
	return fmt.Sprintf(`ETCD_DATA_DIR=%s
ETCD_ADVERTISE_CLIENT_URLS=https://127.0.0.1:%d
ETCD_INITIAL_ADVERTISE_PEER_URLS=https://127.0.0.1:%d
ETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd
ETCD_NAME=sandbox
ETCD_INITIAL_CLUSTER=sandbox=https://127.0.0.1:%d
ETCD_TRUSTED_CA_FILE=%s
ETCD_CERT_FILE=%s
ETCD_KEY_FILE=%s
`, filepath.Join(s.sb.Dir(), "etcd"), ports["etcd"], ports["etcd-peer"], ports["etcd-peer"],
		filepath.Join(pki, "etcd-ca.crt"), filepath.Join(pki, "etcd.crt"), filepath.Join(pki, "etcd.key"))
}

// run does a block and gives what it printed, with the error of a command that failed.
func (p *restorePage) run(t *testing.T, under string, number int) (string, error) {
	t.Helper()
	require.Greater(t, len(p.blocks[under]), number, "block of %q", under)
	p.ran[fmt.Sprint(under, number)] = true
	start := time.Now()
	out, err := p.bash(t, p.blocks[under][number])
	t.Logf("%s: %.1f s", under, time.Since(start).Seconds())
	return out, err
}

// bash does commands where and as a person would.
func (p *restorePage) bash(t *testing.T, commands string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", commands)
	cmd.Dir = p.s.sb.Project()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); !strings.HasPrefix(name, "PULUMI_") && !strings.HasPrefix(name, "VAULT_") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	for name, value := range p.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// ok does all blocks under a heading.
func (p *restorePage) ok(t *testing.T, under string) string {
	t.Helper()
	all := ""
	for i := range p.blocks[under] {
		out, err := p.run(t, under, i)
		require.NoError(t, err, "%s:\n%s", under, out)
		all += out
	}
	require.NotEmpty(t, p.blocks[under], "block of %q", under)
	return all
}

// cut shortens a file of the backup, has body see what the page's command says to it, and mends it.
func (p *restorePage) cut(t *testing.T, file string, body func()) {
	t.Helper()
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, whole[:len(whole)*3/4], 0o600))
	body()
	require.NoError(t, os.WriteFile(file, whole, 0o600))
}

// complete expects that nothing of the page was left out.
func (p *restorePage) complete(t *testing.T) {
	t.Helper()
	for under, blocks := range p.blocks {
		for i := range blocks {
			require.True(t, p.ran[under] || p.ran[fmt.Sprint(under, i)], "block %d of %q was never run", i, under)
		}
	}
}

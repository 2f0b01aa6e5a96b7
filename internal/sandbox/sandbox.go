package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/streamforge/infrastructure/internal/atomicfile"
)

// Sandbox is the sandbox of one working copy. It holds no state of its own: several
// programs may open the same one.
type Sandbox struct {
	root string // absolute
}

// Open names the sandbox of the working copy at root, which must exist. Nothing is created yet.
func Open(root string) (*Sandbox, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("sandbox %s: %w", root, err)
	}
	if info, err := os.Stat(abs); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("sandbox: %s: not a folder", abs)
	}
	return &Sandbox{root: abs}, nil
}

// Dir is the folder of everything the sandbox keeps.
func (s *Sandbox) Dir() string { return filepath.Join(s.root, ".sandbox") }

// Project is the folder of the Pulumi project that runs in the sandbox.
func (s *Sandbox) Project() string { return s.path("project") }

// AdminKubeconfig is the file that Kubespray would have left in its artifacts folder.
func (s *Sandbox) AdminKubeconfig() string { return s.path("admin.conf") }

func (s *Sandbox) path(parts ...string) string {
	return filepath.Join(append([]string{s.Dir()}, parts...)...)
}

func (s *Sandbox) logs() string { return s.path("logs") }

// Env are the environment variables under which the Pulumi engine works on the sandbox only:
// state, passphrase and plugins from here, nothing fetched, nothing proxied.
func (s *Sandbox) Env() map[string]string {
	bin := filepath.Join(s.root, "bin")
	if set, err := s.loadSettings(); err == nil && set.BinDir != "" {
		bin = set.BinDir
	}
	return map[string]string{
		// Nobody reads the sum that would stand beside each file, and computing it is a tenth of the engine's work.
		"PULUMI_BACKEND_URL":                          "file://" + s.path("state") + "?metadata=skip",
		"PULUMI_CONFIG_PASSPHRASE_FILE":               s.path("passphrase"),
		"PULUMI_HOME":                                 s.path("pulumi"),
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
		"PULUMI_SKIP_UPDATE_CHECK":                    "1",
		"PATH":                                        bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"NO_PROXY":                                    noProxy(os.Getenv("NO_PROXY")),
		"no_proxy":                                    noProxy(os.Getenv("no_proxy")),
	}
}

func noProxy(before string) string {
	own := "localhost,127.0.0.0/8"
	if strings.Contains(before, own) || before == "" {
		return strings.TrimSuffix(own+strings.TrimPrefix(before, own), ",")
	}
	return own + "," + before
}

// Endpoints are the addresses of a sandbox that has been started at least once. They stay
// the same over restarts.
type Endpoints struct {
	ProxmoxURL      string     `json:"proxmoxURL"`      // https address of the simulator
	ProxmoxToken    string     `json:"-"`               // user@realm!name=uuid, secret
	AdminKubeconfig string     `json:"adminKubeconfig"` // file
	APIAddress      netip.Addr `json:"apiAddress"`      // the cluster's VIP
	APIPort         int        `json:"apiPort"`
	MirrorDir       string     `json:"mirrorDir"`          // folder mirror of charts and manifests
	Identity        *Identity  `json:"identity,omitempty"` // nil without Java
	Vault           Vault      `json:"vault"`
}

// Identity is Keycloak.
type Identity struct {
	URL      string `json:"url"`  // https address
	Host     string `json:"host"` // name it serves: the one in tokens
	CA       string `json:"ca"`   // PEM, verifies both
	Password string `json:"-"`    // of its administrator, secret
}

// Endpoints reads the addresses; it fails before the first start.
func (s *Sandbox) Endpoints() (Endpoints, error) {
	set, err := s.loadSettings()
	if err != nil {
		return Endpoints{}, s.neverStarted(err)
	}
	p, err := s.loadPorts()
	if err != nil {
		return Endpoints{}, s.neverStarted(err)
	}
	token, err := os.ReadFile(s.path("proxmox-token"))
	if err != nil {
		return Endpoints{}, s.neverStarted(err)
	}
	identity, err := s.identityEndpoint(set, p)
	if err != nil {
		return Endpoints{}, s.neverStarted(err)
	}
	return Endpoints{
		Identity:        identity,
		Vault:           s.vault(p),
		ProxmoxURL:      fmt.Sprintf("https://%s:%d", loopback, p[portProxmox]),
		ProxmoxToken:    string(token),
		AdminKubeconfig: s.AdminKubeconfig(),
		APIAddress:      set.APIAddress,
		APIPort:         p[portAPI],
		MirrorDir:       s.path("mirror"),
	}, nil
}

func (s *Sandbox) neverStarted(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sandbox in %s: never started: run `streamforge sandbox start`", s.Dir())
	}
	return fmt.Errorf("sandbox in %s: %w", s.Dir(), err)
}

// readJSON decodes a file of the sandbox; an absent file is fs.ErrNotExist.
func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w; remove the file", path, err)
	}
	return nil
}

func writeJSON(path string, value any) error {
	raw, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, append(raw, '\n'), 0o600)
}

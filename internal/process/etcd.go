package process

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

// Common is what all servers share.
type Common struct {
	BinDir string   // holds the binaries under their usual names
	LogDir string   // one log a process
	Dir    string   // working directory
	Env    []string // whole environment
}

func (c Common) spec(name string) Spec {
	return Spec{Name: name, Path: filepath.Join(c.BinDir, name), Env: c.Env, Dir: c.Dir,
		LogFile: filepath.Join(c.LogDir, name+".log")}
}

// Etcd is the store of the cluster, a single member.
type Etcd struct {
	Common
	DataDir string
	Client  string // host:port for the API server
	Peer    string // host:port etcd insists on although it has no peers
	Metrics string // host:port of /readyz, without TLS: nothing but health and figures
	CA      string // certificate file of the authority that signed both pairs
	Server  pki.Pair
}

// Spec is the command line of etcd. Writes are not synced to the disk: they survive the
// death of any process, only a power cut may lose them, and a sandbox can be made again;
// a sync per write costs most of the time of an `up`.
func (e Etcd) Spec() Spec {
	s := e.spec("etcd")
	s.Address = e.Client
	s.Args = []string{
		"--name=sandbox",
		"--data-dir=" + e.DataDir,
		"--unsafe-no-fsync",
		"--listen-client-urls=https://" + e.Client,
		"--advertise-client-urls=https://" + e.Client,
		"--listen-peer-urls=https://" + e.Peer,
		"--initial-advertise-peer-urls=https://" + e.Peer,
		"--initial-cluster=sandbox=https://" + e.Peer,
		"--listen-metrics-urls=http://" + e.Metrics,
		"--client-cert-auth", "--trusted-ca-file=" + e.CA,
		"--cert-file=" + e.Server.Cert, "--key-file=" + e.Server.Key,
		"--peer-client-cert-auth", "--peer-trusted-ca-file=" + e.CA,
		"--peer-cert-file=" + e.Server.Cert, "--peer-key-file=" + e.Server.Key,
		"--log-level=warn",
	}
	s.Ready = HTTPCheck(fmt.Sprintf("http://%s/readyz", e.Metrics), nil)
	s.ReadyWithin = 30 * time.Second
	return s
}

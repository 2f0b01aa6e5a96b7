package pki

import (
	"bytes"
	"fmt"
	"os"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/streamforge/infrastructure/internal/atomicfile"
)

// Access is one way into the API server.
type Access struct {
	Server  string // https address
	Cluster string // name of the cluster in the file
	User    string // name of the user in the file; the context is User@Cluster
	CA      string // certificate file of the authority
	Client  Pair
}

// WriteKubeconfig writes a file like the admin.conf that Kubespray leaves in its artifacts
// folder: everything embedded, so that the one file is enough. An unchanged file is left alone.
func WriteKubeconfig(path string, a Access) error {
	files := [3][]byte{}
	for i, name := range []string{a.CA, a.Client.Cert, a.Client.Key} {
		data, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("kubeconfig %s: %w", path, err)
		}
		files[i] = data
	}
	context := a.User + "@" + a.Cluster
	conf := api.NewConfig()
	conf.Clusters[a.Cluster] = &api.Cluster{Server: a.Server, CertificateAuthorityData: files[0]}
	conf.AuthInfos[a.User] = &api.AuthInfo{ClientCertificateData: files[1], ClientKeyData: files[2]}
	conf.Contexts[context] = &api.Context{Cluster: a.Cluster, AuthInfo: a.User}
	conf.CurrentContext = context
	text, err := clientcmd.Write(*conf)
	if err != nil {
		return fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return atomicfile.Write(path, text, 0o600)
}

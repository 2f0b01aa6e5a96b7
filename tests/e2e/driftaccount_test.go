package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// asAuditor writes a kubeconfig with the token of the account that audits from inside the cluster.
func (s *site) asAuditor() string {
	s.t.Helper()
	conf, err := clientcmd.LoadFromFile(s.sb.AdminKubeconfig())
	require.NoError(s.t, err)
	user := conf.Contexts[conf.CurrentContext].AuthInfo
	token := strings.TrimSpace(s.kubectl("-n", "drift-audit", "create", "token", "drift-audit"))
	conf.AuthInfos = map[string]*api.AuthInfo{user: {Token: token}}
	file := filepath.Join(s.root, "auditor.conf")
	require.NoError(s.t, clientcmd.WriteToFile(*conf, file))
	return file
}

// auditorOnlyReads: on a fresh platform the account sees everything and finds nothing, and there is
// nothing that it could do.
func (s *site) auditorOnlyReads(t *testing.T) {
	t.Helper()
	file := s.asAuditor()
	s.ok("drift", "-q", "--no-refresh", "--kubeconfig", file, "--report", "auditor.json")
	r := readReport(t, filepath.Join(s.root, "auditor.json"))
	assert.Empty(t, r.Items, describe(r))
	assert.Empty(t, r.Unchecked, "kinds.go lacks a kind")

	account := []string{"--as", "system:serviceaccount:drift-audit:drift-audit", "auth", "can-i", "-A", "--quiet"}
	for what, allowed := range map[string]bool{
		"list pods": true, "get secrets": true, "list kafkatopics.kafka.strimzi.io": true,
		"list *": false, "get pods --subresource=exec": false, "get pods --subresource=log": false, "get nodes --subresource=proxy": false,
		"create serviceaccounts --subresource=token": false, "create pods": false, "patch deployments.apps": false, "delete secrets": false,
		"impersonate users": false, "escalate clusterroles": false, "update kafkatopics.kafka.strimzi.io": false,
	} {
		assert.Equal(t, allowed, s.kubectlCode(append(account, strings.Fields(what)...)...) == 0, what)
	}
	require.NoError(t, os.Remove(file))
}

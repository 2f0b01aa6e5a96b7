package drift

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/stretchr/testify/require"
)

func TestTaken(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "PVEAPIToken=root@pam!a=b" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"data": [{"vmid": 132, "name": "nas", "node": "pve2"}, {"vmid": 131, "name": "k2w-1", "node": "pve1"},
			{"vmid": 9, "name": "else", "node": "pve1"}]}`))
	}))
	defer server.Close()
	h := Hypervisor{Endpoint: server.URL + "/", Token: "root@pam!a=b", Insecure: true}
	taken, err := Taken(t.Context(), h, map[int]string{131: "k2w-1", 132: "k2w-2", 133: "k2w-3"})
	require.NoError(t, err)
	require.Equal(t, []string{"number 132 of k2w-2 belongs to nas on pve2"}, taken,
		"a machine of the planned name is one whose creation was cut off")
	h.Token = "root@pam!a=c"
	_, err = Taken(t.Context(), h, map[int]string{131: "k2w-1"})
	require.EqualError(t, err, "proxmox: GET /cluster/resources?type=vm: 401 Unauthorized")
}

func TestUnmade(t *testing.T) {
	s := NewState(apitype.DeploymentV3{Resources: []apitype.ResourceV3{
		{URN: "urn:pulumi:s::p::" + machineType + "::a", Type: machineType, ID: "131", Custom: true},
		{URN: "urn:pulumi:s::p::pulumi:providers:kubernetes::kubernetes", Type: "pulumi:providers:kubernetes", Custom: true,
			Inputs: map[string]any{"kubeconfig": map[string]any{sig.Key: sig.Secret, "plaintext": `"apiVersion: v1\n"`}}},
	}}, "")
	require.Equal(t, map[int]string{132: "b"}, s.Unmade(map[int]string{131: "a", 132: "b"}))
	require.Equal(t, "apiVersion: v1\n", s.Kubeconfig())
	require.Empty(t, NewState(apitype.DeploymentV3{}, "").Kubeconfig())
}

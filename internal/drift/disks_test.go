package drift

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSharedDisksAreCountedOnce: what two hosts see on a datastore of both is one volume, what each has on
// its own are two.
func TestSharedDisksAreCountedOnce(t *testing.T) {
	const content = `{"data": [{"volid": "STORE:vm-131-disk-0", "content": "images", "vmid": 131}, {"volid": "STORE:vm-131-disk-9", "content": "images", "vmid": 131}]}`
	answers := map[string]string{
		"/cluster/resources?type=vm":        `{"data": [{"vmid": 131, "name": "a", "node": "pve1"}, {"vmid": 132, "name": "b", "node": "pve2"}]}`,
		"/cluster/tasks":                    `{"data": []}`,
		"/nodes/pve1/qemu/131/config":       `{"data": {"scsi0": "STORE:vm-131-disk-0,size=1G"}}`,
		"/nodes/pve2/qemu/132/config":       `{"data": {}}`,
		"/nodes/pve1/storage/STORE/content": content,
		"/nodes/pve2/storage/STORE/content": content,
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.RequestURI()[len("/api2/json"):]]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(body))
	}))
	defer server.Close()
	on := func(host string) map[string]any {
		return map[string]any{"nodeName": host, "disks": []any{map[string]any{"datastoreId": "STORE"}}}
	}
	state := NewState(apitype.DeploymentV3{Resources: []apitype.ResourceV3{
		{URN: "urn:pulumi:s::p::" + machineType + "::a", Type: machineType, ID: "131", Custom: true, Inputs: on("pve1")},
		{URN: "urn:pulumi:s::p::" + machineType + "::b", Type: machineType, ID: "132", Custom: true, Inputs: on("pve2")},
	}}, "")
	for name, c := range map[string]struct {
		shared string
		found  []string
		total  int // machines and disks
	}{
		"shared": {"1", []string{"proxmox#disk/STORE:vm-131-disk-9"}, 4},
		"local":  {"0", []string{"proxmox#disk/pve1/STORE:vm-131-disk-9", "proxmox#disk/pve2/STORE:vm-131-disk-9"}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			answers["/cluster/resources?type=storage"] = `{"data": [{"storage": "STORE", "node": "pve1", "shared": ` + c.shared + `}]}`
			a := audit(t)
			a.State = state
			p, err := openProxmox(map[string]any{"endpoint": server.URL, "apiToken": "t", "insecure": true})
			require.NoError(t, err)
			items, _, total, err := a.machines(t.Context(), p)
			require.NoError(t, err)
			var found []string
			for _, i := range items {
				found = append(found, i.ID)
			}
			assert.ElementsMatch(t, c.found, found)
			assert.Equal(t, c.total, total)
		})
	}
}

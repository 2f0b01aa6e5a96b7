package gate

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/report"
)

type obj = map[string]any

func made(kind, name string, inputs obj) Change {
	c := change("create", kind, name)
	c.New = State{Inputs: inputs, Exists: true}
	return c
}

func workload(container obj) obj {
	return obj{"spec": obj{"template": obj{"spec": obj{"containers": []any{container}}}}}
}

func container(changes obj) obj {
	c := obj{"name": "main", "image": "quay.io/x/y:1.2.3", "resources": obj{
		"requests": obj{"cpu": "10m", "memory": "32Mi"}, "limits": obj{"memory": "64Mi"}}}
	for k, v := range changes {
		c[k] = v
	}
	return c
}

func gateway(host, protocol string) obj {
	return obj{"spec": obj{"listeners": []any{obj{"name": "https", "hostname": host, "protocol": protocol}}}}
}

func zone(content string) Change {
	return made("core/v1:ConfigMap", "zones", obj{"data": obj{"dmz.home.zone": content}})
}

func pool(name, address string) Change {
	return made("metallb.io/v1beta1:IPAddressPool", name, obj{"spec": obj{"addresses": []any{address}}})
}

func namespace(name, level string) Change {
	return made("core/v1:Namespace", name, obj{"metadata": obj{"name": name, "labels": obj{"pod-security.kubernetes.io/enforce": level}}})
}

// whole breaks no promise.
func whole() []Change {
	return []Change{
		made("apps/v1:Deployment", "good", workload(container(nil))),
		made("helm.sh/v3:Release", "chart", obj{"version": "v1.2.3"}),
		made("gateway.networking.k8s.io/v1:Gateway", "web", gateway("a.dmz.home", "HTTPS")), zone("x\na.dmz.home. 300 IN A 192.168.1.153\n"),
		pool("one", "192.168.1.153/32"), namespace("kafka", "restricted"),
		made("core/v1:Secret", "login", obj{"stringData": obj{"password": report.Masked}}),
		made("kafka.strimzi.io/v1beta2:KafkaConnect", "c", obj{"spec": obj{"passwordSecret": obj{"password": "password"}, "basicAuthPassword": "$LOGS_PASSWORD"}}),
	}
}

func TestEveryPromiseCanBeBroken(t *testing.T) {
	for id, c := range map[string]struct {
		change Change
		why    string
	}{
		"pinned":     {made("apps/v1:Deployment", "x", workload(container(obj{"image": "quay.io/x/y:latest"}))), `image "quay.io/x/y:latest" is not pinned`},
		"limits":     {made("apps/v1:Deployment", "x", workload(container(obj{"resources": obj{}}))), "container main has no resources.limits.memory"},
		"hosts":      {made("gateway.networking.k8s.io/v1:Gateway", "x", gateway("a.example.org", "HTTPS")), `host "a.example.org" is not below dmz.home`},
		"dns":        {made("gateway.networking.k8s.io/v1:Gateway", "x", gateway("b.dmz.home", "HTTPS")), `host "b.dmz.home" has no record`},
		"tls":        {made("gateway.networking.k8s.io/v1:Gateway", "x", gateway("a.dmz.home", "HTTP")), "listener https speaks HTTP"},
		"addresses":  {pool("two", "192.168.1.153/32"), "address 192.168.1.153 is also that of IPAddressPool one"},
		"privileged": {namespace("streams", "privileged"), "it is not one of "},
		"secrets":    {made("example/v1:Thing", "x", obj{"spec": obj{"adminPassword": "hunter2"}}), "spec.adminPassword is not a secret of the stack"},
	} {
		t.Run(id, func(t *testing.T) {
			require.Empty(t, Broken(Preview{Changes: whole()}, "dmz.home"))
			items := Broken(Preview{Changes: append(whole(), c.change)}, "dmz.home")
			require.NotEmpty(t, items)
			var all []string
			for _, i := range items {
				if strings.HasSuffix(i.ID, "#"+id) {
					all = append(all, i.Reasons...)
				}
				assert.NotContains(t, strings.Join(i.Reasons, " "), "hunter2", "a value never is in a report")
			}
			assert.Contains(t, strings.Join(all, "\n"), c.why)
		})
	}
	for _, tag := range []string{"quay.io/x/y", "y", "localhost:5000/x/y", "quay.io/x/y:main"} {
		assert.NotEmpty(t, Broken(Preview{Changes: []Change{made("apps/v1:Deployment", "x", workload(container(obj{"image": tag})))}}, "dmz.home"), tag)
	}
	for _, tag := range []string{"quay.io/x/y@sha256:0123", "localhost:5000/x/y:1"} {
		assert.Empty(t, Broken(Preview{Changes: []Change{made("apps/v1:Deployment", "x", workload(container(obj{"image": tag})))}}, "dmz.home"), tag)
	}
}

func TestABrokenPromiseIsDeniedOrWaived(t *testing.T) {
	broken := Broken(Preview{Changes: []Change{namespace("streams", "privileged")}}, "dmz.home")
	a := &Approvals{}
	r := Judge{Approvals: a, Now: now}.Report(Preview{Ended: true}, broken)
	assert.Equal(t, ExitDenied, r.ExitCode)

	file := t.TempDir() + "/approvals.yaml"
	require.NoError(t, os.WriteFile(file, []byte(`approvals:
  - {urn: "*Namespace::streams#privileged", operation: rule, reason: GPU tests, owner: bob, expires: 2025-08-30}
`), 0o600))
	a, err := LoadApprovals(file, now)
	require.NoError(t, err)
	r = Judge{Approvals: a, Now: now}.Report(Preview{Ended: true}, broken)
	assert.Equal(t, ExitAllowed, r.ExitCode)
	assert.Equal(t, Waived, r.Items[0].State)
}

func TestPromisesAreDocumented(t *testing.T) {
	raw, err := os.ReadFile("../../docs/gate.md")
	require.NoError(t, err)
	for _, p := range Promises() {
		assert.Contains(t, string(raw), "| `"+p.ID+"` | "+p.Text+" |")
	}
}

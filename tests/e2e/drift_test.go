package e2e_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	helm "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage"
	"helm.sh/helm/v3/pkg/storage/driver"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/streamforge/infrastructure/internal/drift"
	"github.com/streamforge/infrastructure/internal/report"
)

// marked is a secret that people put into the world by hand: it must never come out.
const marked = "MARKED-by-hand-0123456789"

// byHand is one thing that somebody does behind the program's back, and how the audit has to tell it.
type byHand struct {
	do     string // words for kubectl; empty when a function of the test does it
	op     string
	object string // kind and name
	path   string // of a property; empty for findings without
	by     string
}

var edits = []byHand{
	// Objects of charts.
	{"-n traefik scale deployment traefik --replicas=3", "edited", "Deployment traefik/traefik", "spec.replicas", "kubectl"},
	{"-n ingress-nginx set image deployment/ingress-nginx-controller ingress-nginx-controller=example.test/other:1", "edited", "Deployment ingress-nginx/ingress-nginx-controller", "spec.template.spec.containers.ingress-nginx-controller.image", "kubectl-set"},
	{`-n cert-manager patch deployment cert-manager -p {"spec":{"template":{"spec":{"containers":[{"name":"cert-manager","resources":{"limits":{"memory":"1Gi"}}}]}}}}`,
		"edited", "Deployment cert-manager/cert-manager", "spec.template.spec.containers.cert-manager.resources.limits.memory", "kubectl-patch"},
	{"-n keda set env deployment/keda-operator DB_PASSWORD=" + marked, "extra", "Deployment keda/keda-operator", "spec.template.spec.containers.keda-operator.env.DB_PASSWORD", "kubectl-set"},
	{"-n traefik label service traefik owner=bob", "extra", "Service traefik/traefik", "metadata.labels.owner", "kubectl-label"},
	{"-n metallb-system annotate deployment metallb-controller note=changed", "extra", "Deployment metallb-system/metallb-controller", "metadata.annotations.note", "kubectl-annotate"},
	{`-n metallb-system patch daemonset metallb-speaker -p {"spec":{"template":{"spec":{"nodeSelector":{"rack":"1"}}}}}`, "extra", "DaemonSet metallb-system/metallb-speaker", "spec.template.spec.nodeSelector", "kubectl-patch"},
	{`-n ingress-nginx patch configmap ingress-nginx-controller -p {"data":{"server-tokens":"true"}}`, "extra", "ConfigMap ingress-nginx/ingress-nginx-controller", "data.server-tokens", "kubectl-patch"},
	{"annotate ingressclass nginx ingressclass.kubernetes.io/is-default-class=true", "extra", "IngressClass nginx", `metadata.annotations["ingressclass.kubernetes.io/is-default-class"]`, "kubectl-annotate"},
	{"label crd certificates.cert-manager.io owner=bob", "extra", "CustomResourceDefinition certificates.cert-manager.io", "metadata.labels.owner", "kubectl-label"},
	{`-n keda patch service keda-operator -p {"spec":{"type":"NodePort"}}`, "extra", "Service keda/keda-operator", "spec.type", "kubectl-patch"},
	{"-n keda delete pdb keda-operator", "missing", "PodDisruptionBudget keda/keda-operator", "", "unknown"},
	{"-n cert-manager delete service cert-manager", "missing", "Service cert-manager/cert-manager", "", "unknown"},
	{"-n csi-nfs delete daemonset csi-nfs-node", "missing", "DaemonSet csi-nfs/csi-nfs-node", "", "unknown"},

	// Objects of the state.
	{"-n kafka rollout restart deployment kafka-ui", "extra", "Deployment kafka/kafka-ui", `spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]`, "kubectl-rollout"},
	{"-n technitium set env deployment/technitium --field-manager=alice DEBUG=1", "extra", "Deployment technitium/technitium", "spec.template.spec.containers.technitium.env.DEBUG", "alice"},
	{"-n kafka delete networkpolicy kafka-ui", "missing", "NetworkPolicy kafka/kafka-ui", "", "unknown"},
	{`-n minio patch networkpolicy minio --type=merge -p {"spec":{"ingress":[{}]}}`, "edited", "NetworkPolicy minio/minio", "spec.ingress", "kubectl-patch"},
	{`-n streams patch secret kafka-signals -p {"stringData":{"password":"` + marked + `"}}`, "edited", "Secret streams/kafka-signals", "data.password", "kubectl-patch"},
	{"-n kafka label secret collector-password owner=bob", "extra", "Secret kafka/collector-password", "metadata.labels.owner", "kubectl-label"},
	{"label namespace keda pod-security.kubernetes.io/enforce=privileged --overwrite", "edited", "Namespace keda", `metadata.labels["pod-security.kubernetes.io/enforce"]`, "kubectl-label"},
	{`-n kafka patch kafkatopic market.trades --type=merge -p {"spec":{"partitions":24}}`, "edited", "KafkaTopic kafka/market.trades", "spec.partitions", "kubectl-patch"},
	{"-n kafka delete kafkatopic market.signals", "missing", "KafkaTopic kafka/market.signals", "", "unknown"},
	{`-n streams patch scaledobject signals --type=merge -p {"spec":{"maxReplicaCount":99}}`, "edited", "ScaledObject streams/signals", "spec.maxReplicaCount", "kubectl-patch"},
	{"annotate storageclass nfs-client storageclass.kubernetes.io/is-default-class=true --overwrite", "", "StorageClass nfs-client", `metadata.annotations["storageclass.kubernetes.io/is-default-class"]`, "kubectl-annotate"},
	{`patch pv glusterfs-gv0 -p {"spec":{"persistentVolumeReclaimPolicy":"Delete"}}`, "edited", "PersistentVolume glusterfs-gv0", "spec.persistentVolumeReclaimPolicy", "kubectl-patch"},
	{`-n minio patch httproute minio --type=merge -p {"spec":{"hostnames":["evil.sandbox.test"]}}`, "edited", "HTTPRoute minio/minio", "spec.hostnames[0]", "kubectl-patch"},
	{`patch clusterrole snapshot-controller --type=json -p [{"op":"add","path":"/rules/-","value":{"apiGroups":[""],"resources":["secrets"],"verbs":["*"]}}]`, "edited", "ClusterRole snapshot-controller", "rules[", "kubectl-patch"},
	{`-n postgres patch postgresql streamforge-pg --type=merge -p {"spec":{"numberOfInstances":1}}`, "edited", "postgresql postgres/streamforge-pg", "spec.numberOfInstances", "kubectl-patch"},
	{`-n technitium patch cronjob technitium-zones -p {"spec":{"suspend":true}}`, "extra", "CronJob technitium/technitium-zones", "spec.suspend", "kubectl-patch"},
	{`-n minio patch service minio-console --type=json -p [{"op":"add","path":"/spec/ports/-","value":{"name":"back","port":9999}}]`, "extra", "Service minio/minio-console", "spec.ports.back", "kubectl-patch"},
	{`-n metallb-system patch ipaddresspool lan --type=json -p [{"op":"remove","path":"/spec/autoAssign"}]`, "edited", "IPAddressPool metallb-system/lan", "spec.autoAssign", "unknown"},

	// What nobody manages.
	{"-n kafka create deployment rogue --image=example.test/rogue:1", "unmanaged", "Deployment kafka/rogue", "", "kubectl-create"},
	{"-n minio create configmap notes --from-literal=a=b", "unmanaged", "ConfigMap minio/notes", "", "kubectl-create"},
	{"-n postgres create secret generic mine --from-literal=password=" + marked, "unmanaged", "Secret postgres/mine", "", "kubectl-create"},
	{"-n technitium create rolebinding all --clusterrole=admin --serviceaccount=kafka:default", "unmanaged", "RoleBinding technitium/all", "", "kubectl-create"},
	{"-n streams create cronjob tick --image=example.test/tick:1 --schedule=0~0~1~1~*", "unmanaged", "CronJob streams/tick", "", "kubectl-create"},
	{"-n minio label pod minio-0 owner=bob", "extra", "Pod minio/minio-0", "metadata.labels.owner", "kubectl-label"},
	{"-n kafka annotate service k3-kafka-bootstrap note=x", "extra", "Service kafka/k3-kafka-bootstrap", "metadata.annotations.note", "kubectl-annotate"},

	// What Helm does outside, see [site.helm].
	{"", "edited", "Release nfs-provisioner/nfs-provisioner", "revision", "helm"},
	{"", "edited", "Release piraeus-datastore/piraeus", "status", "helm"},
	{"", "missing", "Release kafka/strimzi", "", "unknown"},
	{"", "unmanaged", "Release minio/rogue", "", "helm"},

	// What somebody does in Proxmox, see [site.hypervisor].
	{"", "edited", "VirtualMachine proxmox-k2w-2", "memory", "root@pam!streamforge (qmconfig)"},
	{"", "edited", "VirtualMachine proxmox-k2m-3", "description", "unknown"},
	{"", "missing", "VirtualMachine 138 k2w-8", "", "root@pam!streamforge (qmdestroy)"},
	{"", "unmanaged", "VirtualMachine 999 rogue on pve1", "", "root@pam!streamforge (qmcreate)"},
	{"", "unmanaged", "Disk local-lvm:vm-133-disk-", "", ""},
}

// TestDrift audits a fresh stack, then changes it by hand in every way that the list knows.
func TestDrift(t *testing.T) {
	s := newSite(t, 64)
	s.ok("sandbox", "start")
	s.ok("up", "-q", "-s", "sandbox", "--yes")

	before := s.stateDigest()
	s.ok("drift", "-q", "--prometheus", "fresh.prom")
	fresh := readReport(t, filepath.Join(s.root, "drift-report.json"))
	require.Empty(t, fresh.Items, describe(fresh))
	require.Empty(t, fresh.Unchecked)
	require.Empty(t, fresh.Warnings)
	require.InDelta(t, 100, *fresh.Coverage, 0)
	require.Equal(t, before, s.stateDigest(), "an audit only looks")
	s.auditorOnlyReads(t)

	for _, e := range edits {
		if e.do != "" {
			words := strings.Fields(e.do)
			for i := range words {
				words[i] = strings.ReplaceAll(words[i], "~", " ")
			}
			s.kubectl(words...)
		}
	}
	s.helm()
	s.hypervisor()
	got := s.run("drift", "-q", "--html", "drift.html", "--markdown", "drift.md", "--junit", "drift.xml", "--prometheus", "drift.prom")
	r := readReport(t, filepath.Join(s.root, "drift-report.json"))
	require.Equal(t, drift.ExitDrift, got.code, got.out)
	require.Empty(t, r.Unchecked)
	for _, e := range edits {
		t.Run(e.object+" "+e.op, func(t *testing.T) {
			i := slices.IndexFunc(r.Items, func(i report.Item) bool {
				return strings.HasPrefix(i.Kind+" "+i.Name, e.object) && (e.op == "" || i.Op == e.op) && (e.path == "" || slices.ContainsFunc(i.Properties, func(p report.Property) bool { return strings.HasPrefix(p.Path, e.path) }))
			})
			require.GreaterOrEqual(t, i, 0, "not found among:\n%s", lines(r))
			if e.by != "" {
				assert.Equal(t, e.by, r.Items[i].Manager)
			}
			assert.NotEmpty(t, r.Items[i].Hint)
			assert.NotEmpty(t, r.Items[i].Reasons)
			r.Items = slices.Delete(r.Items, i, i+1)
		})
	}
	assert.Empty(t, r.Items, "nobody did these:\n%s", lines(r))
	require.Equal(t, before, s.stateDigest(), "an audit only looks")
	t.Run("no secret comes out", func(t *testing.T) { s.noSecret(t, got.out) })
	t.Run("baseline and rules", func(t *testing.T) { s.known(t) })
	t.Run("partial", func(t *testing.T) { s.partial(t) })
}

func lines(r report.Report) string {
	var b strings.Builder
	for _, i := range r.Items {
		fmt.Fprintf(&b, "%s %s %s by %s\n", i.Op, i.Kind, i.Name, i.Manager)
		for _, p := range i.Properties {
			fmt.Fprintf(&b, "   %s: %.80s -> %.80s\n", p.Path, p.Before, p.After)
		}
	}
	return b.String()
}

func (s *site) stateDigest() string {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.sb.Dir(), "state", ".pulumi", "stacks", "*", "sandbox.json"))
	require.NoError(s.t, err)
	require.Len(s.t, files, 1)
	raw, err := os.ReadFile(files[0])
	require.NoError(s.t, err)
	return fmt.Sprintf("%x", sha256.Sum256(raw))
}

// helm does what `helm upgrade`, a broken upgrade, a lost record and `helm install` leave behind.
func (s *site) helm() {
	s.t.Helper()
	conf, err := clientcmd.BuildConfigFromFlags("", s.sb.AdminKubeconfig())
	require.NoError(s.t, err)
	conf.UserAgent = "helm"
	client, err := kubernetes.NewForConfig(conf)
	require.NoError(s.t, err)
	in := func(ns string) *storage.Storage { return storage.Init(driver.NewSecrets(client.CoreV1().Secrets(ns))) }

	upgraded, err := in("nfs-provisioner").Last("nfs-provisioner")
	require.NoError(s.t, err)
	upgraded.Info.Status = helm.StatusSuperseded
	require.NoError(s.t, in("nfs-provisioner").Update(upgraded))
	upgraded.Version, upgraded.Info.Status, upgraded.Config = 2, helm.StatusDeployed, maps.Clone(upgraded.Config)
	upgraded.Config["replicaCount"] = 3
	require.NoError(s.t, in("nfs-provisioner").Create(upgraded))

	failed, err := in("piraeus-datastore").Last("piraeus")
	require.NoError(s.t, err)
	failed.Info.Status = helm.StatusFailed
	require.NoError(s.t, in("piraeus-datastore").Update(failed))

	_, err = in("kafka").Delete("strimzi", 1)
	require.NoError(s.t, err)

	rogue := *upgraded
	rogue.Name, rogue.Namespace, rogue.Version, rogue.Manifest = "rogue", "minio", 1, ""
	require.NoError(s.t, in("minio").Create(&rogue))
}

// hypervisor changes, makes and deletes machines.
func (s *site) hypervisor() {
	s.t.Helper()
	s.proxmox(http.MethodPost, "/api2/json/nodes/pve2/qemu/132/config?memory=16384", nil)
	s.proxmox(http.MethodPut, "/api2/json/nodes/pve3/qemu/143/config?description=do+not+touch", nil)
	s.proxmox(http.MethodPost, "/api2/json/nodes/pve1/qemu?vmid=999&name=rogue&memory=1024", nil)
	s.proxmox(http.MethodPut, "/api2/json/nodes/pve3/qemu/133/config?scsi7=local-lvm:5", nil)
	s.proxmox(http.MethodPut, "/api2/json/nodes/pve3/qemu/133/config?delete=scsi7", nil)
	s.proxmox(http.MethodPost, "/api2/json/nodes/pve2/qemu/138/status/stop", nil)
	require.Eventually(s.t, func() bool { return s.machines()["k2w-8"].Status == "stopped" }, time.Minute, 100*time.Millisecond)
	s.proxmox(http.MethodDelete, "/api2/json/nodes/pve2/qemu/138", nil)
	require.Eventually(s.t, func() bool { _, there := s.machines()["k2w-8"]; return !there }, time.Minute, 100*time.Millisecond)
}

// noSecret looks for every secret of the cluster, and for those made by hand, in all that was written.
func (s *site) noSecret(t *testing.T, printed string) {
	all := printed
	for _, file := range []string{"drift-report.json", "drift.html", "drift.md", "drift.xml", "drift.prom"} {
		raw, err := os.ReadFile(filepath.Join(s.root, file))
		require.NoError(t, err)
		all += string(raw)
	}
	require.NotContains(t, all, marked)
	require.NotContains(t, all, base64.StdEncoding.EncodeToString([]byte(marked)))
	var list struct {
		Items []struct {
			Type string
			Data map[string][]byte
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.kubectl("get", "secrets", "-A", "-o", "json")), &list))
	looked := 0
	for _, secret := range list.Items {
		for _, v := range secret.Data {
			if len(v) >= 16 && secret.Type != "helm.sh/release.v1" {
				require.False(t, strings.Contains(all, string(v)) || strings.Contains(all, base64.StdEncoding.EncodeToString(v)), "a secret came out")
				looked++
			}
		}
	}
	require.Greater(t, looked, 20)
}

// known audits once more: what was found is the baseline, one more thing is new, another is undone.
func (s *site) known(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(s.root, "drift-report.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.root, "baseline.json"), raw, 0o600))
	s.kubectl("-n", "traefik", "label", "service", "traefik", "owner-")
	s.kubectl("-n", "kafka", "label", "deployment", "kafka-ui", "team=x", "color=y")
	rules := "ignores:\n  - {pattern: '*kafka-ui@kubectl-label', path: 'metadata.labels.team', reason: tried out, owner: bob, expires: 2099-01-01}\n" +
		"  - {pattern: '*nothing*', reason: none, owner: bob, expires: 2099-01-01}\n  - {pattern: '*', reason: old, owner: bob, expires: 2020-01-01}\n"
	require.NoError(t, os.WriteFile(filepath.Join(s.root, "drift-ignore.yaml"), []byte(rules), 0o600))
	got := s.run("drift", "-q", "--baseline", "baseline.json")
	require.Equal(t, drift.ExitDrift, got.code, got.out)
	r := readReport(t, filepath.Join(s.root, "drift-report.json"))
	states := map[string][]string{}
	for _, i := range r.Items {
		if i.State != drift.Known {
			states[i.State] = append(states[i.State], i.Kind+" "+i.Name+" "+i.Properties[0].Path)
		}
	}
	assert.Equal(t, map[string][]string{
		drift.New: {"Deployment kafka/kafka-ui metadata.labels.color"}, drift.Ignored: {"Deployment kafka/kafka-ui metadata.labels.team"},
		drift.Resolved: {"Service traefik/traefik metadata.labels.owner"},
	}, states)
	require.Len(t, r.Warnings, 2)
	s.kubectl("-n", "kafka", "label", "deployment", "kafka-ui", "team-", "color-")
	require.Equal(t, drift.ExitInSync, s.run("drift", "-q", "--baseline", "baseline.json").code, "what is known is no news")
}

// partial audits with one part out of reach.
func (s *site) partial(t *testing.T) {
	s.proxmox(http.MethodPut, "/simulator/faults", []any{map[string]any{"kind": "unauthorized", "match": "GET /cluster/resources"}})
	got := s.run("drift", "-q", "--no-refresh", "--baseline", "baseline.json")
	s.proxmox(http.MethodDelete, "/simulator/faults", nil)
	require.Equal(t, drift.ExitError, got.code, got.out)
	r := readReport(t, filepath.Join(s.root, "drift-report.json"))
	require.Len(t, r.Unchecked, 1)
	assert.Contains(t, r.Unchecked[0], "machines and disks")
	assert.Greater(t, len(r.Items), 30, "the rest was looked at")

	dead := "apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: x, user: x}}]\n" +
		"clusters: [{name: x, cluster: {server: 'https://127.53.64.254:1'}}]\nusers: [{name: x, user: {token: " + marked + "}}]\n"
	require.NoError(t, os.WriteFile(filepath.Join(s.root, "dead.conf"), []byte(dead), 0o600))
	got = s.run("drift", "-q", "--no-refresh", "--kubeconfig", "dead.conf", "--report", "dead.json")
	require.Equal(t, drift.ExitDrift, got.code, got.out)
	r = readReport(t, filepath.Join(s.root, "dead.json"))
	require.Len(t, r.Unchecked, 1)
	assert.Contains(t, r.Unchecked[0], "everything in the cluster")
	assert.NotContains(t, got.out+r.Unchecked[0], marked)
	assert.True(t, slices.ContainsFunc(r.Items, func(i report.Item) bool { return strings.HasPrefix(i.Name, "999 rogue") }))
}

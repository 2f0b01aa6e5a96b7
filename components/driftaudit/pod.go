package driftaudit

import "github.com/streamforge/infrastructure/internal/kube"

const (
	stateSecret   = App + "-state"
	kubeconfigKey = "access.yaml"
	wayMount      = "/etc/drift-audit"
	work          = "/tmp"
	user          = 65532
	accountAt     = "/var/run/secrets/kubernetes.io/serviceaccount"
)

// kubeconfig reads the token and the authority anew for every request: both are renewed by the kubelet.
const kubeconfig = `apiVersion: v1
kind: Config
current-context: pod
clusters:
  - name: cluster
    cluster:
      server: https://kubernetes.default.svc
      certificate-authority: ` + accountAt + `/ca.crt
users:
  - name: account
    user:
      tokenFile: ` + accountAt + `/token
contexts:
  - name: pod
    context: {cluster: cluster, user: account}
`

// run is what the CronJob does. A run that finds something fails, once: what it found is in its log,
// and the alerts go by the failure.
func run(a Args) kube.JobSpec {
	return kube.JobSpec{Labels: Labels(), Deadline: 1800, Pod: kube.Pod{
		Once: true, User: user, Group: user, FSGroup: user, Account: App, Token: true,
		Containers: []kube.Container{{
			Name: "audit", Image: a.Image, Args: Command(a.Stack),
			Env: []kube.EnvVar{
				kube.Env("HOME", work), kube.Env("PULUMI_HOME", work+"/pulumi"), kube.Env("PULUMI_SKIP_UPDATE_CHECK", "true"),
				kube.Env("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true"),
			},
			EnvFrom: []string{stateSecret},
			Mounts:  []kube.Mount{{Volume: "way", Path: wayMount}, {Volume: "work", Path: work, Writable: true}},
			CPU:     "100m", Memory: "256Mi", MemoryLimit: "1Gi",
		}},
		Volumes: []kube.Volume{kube.FromConfigMap("way", App), kube.Empty("work", "256Mi")},
	}}
}

// Command are the arguments of streamforge. The program is not run: it would need providers, and the
// rights that they have. What was found goes to the log.
func Command(stack string) []string {
	return []string{
		"drift", "--quiet", "--stack", stack, "--no-refresh", "--kubeconfig", wayMount + "/" + kubeconfigKey,
		"--report", work + "/drift-report.json", "--markdown", "-",
	}
}

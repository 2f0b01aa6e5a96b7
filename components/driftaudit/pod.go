package driftaudit

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	stateSecret   = App + "-state"
	kubeconfigKey = "access.yaml"
	wayMount      = "/etc/drift-audit"
	work          = "/tmp"
	// Home is where the image has the project's stack files.
	home      = "/project"
	accountAt = "/var/run/secrets/kubernetes.io/serviceaccount"
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

// schedule is the spec of the CronJob. A run that finds something fails, once: what it found is in
// its log, and the alerts go by the failure.
func schedule(a Args) pulumi.Map {
	return pulumi.Map{
		"schedule": pulumi.String(a.Schedule), "concurrencyPolicy": pulumi.String("Forbid"), "startingDeadlineSeconds": pulumi.Int(3600),
		"successfulJobsHistoryLimit": pulumi.Int(1), "failedJobsHistoryLimit": pulumi.Int(3),
		"jobTemplate": pulumi.Map{"spec": pulumi.Map{
			"backoffLimit": pulumi.Int(0), "activeDeadlineSeconds": pulumi.Int(1800),
			"template": pulumi.Map{"metadata": pulumi.Map{"labels": Labels()}, "spec": pod(a)},
		}},
	}
}

func pod(a Args) pulumi.Map {
	text := func(s string) pulumi.Input { return pulumi.String(s) }
	mount := func(name, path string, readOnly bool) pulumi.Map {
		return pulumi.Map{"name": text(name), "mountPath": text(path), "readOnly": pulumi.Bool(readOnly)}
	}
	variable := func(name, value string) pulumi.Map { return pulumi.Map{"name": text(name), "value": text(value)} }
	return pulumi.Map{
		"restartPolicy": text("Never"), "serviceAccountName": text(App), "automountServiceAccountToken": pulumi.Bool(true),
		"enableServiceLinks": pulumi.Bool(false),
		"securityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(65532), "runAsGroup": pulumi.Int(65532), "fsGroup": pulumi.Int(65532),
			"seccompProfile": pulumi.Map{"type": text("RuntimeDefault")},
		},
		"containers": pulumi.Array{pulumi.Map{
			"name": text("audit"), "image": text(a.Image), "workingDir": text(home),
			"args": pulumi.ToStringArray(Command(a.Stack)),
			"env": pulumi.Array{
				variable("HOME", work), variable("PULUMI_HOME", work+"/pulumi"), variable("PULUMI_SKIP_UPDATE_CHECK", "true"),
				variable("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true"),
			},
			"envFrom":      pulumi.Array{pulumi.Map{"secretRef": pulumi.Map{"name": text(stateSecret)}}},
			"volumeMounts": pulumi.Array{mount("way", wayMount, true), mount("work", work, false)},
			"resources": pulumi.Map{
				"requests": pulumi.Map{"cpu": text("100m"), "memory": text("256Mi")}, "limits": pulumi.Map{"memory": text("1Gi")},
			},
			"securityContext": pulumi.Map{
				"allowPrivilegeEscalation": pulumi.Bool(false), "readOnlyRootFilesystem": pulumi.Bool(true),
				"capabilities": pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
			},
		}},
		"volumes": pulumi.Array{
			pulumi.Map{"name": text("way"), "configMap": pulumi.Map{"name": text(App)}},
			pulumi.Map{"name": text("work"), "emptyDir": pulumi.Map{"sizeLimit": text("256Mi")}},
		},
	}
}

// Command are the arguments of streamforge. The program is not run: it would need providers, and the
// rights that they have. What was found goes to the log.
func Command(stack string) []string {
	return []string{
		"drift", "--quiet", "--stack", stack, "--no-refresh", "--kubeconfig", wayMount + "/" + kubeconfigKey,
		"--report", work + "/drift-report.json", "--markdown", "/dev/stdout",
	}
}

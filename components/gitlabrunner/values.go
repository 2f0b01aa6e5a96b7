package gitlabrunner

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

func values(name, account string, a Args) (pulumi.Map, error) {
	config, err := settings(a)
	if err != nil {
		return nil, fmt.Errorf("gitlab runner %s: config.toml: %w", name, err)
	}
	v := pulumi.Map{
		"gitlabUrl":       pulumi.String("https://" + a.GitLab + "/"),
		"certsSecretName": pulumi.String(Certificates),
		"concurrent":      pulumi.Int(a.Concurrent),
		"checkInterval":   pulumi.Int(3), // seconds
		"rbac":            pulumi.Map{"create": pulumi.Bool(false)},
		"serviceAccount":  pulumi.Map{"create": pulumi.Bool(false), "name": pulumi.String(account)},
		"metrics":         pulumi.Map{"enabled": pulumi.Bool(true)},
		"podLabels":       pulumi.ToStringMap(Labels(name)),
		"resources":       kube.Resources("50m", "128Mi", "512Mi"),
		"podSecurityContext": pulumi.Map{
			"runAsUser": pulumi.Int(100), "fsGroup": pulumi.Int(65533), "runAsNonRoot": pulumi.Bool(true),
			"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
		"runners": pulumi.Map{"secret": pulumi.String(tokenSecret), "config": pulumi.String(config)},
	}
	if a.Node != "" {
		v["nodeSelector"] = pulumi.StringMap{"kubernetes.io/hostname": pulumi.String(a.Node)}
	}
	return v, nil
}

// capabilities are what unpacking an image and running its commands takes; all of them are in the
// baseline standard.
var capabilities = []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETFCAP", "SETGID", "SETUID", "SYS_CHROOT"}

// shape is the manager's config.toml. The chart renders it as a template once more, so nothing in
// it may hold two braces.
var shape = template.Must(template.New("config").Parse(`[[runners]]
  executor = "kubernetes"
{{- if .Mail.Host}}
  environment = ["SMTP_HOST={{.Mail.Host}}", "SMTP_PORT={{.Mail.Port}}"]
{{- end}}
  [runners.kubernetes]
    namespace = "{{.NamespaceName}}"
    image = "{{.Image}}"
    pull_policy = ["if-not-present"]
    image_pull_secrets = ["{{.DockerConfig}}"]
    cpu_request = "100m"
    memory_request = "256Mi"
    memory_limit = "4Gi"
    helper_cpu_request = "50m"
    helper_memory_request = "64Mi"
    helper_memory_limit = "512Mi"
    service_account = "{{.Account}}"
{{- if .Full}}
    privileged = true
{{- else}}
    automount_service_account_token = false
    privileged = false
    allow_privilege_escalation = false
    cap_drop = ["ALL"]
    cap_add = [{{.Capabilities}}]
{{- end}}
{{- if .Node}}
    [runners.kubernetes.node_selector]
      "kubernetes.io/hostname" = "{{.Node}}"
{{- end}}
{{- if .Home}}
    [[runners.kubernetes.volumes.pvc]]
      name = "{{.HomeVolume}}"
      mount_path = "/home/runner"
{{- end}}
    [[runners.kubernetes.volumes.secret]]
      name = "{{.DockerConfig}}"
      mount_path = "/kaniko/.docker"
      read_only = true
      [runners.kubernetes.volumes.secret.items]
        ".dockerconfigjson" = "config.json"
    [[runners.kubernetes.volumes.secret]]
      name = "{{.Certificates}}"
      mount_path = "/etc/home-certificates"
      read_only = true
`))

func settings(a Args) (string, error) {
	account := FullAccess
	if a.Profile != Full {
		account = builder
	}
	quoted := make([]string, len(capabilities))
	for i, c := range capabilities {
		quoted[i] = fmt.Sprintf("%q", c)
	}
	var out bytes.Buffer
	err := shape.Execute(&out, struct {
		NamespaceName, Image, Account, Node, Capabilities string
		DockerConfig, Certificates, HomeVolume            string
		Full, Home                                        bool
		Mail                                              Mail
	}{
		a.NamespaceName, pins.JobImage, account, a.Node, strings.Join(quoted, ", "),
		DockerConfig, Certificates, HomeVolume, a.Profile == Full, a.Home != nil, a.Mail,
	})
	return out.String(), err
}

{{/* The name most charts give their objects: the release's, made to contain the chart's. */}}
{{- define "standin.fullname" -}}
{{- $chart := .Values.nameOverride | default .Chart.Name -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride }}
{{- else if contains $chart .Release.Name -}}
{{ .Release.Name }}
{{- else -}}
{{ .Release.Name }}-{{ $chart }}
{{- end -}}
{{- end }}

{{/* Labels of an object: dict root, selector. */}}
{{- define "standin.labels" -}}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- range $key, $value := .selector }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Selector labels of a workload as YAML: dict root, w. */}}
{{- define "standin.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* One workload with its ServiceAccount and Service: dict root, w (see workload in standin.go). */}}
{{- define "standin.workload" -}}
{{- $root := .root -}}
{{- $w := .w -}}
{{- $at := $root.Values -}}
{{- range $key := compact (splitList "." ($w.values | default "")) -}}
{{- $at = get $at $key | default dict -}}
{{- end -}}
{{- $name := tpl ($w.name | default "{{ include \"standin.fullname\" . }}") $root -}}
{{- $account := tpl ($w.serviceAccount | default $name) $root -}}
{{- $selector := include "standin.selector" . | fromYaml -}}
{{- range $key, $value := $w.labels }}{{ $selector = set $selector $key (tpl $value $root) }}{{ end -}}
{{- $labels := include "standin.labels" (dict "root" $root "selector" $selector) -}}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $account }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- $labels | nindent 4 }}
---
apiVersion: apps/v1
kind: {{ $w.kind }}
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- $labels | nindent 4 }}
spec:
  {{- if ne $w.kind "DaemonSet" }}
  replicas: {{ hasKey $at "replicas" | ternary $at.replicas ($at.replicaCount | default 1) }}
  {{- end }}
  {{- if eq $w.kind "StatefulSet" }}
  serviceName: {{ $name }}
  {{- end }}
  selector:
    matchLabels: {{- toYaml $selector | nindent 6 }}
  template:
    metadata:
      labels: {{- $labels | nindent 8 }}
      {{- with $at.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ $account }}
      {{- range $key := list "affinity" "nodeSelector" "priorityClassName" "tolerations" "topologySpreadConstraints" }}
      {{- with get $at $key }}
      {{ $key }}: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
      {{- with $w.pod }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      containers:
        - name: {{ $w.containerName | default $name }}
          image: {{ $w.image }}
          {{- with $w.args }}
          args:
            {{- range . }}
            - {{ tpl . $root | quote }}
            {{- end }}
          {{- end }}
          {{- with $w.ports }}
          ports:
            {{- range . }}
            - {name: {{ .name }}, containerPort: {{ int .port }}, protocol: {{ .protocol | default "TCP" }}}
            {{- end }}
          {{- end }}
          {{- with $at.resources }}
          resources: {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- with $w.container }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
{{- with $w.service }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ tpl (.name | default $name) $root }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- $labels | nindent 4 }}
spec:
  selector: {{- toYaml $selector | nindent 4 }}
  ports:
    {{- range .ports }}
    - {name: {{ .name }}, port: {{ int .port }}, targetPort: {{ .target | default .name }}, protocol: TCP}
    {{- end }}
{{- end }}
{{- end }}

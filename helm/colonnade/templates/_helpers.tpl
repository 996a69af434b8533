{{/* What every object of the chart carries. Takes (dict "root" $ "component" "router"). */}}
{{- define "colonnade.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: colonnade
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: colonnade
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* What tells one component's pods from all others. */}}
{{- define "colonnade.selector" -}}
app.kubernetes.io/name: colonnade
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* What a component's pods carry: nothing that a new version of the chart alone would change, since that would restart them. */}}
{{- define "colonnade.podLabels" -}}
{{ include "colonnade.selector" . }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: colonnade
{{- end }}

{{/* Takes (dict "root" $ "name" "operator"). */}}
{{- define "colonnade.image" -}}
{{- $image := index .root.Values.images .name -}}
{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* Pod Security "restricted", for each container. */}}
{{- define "colonnade.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Pod Security "restricted", for the pod. Takes the component's podSecurityContext. */}}
{{- define "colonnade.podSecurity" -}}
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- with . }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Replicas on different nodes where there are several. */}}
{{- define "colonnade.spread" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels: {{- include "colonnade.selector" . | nindent 12 }}
{{- end }}

{{/* nodeSelector, tolerations, priorityClassName and pull secrets. Takes (dict "root" $ "values" .Values.router). */}}
{{- define "colonnade.placement" -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 0 }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 0 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* A pod of ours: its name, its namespace, the cluster's domain, and the namespaces that it looks after. */}}
{{- define "colonnade.whoAndWhere" -}}
- name: COLONNADE_POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: COLONNADE_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- {name: COLONNADE_CLUSTER_DOMAIN, value: {{ .Values.clusterDomain | quote }}}
{{- with .Values.watchNamespaces }}
- {name: COLONNADE_WATCH_NAMESPACES, value: {{ append . $.Release.Namespace | uniq | join "," | quote }}}
{{- end }}
{{- end }}

{{/* The artifact store's URL, as the contract page defines it. */}}
{{- define "colonnade.storeURL" -}}
{{ .Values.store.s3.url | default "file:///store" }}
{{- end }}

{{/* Whether a namespace of store.namespaces keeps its artifacts on a claim; empty where none does. */}}
{{- define "colonnade.ownClaims" -}}
{{- range .Values.store.namespaces }}{{ if hasPrefix "file:" .url }}true{{ end }}{{ end -}}
{{- end }}

{{/* Where verdicts are measured, unless a MonitorPolicy says otherwise. */}}
{{- define "colonnade.prometheusURL" -}}
{{- if .Values.prometheus.enabled -}}
http://colonnade-prometheus.{{ .Release.Namespace }}:9090
{{- else -}}
{{ .Values.prometheus.url }}
{{- end -}}
{{- end }}

{{/*
Rights in the namespaces that Colonnade looks after: cluster-wide, or one Role for each of watchNamespaces and the release's own.
Takes (dict "root" $ "component" "operator" "rules" (list …)).
*/}}
{{- define "colonnade.rights" -}}
{{- $name := printf "colonnade-%s" .component -}}
{{- $root := .root -}}
{{- $labels := include "colonnade.labels" . -}}
{{- $subjects := list (dict "kind" "ServiceAccount" "name" $name "namespace" $root.Release.Namespace) -}}
{{- if not $root.Values.watchNamespaces }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}
  labels: {{- $labels | nindent 4 }}
rules: {{- toYaml .rules | nindent 0 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  labels: {{- $labels | nindent 4 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ $name }}}
subjects: {{- toYaml $subjects | nindent 0 }}
{{- else }}
{{- $rules := .rules }}
{{- range append $root.Values.watchNamespaces $root.Release.Namespace | uniq }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: {{ . }}
  labels: {{- $labels | nindent 4 }}
rules: {{- toYaml $rules | nindent 0 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: {{ . }}
  labels: {{- $labels | nindent 4 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }}}
subjects: {{- toYaml $subjects | nindent 0 }}
{{- end }}
{{- end }}
{{- end }}

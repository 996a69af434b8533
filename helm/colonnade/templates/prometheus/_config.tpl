{{/* Pods alone are discovered; each job keeps the port that serves its metrics. */}}
{{- define "colonnade.prometheusConfig" -}}
global:
  scrape_interval: {{ .Values.prometheus.scrapeInterval }}
  scrape_timeout: {{ .Values.prometheus.scrapeInterval }}
scrape_configs:
{{- $own := dict "own_namespace" true }}
{{- $watched := $own }}
{{- if .Values.watchNamespaces }}
{{- $watched = dict "names" (append .Values.watchNamespaces .Release.Namespace | uniq) }}
{{- else }}
{{- $watched = dict "names" list }}
{{- end }}
{{- include "colonnade.scrapeJob" (dict "name" "operator" "component" "operator" "port" "http" "path" "/metrics" "namespaces" $own) }}
{{- include "colonnade.scrapeJob" (dict "name" "router" "component" "router" "port" "metrics" "path" "/stats/prometheus" "namespaces" $own) }}
{{- include "colonnade.scrapeJob" (dict "name" "agent" "component" "router" "port" "agent" "path" "/metrics" "namespaces" $own) }}
{{- include "colonnade.scrapeJob" (dict "name" "serving" "component" "serving" "port" "http" "path" "/metrics" "namespaces" $watched) }}
  - {source_labels: [__meta_kubernetes_pod_label_colonnade_dev_deployment], target_label: deployment}
  - {source_labels: [__meta_kubernetes_pod_label_colonnade_dev_revision], target_label: revision}
{{- end }}

{{- define "colonnade.scrapeJob" }}
- job_name: {{ .name }}
  metrics_path: {{ .path }}
  kubernetes_sd_configs:
  - role: pod
    namespaces: {{ toJson .namespaces }}
    selectors:
    - {role: pod, label: app.kubernetes.io/component={{ .component }}}
  relabel_configs:
  - {source_labels: [__meta_kubernetes_pod_container_port_name], regex: {{ .port }}, action: keep}
  - {source_labels: [__meta_kubernetes_pod_phase], regex: Running, action: keep}
  - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
{{- end }}

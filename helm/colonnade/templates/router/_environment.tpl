{{/* What the agent beside each Envoy is told; the names are those of operator/colonnade/router. */}}
{{- define "colonnade.agentEnvironment" -}}
- name: COLONNADE_POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: COLONNADE_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
{{- with .Values.watchNamespaces }}
- {name: COLONNADE_WATCH_NAMESPACES, value: {{ append . $.Release.Namespace | uniq | join "," | quote }}}
{{- end }}
- {name: COLONNADE_LOG_LEVEL, value: {{ .Values.router.agent.logLevel }}}
{{- end }}

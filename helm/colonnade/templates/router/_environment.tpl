{{/* What the agent beside each Envoy is told; the names are those of operator/colonnade/router/settings.py. */}}
{{- define "colonnade.agentEnvironment" -}}
{{ include "colonnade.whoAndWhere" . }}
- {name: COLONNADE_LOG_LEVEL, value: {{ .Values.router.agent.logLevel }}}
{{- end }}
